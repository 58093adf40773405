"""A proxy that cuts lines: so much of an answer passes, then both ends are closed.

    with cutting_proxy(site.base_url, cuts=[0, 300]) as base_url: ...

The first line is cut when the request is there, the second when the answer's head and
300 bytes of its body have passed, and all others never.
"""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


def relay(source: socket.socket, target: socket.socket, most: int | None) -> None:
    """Pass on what comes, until a side has ended or `most` of a body has passed."""
    passed = b""
    with suppress(OSError):
        while data := source.recv(65536):
            if most is None:
                target.sendall(data)
                continue
            passed += data
            head = passed.find(b"\r\n\r\n") + 4
            if head > 3 and len(passed) >= head + most:
                target.sendall(passed[: head + most])
                break
    for side in (source, target):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)


def cut_at_once(caller: socket.socket, site: socket.socket) -> None:
    """Pass a whole request on, and hang up on both before anything comes back."""
    with suppress(OSError):
        data = b""
        while b"\r\n\r\n" not in data or not is_whole(data):
            data += caller.recv(65536)
        site.sendall(data)
    for side in (caller, site):
        side.close()


def is_whole(request: bytes) -> bool:
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    return len(body) >= sum(lengths)


def serve(listener: socket.socket, site: tuple[str, int], cuts: list[int]) -> None:
    with suppress(OSError):
        while True:
            caller, _ = listener.accept()
            upstream = socket.create_connection(site)
            most = cuts.pop(0) if cuts else None
            if most == 0:
                cut_at_once(caller, upstream)
                continue
            for args in ((caller, upstream, None), (upstream, caller, most)):
                threading.Thread(target=relay, args=args, daemon=True).start()


@contextmanager
def cutting_proxy(base_url: str, cuts: Sequence[int]) -> Iterator[str]:
    address = urlsplit(base_url)
    site = (address.hostname or "", address.port or 80)
    listener = socket.create_server(("127.0.0.1", 0))
    args = (listener, site, list(cuts))
    threading.Thread(target=serve, args=args, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
