"""`manage.py doctor` says what is wrong with a set-up, and how to mend it."""

import json
import os
import threading
from contextlib import contextmanager
from datetime import timedelta
from socketserver import StreamRequestHandler, ThreadingTCPServer
from struct import pack, unpack

import pytest
from django.core.management import call_command
from django.utils import timezone

from playground.doctor import settings_checks
from playground.generation.models import Rolled
from playground.trust.models import Echo
from tests.services.commands import PRODUCTION, run
from tests.services.ports import free_port
from tests.services.worker import running_worker


def examined(capsys):
    """Return what the doctor says of each thing, in this process's set-up."""
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", json=True)
    assert ended.value.code == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    return found["findings"]


def levels(findings):
    return {(one["name"], one["level"]) for one in findings}


@pytest.mark.check
def test_a_set_up_out_of_the_box_is_told_what_is_missing(tmp_path):
    os.chmod(tmp_path, 0o700)
    told = {**PRODUCTION, "EASEL_DATA_DIR": str(tmp_path), "EASEL_WORKERS": "2"}
    result = run("manage.py", "doctor", **told)
    assert result.returncode == 1, result.stderr
    wrong = {
        line.split()[1].rstrip(":")
        for line in result.stdout.splitlines()
        if line.startswith("WRONG")
    }
    assert wrong == {"https", "cache", "migrations", "static", "mail"} | (
        wrong & {"storage", "disk"}
    )
    assert "Set EASEL_TRUSTED_PROXIES" in result.stdout
    assert "Run manage.py migrate." in result.stdout
    assert PRODUCTION["SECRET_KEY"] not in result.stdout
    assert "Traceback" not in result.stderr


ASK_THE_DATABASE = """
import time
import django; django.setup()
from playground.doctor.house import providers
from playground.doctor.parts import database
started = time.monotonic()
print([(one.level, one.told) for one in (*database(), *providers())])
print(time.monotonic() - started)
"""


@pytest.mark.check
def test_a_database_that_is_away_is_said_with_the_reason():
    told = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "playground.settings"}
    told["DATABASE_URL"] = "postgres://easel@127.0.0.1:1/easel"
    result = run("-c", ASK_THE_DATABASE, **told)
    assert result.stdout.startswith("[('wrong', 'It does not answer: "), result.stderr
    told, seconds = result.stdout.splitlines()
    assert "Connection refused" in told and told.count("wrong") == 1
    assert float(seconds) < 20  # nobody waits for the pool, which gives up after 30


@pytest.mark.check
def test_a_database_that_lets_nobody_in_is_told_before_anything_starts():
    with refusing_pooler() as address:
        told = PRODUCTION | {"DATABASE_URL": f"postgres://easel@{address}/easel"}
        up = run("manage.py", "easel_up", "--port", str(free_port()), **told)
    assert up.returncode == 1
    assert "does not answer" in up.stderr and "parameter in options: jit" in up.stderr
    assert up.stderr.endswith("set EASEL_PGBOUNCER=true.\n")


@contextmanager
def refusing_pooler():
    """A PgBouncer that takes no words about a session, as its protocol says it."""
    said = b"SFATAL\0C08P01\0Munsupported startup parameter in options: jit\0\0"
    asks_for_a_secret_line = (80877103, 80877104)

    class Refusal(StreamRequestHandler):
        def handle(self):
            while len(head := self.rfile.read(8)) == 8:
                length, code = unpack("!ii", head)
                if code in asks_for_a_secret_line:
                    self.wfile.write(b"N")
                    continue
                self.rfile.read(length - 8)
                self.wfile.write(b"E" + pack("!i", len(said) + 4) + said)
                return

    with ThreadingTCPServer(("127.0.0.1", 0), Refusal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield "{}:{}".format(*server.server_address)
        server.shutdown()


def test_every_part_is_asked_and_a_worker_sees_the_same_files(
    books_db, settings, capsys, monkeypatch
):
    monkeypatch.setattr("playground.doctor.parts.ANSWER_SECONDS", 60)
    settings.STATUS_SECONDS = 60
    Echo.objects.create(sent_at=timezone.now(), answered_at=timezone.now())
    now = timezone.now()
    Rolled.objects.create(hours_until=now, days_until=now, looked_at=now)
    with running_worker():
        found = levels(examined(capsys))
    asked = ("migrations", "clock", "worker", "beat", "storage", "painter")
    assert {(name, "good") for name in asked} <= found
    assert ("storage of workers", "good") in found
    assert ("debug", "wrong") not in found or settings.DEBUG


def test_a_silent_worker_and_clock_are_wrong(books_db, settings, capsys, monkeypatch):
    monkeypatch.setattr("playground.doctor.parts.ANSWER_SECONDS", 0.1)
    settings.STATUS_SECONDS = 60
    long_ago = timezone.now() - timedelta(hours=1)
    Echo.objects.create(sent_at=long_ago, answered_at=long_ago)
    found = examined(capsys)
    wrong = {one["name"]: one for one in found if one["level"] == "wrong"}
    assert {"worker", "beat", "storage of workers"} <= wrong.keys()
    assert "3600 s ago" in wrong["worker"]["told"]
    assert "never" in wrong["beat"]["told"]
    assert "celery -A playground beat" in wrong["beat"]["mend"]


HTTPS = {
    "IS_HTTPS": True,
    "SITE_URL": "https://easel.example.com",
    "ALLOWED_HOSTS": ["easel.example.com"],
    "TRUSTED_PROXIES": ["10.0.0.0/8"],
}


@pytest.mark.parametrize(
    ("changes", "name", "level"),
    [
        (HTTPS, "https", "good"),
        (HTTPS, "hosts", "good"),
        ({**HTTPS, "TRUSTED_PROXIES": []}, "https", "wrong"),
        ({**HTTPS, "TRUSTED_PROXIES": ["0.0.0.0/0"]}, "https", "wrong"),
        ({**HTTPS, "ALLOWED_HOSTS": ["other.example.com"]}, "hosts", "wrong"),
        ({**HTTPS, "ALLOWED_HOSTS": ["*"]}, "hosts", "look"),
        ({"SECRET_KEY": "short"}, "secrets", "wrong"),
        ({"DEBUG": True}, "debug", "wrong"),
        ({"DEBUG": False, "TEST_TILL": True}, "stripe", "wrong"),
        ({"TEST_TILL": False, "STRIPE_SECRET_KEY": ""}, "stripe", "look"),
        (
            {
                "TEST_TILL": False,
                "STRIPE_SECRET_KEY": "sk_live_1",
                "STRIPE_WEBHOOK_SECRET": "sk_1",
            },
            "stripe",
            "wrong",
        ),
        (
            {
                "TEST_TILL": False,
                "STRIPE_SECRET_KEY": "sk_test_1",
                "STRIPE_WEBHOOK_SECRET": "whsec_1",
            },
            "stripe",
            "look",
        ),
    ],
)
def test_settings_are_judged(settings, changes, name, level):
    for setting, value in changes.items():
        setattr(settings, setting, value)
    found = [one for check in settings_checks.CHECKS for one in check()]
    assert (name, level) in {(one.name, one.level) for one in found}
