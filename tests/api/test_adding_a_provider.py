"""Adding a provider is one file and one row: those that the guide shows."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from playground.generation.catalogue import catalogue
from playground.generation.models import Attempt
from tests.services.commands import ROOT, settings_read
from tests.upstreams.shop import base64, png

IMAGES = "/v1/images/generations"
KEY = "kiln-0123456789"


class Kiln(BaseHTTPRequestHandler):
    """The provider that the guide's adapter is for."""

    asked: list[dict] = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        if self.headers["X-Kiln-Key"] != KEY:
            return self.answer(401, {"error": "who are you?"})
        if "pot" not in body["text"]:
            return self.answer(400, {"error": "refused by our content policy"})
        return self.answer(200, {"pots": [base64(png(64, 64))]})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing: the tests' own output is enough."""


@pytest.fixture
def kiln():
    Kiln.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Kiln)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def shown(language):
    """What the guide shows, in one language."""
    guide = (ROOT / "docs" / "adding-a-provider.md").read_text()
    return re.search(rf"```{language}[^\n]*\n(.*?)```", guide, re.S)[1]


@pytest.fixture
def folders(tmp_path):
    """An operator's folders, with the one file and the one row."""
    (tmp_path / "kiln.py").write_text(shown("py"))
    (tmp_path / "clay.toml").write_text(shown("toml"))
    folder = str(tmp_path)
    return {"EASEL_PROVIDERS_DIR": folder, "EASEL_CATALOGUE_DIR": folder}


@pytest.fixture
def told(folders, kiln, tmp_path):
    """The operator's environment."""
    there = {"EASEL_KILN_BASE_URL": kiln, "EASEL_KILN_IS_LOCAL": "true"}
    return {**folders, **there, "EASEL_DATA_DIR": str(tmp_path), "KILN_API_KEY": KEY}


@pytest.fixture
def connected(told, settings):
    names = ("PROVIDERS_DIR", "PROVIDERS", "PROVIDER_KEYS", "CATALOGUE_DIR")
    for name, value in settings_read(*names, **told).items():
        setattr(settings, name, value)
    catalogue.forget()
    yield
    catalogue.forget()


def test_its_pictures_are_painted_and_paid(api, alice, connected):
    asked = {"prompt": "a pot", "size": "1024x1024", "seed": 7, "glaze": "blue"}

    answer = api.post(IMAGES, as_=alice, model="clay", **asked)

    assert answer.status_code == 200, answer.text
    assert answer.headers["x-easel-provider"] == "kiln"
    assert alice.credits() == 97
    assert Kiln.asked == [
        {
            "clay": "clay-2",
            "text": "a pot",
            "format": "1024x1024",
            "seed": 7,
            "glaze": "blue",
        }
    ]
    [attempt] = Attempt.objects.all()
    assert (attempt.cost_microusd, attempt.channel) == (30_000, "kiln")
    assert attempt.first_byte_ms is not None


def test_its_words_are_understood(api, alice, connected):
    answer = api.post(IMAGES, as_=alice, model="clay", prompt="a weapon")

    assert answer.json()["error"]["code"] == "moderation_blocked"
    assert alice.credits() == 100


def test_without_its_key_the_model_says_which_setting_connects_it(
    api, alice, told, connected, settings
):
    settings.PROVIDERS = {"kiln": {"secret": ""}}

    answer = api.post(IMAGES, as_=alice, model="clay", prompt="a pot")

    assert answer.json()["error"]["code"] == "model_not_connected"
    assert "KILN_API_KEY (kiln)" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("kiln.py", "TRADE = 3", "kiln.py must hold a TRADE"),
        ("oven.py", None, "oven.py: its TRADE is named kiln"),
        ("kiln.py", "import nowhere", "kiln.py: ModuleNotFoundError"),
        ("Kiln.py", None, "Kiln.py: name it in a-z"),
    ],
)
def test_a_wrong_file_stops_the_start_and_is_named(
    settings, tmp_path, name, text, said
):
    (tmp_path / name).write_text(text or shown("py"))
    settings.PROVIDERS_DIR = str(tmp_path)

    with pytest.raises(ImproperlyConfigured, match=f"EASEL_PROVIDERS_DIR: {said}"):
        apps.get_app_config("generation").ready()
