"""A backup made while Easel paints comes back whole, and its books are in order."""

import hashlib
import os
import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from tests.services.commands import PRODUCTION, run
from tests.services.worker import database_url

pytestmark = pytest.mark.books
WISH = {"prompt": "a paper boat", "resolution": "0.5K"}
ELSEWHERE = f"easel_elsewhere_{os.getpid()}"  # one for each process of a run


@pytest.fixture
def elsewhere(tmp_path):
    """The settings of another instance: an empty database, an empty folder."""
    secrets = {
        "EASEL_KEY_PEPPER": settings.KEY_PEPPER,
        "EASEL_ENCRYPTION_KEY": ",".join(settings.ENCRYPTION_KEYS),
    }
    there = {"EASEL_DATA_DIR": str(tmp_path / "elsewhere"), **PRODUCTION, **secrets}
    (tmp_path / "elsewhere").mkdir()
    if connection.vendor == "sqlite":
        yield {**there, "DATABASE_URL": f"sqlite:///{tmp_path}/elsewhere.sqlite3"}
        return
    url = database_url()
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {ELSEWHERE}")
    yield {**there, "DATABASE_URL": f"{url.rpartition('/')[0]}/{ELSEWHERE}"}
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(f"DROP DATABASE {ELSEWHERE} WITH (FORCE)")


class Painting(threading.Thread):
    """Somebody who orders one picture after another."""

    def __init__(self, api, customer):
        super().__init__(daemon=True)
        self.api, self.customer, self.statuses = api, customer, []
        self.is_enough = threading.Event()

    def run(self):
        while not self.is_enough.is_set():
            answer = self.api.post("/v1/images/generations", as_=self.customer, **WISH)
            self.statuses.append(answer.status_code)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_enough.set()
        self.join(30)


def read_there(there, statement):
    """Read from the other instance's database."""
    url = there["DATABASE_URL"]
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as link:
            return link.execute(statement).fetchall()
    with psycopg.connect(url) as link:
        return link.execute(statement).fetchall()


def misplaced(there):
    """Return the pictures whose file is not what their row says."""
    folder = Path(there["EASEL_DATA_DIR"]) / "pictures"
    return [
        file
        for file, wanted in read_there(
            there, "SELECT file, sha256 FROM generation_picture"
        )
        if hashlib.sha256((folder / file).read_bytes()).hexdigest() != wanted
    ]


@pytest.mark.timeout(400)  # three processes, where many others run
def test_it_comes_back_whole_although_easel_was_painting(
    api, alice, tmp_path, elsewhere
):
    first, second = tmp_path / "first", tmp_path / "second.tar"
    api.post("/v1/images/generations", as_=alice, **WISH)
    call_command("backup", str(first))
    with Painting(api, alice) as painting:
        api.post("/v1/images/generations", as_=alice, **WISH)
        call_command("backup", str(second), since=first)
    assert set(painting.statuses) == {200}

    restored = run("manage.py", "restore", str(second), **elsewhere)
    assert restored.returncode == 0, restored.stderr
    assert "The ledger audit is green." in restored.stdout
    assert restored.stderr == ""
    assert len(read_there(elsewhere, "SELECT id FROM generation_picture")) >= 2
    assert misplaced(elsewhere) == []

    again = run("manage.py", "restore", str(second), **elsewhere)
    assert again.returncode == 1
    assert "Say --force to overwrite" in again.stderr
    forced = run("manage.py", "restore", str(second), "--force", **elsewhere)
    assert forced.returncode == 0, forced.stderr
    assert misplaced(elsewhere) == []


def test_pictures_of_an_earlier_backup_take_no_room_again(api, alice, tmp_path):
    api.post("/v1/images/generations", as_=alice, **WISH)
    call_command("backup", str(tmp_path / "first"))
    call_command("backup", str(tmp_path / "second"), since=tmp_path / "first")
    old, new = (
        {path.name: path.stat().st_ino for path in (tmp_path / name).rglob("*.png")}
        for name in ("first", "second")
    )
    assert old and old.items() <= new.items()


def test_a_damaged_backup_changes_nothing_and_says_what_is_wrong(api, alice, tmp_path):
    api.post("/v1/images/generations", as_=alice, **WISH)
    call_command("backup", str(tmp_path / "one"))
    picture = next((tmp_path / "one" / "pictures").rglob("*.png"))
    damaged = picture.with_suffix(".new")
    damaged.write_bytes(picture.read_bytes()[:-1] + b"?")
    damaged.replace(picture)
    with pytest.raises(CommandError, match=rf"1 files .*{picture.name}.*Nothing was"):
        call_command("restore", str(tmp_path / "one"), force=True)


def test_an_instance_that_is_used_or_runs_is_not_overwritten(api, alice, tmp_path):
    call_command("backup", str(tmp_path / "one"))
    with pytest.raises(CommandError, match="running here|is in use"):
        call_command("restore", str(tmp_path / "one"))
    assert alice.credits() == 100


def test_other_secrets_are_told_of(api, alice, tmp_path, elsewhere):
    call_command("backup", str(tmp_path / "one"))
    elsewhere["EASEL_KEY_PEPPER"] = "another-" + settings.KEY_PEPPER
    restored = run("manage.py", "restore", str(tmp_path / "one"), **elsewhere)
    assert restored.returncode == 0
    assert (
        restored.stderr == "EASEL_KEY_PEPPER is another one than when this was made.\n"
    )
