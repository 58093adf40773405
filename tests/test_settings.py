"""What an operator can set is listed, and a wrong value says which one it is."""

import re

import pytest

from playground.secrets import IN_FILES
from playground.settings import PROVIDER_KEYS
from tests.services.commands import PRODUCTION, ROOT, run, settings_read

pytestmark = pytest.mark.check

READ = re.compile(
    r"env\.\w+\(\s*\"([A-Z][A-Z0-9_]+)\"|secret\(\s*\"([A-Z][A-Z0-9_]+)\""
)
LISTED = re.compile(r"^# ?([A-Z][A-Z0-9_]+)=", re.M)


def test_the_example_lists_every_setting_and_no_other():
    settings = (ROOT / "playground" / "settings.py").read_text()
    read = {one or other for one, other in READ.findall(settings)}
    read |= set(of_providers())
    assert set(LISTED.findall((ROOT / ".env.example").read_text())) == read


def of_providers():
    """Each provider has three, of which two are named after it."""
    for name, key in PROVIDER_KEYS.items():
        yield key
        yield f"EASEL_{name.upper()}_BASE_URL"
        yield f"EASEL_{name.upper()}_IS_LOCAL"


def test_each_setting_is_explained_on_its_line():
    lines = (ROOT / ".env.example").read_text().splitlines()
    silent = [line for line in lines if LISTED.match(line) and "  # " not in line]
    assert silent == []


@pytest.mark.parametrize(
    "missing",
    ["SECRET_KEY", "EASEL_KEY_PEPPER", "EASEL_ENCRYPTION_KEY", "ALLOWED_HOSTS"],
)
def test_production_refuses_to_start_without_it_and_says_so(missing, tmp_path):
    settings = {k: v for k, v in PRODUCTION.items() if k != missing}
    result = run("manage.py", "easel_up", **settings, EASEL_DATA_DIR=str(tmp_path))
    assert result.returncode == 1
    assert missing in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_wrong_value_stops_the_start_and_names_the_variable(tmp_path):
    result = run(
        "manage.py", "check", EASEL_WORKERS="many", EASEL_DATA_DIR=str(tmp_path)
    )
    assert result.returncode == 1
    assert "EASEL_WORKERS" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_secret_may_be_in_a_file_of_its_own(tmp_path):
    (tmp_path / "pepper").write_text("salt and pepper\n")
    told = {k: v for k, v in PRODUCTION.items() if k != "EASEL_KEY_PEPPER"}
    told |= {"EASEL_DATA_DIR": str(tmp_path)}
    read = settings_read(
        "KEY_PEPPER", EASEL_KEY_PEPPER_FILE=str(tmp_path / "pepper"), **told
    )
    assert read == {"KEY_PEPPER": "salt and pepper"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"SECRET_KEY_FILE": "/nowhere/secret"},
            "SECRET_KEY_FILE: /nowhere/secret: No",
        ),
        (
            {"FAL_KEY": "a", "FAL_KEY_FILE": "/nowhere"},
            "Set FAL_KEY or FAL_KEY_FILE, and",
        ),
    ],
)
def test_a_secret_that_cannot_be_read_is_named(settings, said, tmp_path):
    result = run("manage.py", "check", EASEL_DATA_DIR=str(tmp_path), **settings)
    assert result.returncode == 1
    assert said in result.stderr


def test_every_secret_may_be_in_a_file():
    """What the example calls a key, a secret or a token, and each address with a password."""
    text = (ROOT / ".env.example").read_text()
    secret = re.compile(
        r"(KEY|SECRET|TOKEN|CREDENTIALS|PEPPER)$|^(DATABASE|EMAIL)_URL$"
    )
    assert {name for name in LISTED.findall(text) if secret.search(name)} <= set(
        IN_FILES
    )


def test_a_command_before_the_first_migration_says_what_to_do(tmp_path):
    result = run("manage.py", "catalogue_check", EASEL_DATA_DIR=str(tmp_path))
    assert result.returncode == 1
    assert "manage.py migrate" in result.stderr
    assert len(result.stderr.splitlines()) == 1
