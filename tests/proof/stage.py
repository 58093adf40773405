"""Child processes that share a test's database, and those who call them."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from django.conf import settings

from tests.services.commands import ROOT
from tests.services.ports import answers, free_port, wait_until
from tests.services.site import Client
from tests.services.worker import surroundings

CSRF = "c" * 32
STUDIO_1 = """
id = "studio-1"
name = "Studio 1"
vendor = "Next door"
family = "studio"
description = "The model of the studio next door."
[sizes]
default_shape = "1:1"
default_tier = "1K"
[sizes.native]
"1:1" = { "1K" = "64x64" }
[price]
credits = 5
[[offers]]
provider = "next-door"
upstream = "studio-1"
n_per_call = 4
"""
GONE = (HTTPException, OSError)


def connected(upstream, folder: Path) -> dict[str, str]:
    """Return the settings of a process that knows the studio next door."""
    (folder / "studio-1.toml").write_text(STUDIO_1)
    server = {"base_url": upstream.url, "api_key": "sk", "local": True}
    return {
        "EASEL_CATALOGUE_DIR": str(folder),
        "EASEL_COMPATIBLE_SERVERS": json.dumps({"next-door": server}),
    }


class Child:
    """A process of ours, what it said, and its end."""

    def __init__(self, *command: str, **changes: str) -> None:
        self.log = settings.DATA_DIR / f"child-{free_port()}.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=surroundings(**changes),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, words: str, *, seconds: float = 30) -> None:
        def is_over() -> bool:
            return words in self.said or self.process.poll() is not None

        wait_until(is_over, words, seconds=seconds)
        assert words in self.said, self.said

    def send(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Web(Child):
    """A web server on a port of its own; `how` is the module that runs it, and how."""

    def __init__(self, *how: str, port: int = 0, **changes: str) -> None:
        self.port = port or free_port()
        how = how or ("tests.proof.doomed", "")
        super().__init__("-m", *how, str(self.port), **changes)

    def wait_until_up(self) -> "Web":
        def is_up() -> bool:
            return self.process.poll() is not None or answers(self.port)

        wait_until(is_up, "the web server")
        assert self.process.poll() is None, self.said
        return self

    @property
    def client(self) -> Client:
        return Client(f"http://127.0.0.1:{self.port}")


@contextmanager
def running_child(child: Child) -> Iterator[Child]:
    """Whatever happens in the block, the process is gone after it."""
    try:
        yield child
    finally:
        child.kill()


def session_of(browser, customer) -> str:
    """Sign somebody in and return the cookies of that browser."""
    browser.force_login(customer.person)
    return f"sessionid={browser.cookies['sessionid'].value}; csrftoken={CSRF}"


def press_generate(client: Client, cookies: str, **form: str):
    """Press Generate on the playground page: an order of the studio's, for the queue."""
    price = 5_000_000 * int(form.get("n", "1"))
    fields = {"prompt": "a paper boat", "n": "1", "quoted": str(price), **form}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": cookies,
        "X-CSRFToken": CSRF,
        "HX-Request": "true",
    }
    data = "&".join(
        f"{name}={value.replace(' ', '+')}" for name, value in fields.items()
    )
    return client.request("POST", "/create/runs", data=data, headers=headers)


@contextmanager
def streaming(web: Web, customer, **wish) -> Iterator[socket.socket]:
    """Order pictures as they are painted, and listen on a socket of our own."""
    body = json.dumps({"model": "studio-1", "stream": True, **wish})
    head = (
        "POST /v1/images/generations HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {customer.secret}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", web.port), timeout=30) as line:
        line.sendall((head + body).encode())
        yield line


def heard_until(line: socket.socket, words: bytes) -> bytes:
    heard = b""
    while words not in heard:
        some = line.recv(65536)
        assert some, heard
        heard += some
    return heard


def seen_by(call) -> str:
    """What the customer sees: a status, or that nobody answers any more."""
    try:
        return str(call().status_code)
    except GONE:
        return "connection error"


STOP, GO, KILL = signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL
