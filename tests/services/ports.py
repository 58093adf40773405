"""Free ports and patient waiting, for servers that start beside the tests."""

import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(is_so: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    """Look again and again until it is so; say what never came."""
    give_up_at = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}.")
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Say whether somebody accepts connections on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
