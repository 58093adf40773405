"""A stranger types one command, and a minute later has a picture."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from tests.services import clean_books
from tests.services.commands import PRODUCTION, run
from tests.services.instance import instance, is_alive
from tests.services.ports import free_port, wait_until

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux", reason="Processes are looked up in /proc."
    ),
    pytest.mark.timeout(240),
]
READY = r"(?s)Easel is ready at (\S+).*Ctrl-C"
WORKER = "celery --quiet -A playground worker"


def printed(easel, name):
    return re.search(rf"{name}\s+(\S+)", easel.wait_for(READY)[0])[1]


def fetch(address):
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.status, answer.headers, answer.read()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where an instance lives: its data folder, and beside it a home that stays empty."""
    folder = tmp_path_factory.mktemp("easel")
    (folder / "home").mkdir()
    return folder


@pytest.fixture(scope="module")
def easel(place):
    """One instance for all who only look at it: to start one takes ten seconds of work."""
    home = str(place / "home")
    with instance(place / "data", free_port(), HOME=home, TMPDIR=home) as easel:
        easel.wait_for(READY)
        yield easel
        easel.send(signal.SIGTERM)
    assert list((place / "home").iterdir()) == [], "Its end left something behind."


def paint_as_printed(easel):
    greeting = easel.wait_for(READY)[0]
    [line] = [line for line in greeting.splitlines() if "curl" in line]
    answer = subprocess.run(shlex.split(line), capture_output=True, timeout=60)
    return json.loads(answer.stdout)["data"][0]


def test_the_printed_curl_line_paints_a_picture(easel):
    picture = paint_as_printed(easel)

    assert fetch(picture["url"])[1]["Content-Type"].startswith("image/")


def test_everything_easel_writes_is_in_its_data_folder(easel, place):
    """Beside the data folder nothing appears, not even for temporary files."""
    paint_as_printed(easel)

    assert list((place / "home").iterdir()) == []


def test_the_secrets_are_for_the_owner_only(easel, place):
    assert (place / "data" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_killed_worker_comes_back(easel):
    easel.wait_for(r"celery@\S+ ready")
    [first] = easel.children(WORKER)
    os.kill(first, signal.SIGKILL)
    easel.wait_for(r"(?s)celery@\S+ ready.*celery@\S+ ready")
    assert easel.children(WORKER) not in ([], [first])


@pytest.fixture
def migrated(tmp_path, django_db_setup):
    """A data folder with a database that is up to date: to make one is half of a first start."""
    clean_books.copy_to(tmp_path / "easel.sqlite3")
    return tmp_path


def test_two_instances_run_side_by_side(easel, migrated):
    with instance(migrated, free_port()) as other:
        addresses = {easel.wait_for(READY)[1], other.wait_for(READY)[1]}
        keys = {printed(easel, "API key"), printed(other, "API key")}
        assert len(addresses) == len(keys) == 2


def test_ctrl_c_ends_every_process_and_the_next_start_prints_the_same_key(migrated):
    with instance(migrated, free_port()) as easel:
        first = printed(easel, "API key"), printed(easel, "Password")
        wait_until(lambda: easel.children(WORKER), "the worker")
        started = easel.children()
        assert len(started) >= 3
        assert easel.send(signal.SIGINT) < 5.5
        assert [pid for pid in started if is_alive(pid)] == []
    with instance(migrated, free_port()) as easel:
        assert (printed(easel, "API key"), printed(easel, "Password")) == first


def test_a_port_in_use_gives_one_clear_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(
            "manage.py", "easel_up", EASEL_DATA_DIR=str(tmp_path), PORT=str(port)
        )
    assert result.returncode == 1
    assert len((result.stdout + result.stderr).splitlines()) == 1
    assert str(port) in result.stderr and "PORT=" in result.stderr


def test_production_has_no_demo_account_and_collects_its_static_files(migrated):
    with instance(
        migrated, free_port(), **PRODUCTION, EASEL_GRACE_SECONDS="5"
    ) as easel:
        address = easel.wait_for(r"Easel is ready at (\S+)")[1]
        assert address == PRODUCTION["EASEL_SITE_URL"]
        assert "demo@" not in easel.said
        assert (migrated / "static" / "staticfiles.json").exists()
        easel.send(signal.SIGTERM)
