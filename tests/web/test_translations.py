"""Everything that is said is said in every language, and nothing is lost on the way."""

import gettext
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest
from django.conf import settings
from django.core.management import call_command

HOME = Path(settings.LOCALE_PATHS[0])
SPOKEN = sorted(folder.name for folder in HOME.iterdir() if folder.is_dir())
# What a sentence carries beside its words. Values to fill in are checked by msgfmt.
MARKS = re.compile(r"</?\w+|\b(?:href|class|data-[\w-]+)=|%%")

pytestmark = [
    pytest.mark.check,
    pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext is not installed"),
]


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The files as `make messages` would leave them, in a folder of their own."""
    folder = tmp_path_factory.mktemp("locale")
    shutil.copytree(HOME, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "LOCALE_PATHS", [str(folder)])
        patch.chdir(settings.BASE_DIR)
        call_command(
            "makemessages",
            locale=SPOKEN,
            no_obsolete=True,
            no_location=True,
            ignore_patterns=[".venv*", "tests", "node_modules", "locale"],
            verbosity=0,
        )
    return folder


def spoken_by(machine: IO[bytes]) -> dict[str | tuple[str, int], str]:
    """Return what a served file says: sentence → translation, a plural by its numbers."""
    spoken = gettext.GNUTranslations(machine)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in spoken.items() if key}


def written_in(language: str) -> dict[str | tuple[str, int], str]:
    """Return what a language's file says, with the values of each sentence checked."""
    told = subprocess.run(
        ["msgfmt", "--check-format", "-o", "-", po_of(HOME, language)],
        capture_output=True,
        check=True,
    )
    return spoken_by(BytesIO(told.stdout))


def po_of(folder: Path, language: str) -> Path:
    return folder / language / "LC_MESSAGES" / "django.po"


def left_open(file: Path, which: str) -> list[str]:
    told = subprocess.run(
        ["msgattrib", which, "--no-obsolete", file],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.findall(r"^msgid (.+(?:\n\".*)*)", told.stdout, re.M)
    return [text for text in found if text != '""']


def test_every_language_that_is_offered_has_a_file():
    offered = {code for code, _ in settings.LANGUAGES} - {"en"}
    assert {name.lower().replace("_", "-") for name in SPOKEN} == offered


@pytest.mark.parametrize("language", SPOKEN)
def test_no_sentence_is_left_untranslated(collected, language):
    file = po_of(collected, language)
    assert left_open(file, "--untranslated") + left_open(file, "--only-fuzzy") == []


@pytest.mark.parametrize("language", SPOKEN)
def test_marks_come_through(language):
    lost = {
        text: other
        for text, other in written_in(language).items()
        if set(MARKS.findall(str(text))) != set(MARKS.findall(other))
    }
    assert lost == {}


@pytest.mark.parametrize("language", SPOKEN)
def test_what_is_served_is_what_was_written(language):
    with po_of(HOME, language).with_suffix(".mo").open("rb") as machine:
        assert spoken_by(machine) == written_in(language)
