"""The stage of the official clients: one process each, told what to do test by test."""

from base64 import b64decode
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from accounts.issuing import issue_key
from playground.generation.audit import audit
from tests.sdk.clients import CLIENTS, Process


@dataclass
class Caller:
    """A developer with an official client, a base URL and a key."""

    process: Process
    dialect: str
    base_url: str
    key: str
    retries: int = 0
    folder: Any = field(default=None, repr=False)

    def does(self, deed: str, **words: Any) -> Any:
        where = {"base_url": self.base_url, "key": self.key, "retries": self.retries}
        return self.process.told(deed, where, words)

    def file(self, name: str, picture: Image.Image) -> str:
        """Save a picture as the developer has it on disk."""
        path = self.folder / name
        picture.save(path, "PNG")
        return str(path)


@pytest.fixture(scope="session")
def _processes():
    running: dict[str, Process] = {}
    yield running
    for process in running.values():
        process.end()


@pytest.fixture
def client(request, _processes, live_site, alice, tmp_path, record_property):
    """One of the official clients, with alice's key."""
    name = request.param
    record_property("case", request.node.originalname.removeprefix("test_"))
    record_property("client", name)
    if lacks := CLIENTS[name].lacks():
        pytest.skip(lacks)
    if name not in _processes:
        _processes[name] = Process(CLIENTS[name])
    process = _processes[name]
    request.node.user_properties[-1] = ("client", f"{name} {process.version}")
    yield Caller(
        process,
        CLIENTS[name].dialect,
        live_site.base_url,
        alice.secret,
        folder=tmp_path,
    )
    assert audit() == []


@pytest.fixture
def test_key(alice):
    _, secret = issue_key(alice.account, name="rehearsal", is_test=True)
    return secret


@pytest.fixture
def opened(api):
    """Open what an answer holds, by its address or as it is: `[(format, size), …]`."""

    def opened_one(entry: dict[str, str]) -> Image.Image:
        data = (
            api.get(entry["url"]).body if "url" in entry else b64decode(entry["data"])
        )
        picture = Image.open(BytesIO(data))
        picture.load()
        return picture

    return lambda entries: [opened_one(entry) for entry in entries]
