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


def test_the_printed_curl_line_paints_a_picture(tmp_path):
    with instance(tmp_path, free_port()) as easel:
        greeting = easel.wait_for(READY)[0]
        [line] = [line for line in greeting.splitlines() if "curl" in line]
        answer = subprocess.run(shlex.split(line), capture_output=True, timeout=60)
        picture = json.loads(answer.stdout)["data"][0]
        assert fetch(picture["url"])[1]["Content-Type"].startswith("image/")


def test_ctrl_c_ends_every_process(tmp_path):
    with instance(tmp_path, free_port()) as easel:
        easel.wait_for(READY)
        wait_until(lambda: easel.children(WORKER), "the worker")
        started = easel.children()
        assert len(started) >= 3
        assert easel.send(signal.SIGINT) < 5.5
        assert [pid for pid in started if is_alive(pid)] == []


def test_a_killed_worker_comes_back(tmp_path):
    with instance(tmp_path, free_port()) as easel:
        easel.wait_for(r"celery@\S+ ready")
        [first] = easel.children(WORKER)
        os.kill(first, signal.SIGKILL)
        easel.wait_for(r"(?s)celery@\S+ ready.*celery@\S+ ready")
        assert easel.children(WORKER) not in ([], [first])


def test_the_second_start_prints_the_same_key_and_password(tmp_path):
    with instance(tmp_path, free_port()) as easel:
        first = printed(easel, "API key"), printed(easel, "Password")
        easel.send(signal.SIGTERM)
    with instance(tmp_path, free_port()) as easel:
        assert (printed(easel, "API key"), printed(easel, "Password")) == first


def test_the_secrets_are_for_the_owner_only(tmp_path):
    with instance(tmp_path, free_port()) as easel:
        easel.wait_for(READY)
        assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_two_instances_run_side_by_side(tmp_path):
    one, other = (
        instance(tmp_path / "one", free_port()),
        instance(tmp_path / "two", free_port()),
    )
    with one as first, other as second:
        addresses = {first.wait_for(READY)[1], second.wait_for(READY)[1]}
        keys = {printed(first, "API key"), printed(second, "API key")}
        assert len(addresses) == len(keys) == 2


def test_a_port_in_use_gives_one_clear_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(
            "manage.py", "easel_up", EASEL_DATA_DIR=str(tmp_path), PORT=str(port)
        )
    assert result.returncode == 1
    assert len((result.stdout + result.stderr).splitlines()) == 1
    assert str(port) in result.stderr and "PORT=" in result.stderr


def test_production_has_no_demo_account_and_collects_its_static_files(tmp_path):
    with instance(
        tmp_path, free_port(), **PRODUCTION, EASEL_GRACE_SECONDS="5"
    ) as easel:
        address = easel.wait_for(r"Easel is ready at (\S+)")[1]
        assert address == PRODUCTION["EASEL_SITE_URL"]
        assert "demo@" not in easel.said
        assert (tmp_path / "static" / "staticfiles.json").exists()
        easel.send(signal.SIGTERM)


def test_everything_easel_writes_is_in_its_data_folder(tmp_path):
    """Beside the data folder nothing appears, not even for temporary files."""
    elsewhere = tmp_path / "home"
    elsewhere.mkdir()
    place = {"HOME": str(elsewhere), "TMPDIR": str(elsewhere)}
    with instance(tmp_path / "data", free_port(), **place) as easel:
        greeting = easel.wait_for(READY)[0]
        [line] = [line for line in greeting.splitlines() if "curl" in line]
        subprocess.run(shlex.split(line), capture_output=True, timeout=60)
        easel.send(signal.SIGTERM)
    assert list(elsewhere.iterdir()) == []
