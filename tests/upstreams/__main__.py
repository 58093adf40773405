"""Every provider, simulated, for whoever has no account anywhere: `manage.py simulate`.

    python -m tests.upstreams              # serve; print the settings that lead here
    python -m tests.upstreams --print   # print them, and nothing else
    python -m tests.upstreams --faults     # print what can be made to go wrong

The shops stand in one server, and the studio next door, which speaks OpenAI's images API
for everybody else, on the port after it. Their pictures are plain and of the size asked for.
"""

import argparse
import asyncio
import json
import os
import shlex
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from tests.upstreams import ark, fal, gemini, openai_shop, replicate
from tests.upstreams.faults import FAULTS
from tests.upstreams.next_door import StudioNextDoor
from tests.upstreams.shop import LINE, SPOILS
from tests.upstreams.street import Street

HOST = "127.0.0.1"
MODELS = Path(__file__).resolve().parent / "models"  # of those our catalogue lacks
KEYS = {
    "gemini": "GEMINI_API_KEY",
    "vertex": "VERTEX_CREDENTIALS",
    "openai": "OPENAI_API_KEY",
    "fal": "FAL_KEY",
    "replicate": "REPLICATE_API_TOKEN",
    "ark": "ARK_API_KEY",
    "byteplus": "BYTEPLUS_API_KEY",
}
# Providers of our catalogue that have no wire of their own here, and one to play with.
NEXT_DOOR = (
    *("bfl", "dashscope", "ideogram", "recraft", "stability", "together", "xai"),
    "workshop",
)
OWN_FAULTS: Mapping[str, list[str]] = {
    "gemini, vertex": [*gemini.SAYS, *gemini.SENDS],
    "openai": [*openai_shop.SAYS, *openai_shop.SENDS, "stream-refusal"],
    "fal": [*fal.AT_THE_DOOR, *fal.MODEL_WORDS, *fal.PLATFORM_WORDS, *fal.ODD],
    "replicate": [*replicate.SAYS, *replicate.FAILS, *replicate.ODD],
    "ark, byteplus": [*ark.SAYS, *ark.SPOILED, *ark.ODD],
}


def settings(street: Street, studio: StudioNextDoor) -> dict[str, str]:
    """Return what Easel has to be told to come here."""
    told = {}
    for name, access in street.accesses.items():
        told[KEYS[name]] = access["secret"]
        told[f"EASEL_{name.upper()}_BASE_URL"] = access["base_url"]
        told[f"EASEL_{name.upper()}_IS_LOCAL"] = "true"
    server = {
        "base_url": studio.url,
        "api_key": "sk-simulated",
        "local": True,
        "fields": ["n", "size", "seed"],
        "edits": "form:image",
        "previews": True,
    }
    servers = dict.fromkeys(NEXT_DOOR, server)
    told["EASEL_COMPATIBLE_SERVERS"] = json.dumps(servers)
    return {**told, "EASEL_CATALOGUE_DIR": str(MODELS)}


def faults() -> Iterator[str]:
    """Say what can go wrong, for a prompt such as "a fox [fault:429]"."""
    yield f"everywhere but next door: {' '.join([*LINE, *SPOILS])}"
    at_an_address = " ".join(f"file-{name}" for name in LINE)
    yield f"fal, replicate, at the picture's address: expired {at_an_address}"
    for shop, names in OWN_FAULTS.items():
        yield f"{shop}: {' '.join(names)}"
    yield f"{', '.join(NEXT_DOOR)}: {' '.join(FAULTS)}"


def check_ports(*ports: int) -> None:
    """Say plainly when somebody else has one of them."""
    for port in ports:
        try:
            socket.create_server((HOST, port)).close()
        except OSError as error:
            sys.exit(
                f"Port {port} cannot be used ({os.strerror(error.errno)}): choose --port."
            )


def main() -> None:
    said = arguments()
    street, studio = Street(is_open_to_all=True), StudioNextDoor(port=said.port + 1)
    street.stands_at(f"http://{HOST}:{said.port}")
    if said.faults:
        print("\n".join(faults()))
        return
    if not said.print:
        check_ports(said.port, said.port + 1)
    for name, value in settings(street, studio).items():
        print(f"export {name}={shlex.quote(value)}")
    if said.print:
        return
    studio.start()
    print(
        f"# Every provider is simulated at http://{HOST}:{said.port}. Ctrl-C ends it."
    )
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        asyncio.run(street.serve(HOST, said.port))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="simulate", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--port", type=int, default=8900, help="this one and the next")
    parser.add_argument("--print", action="store_true", help="only print settings")
    parser.add_argument("--faults", action="store_true", help="only print the faults")
    return parser.parse_args()


if __name__ == "__main__":
    main()
