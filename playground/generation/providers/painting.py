"""The painter's own process: reads an order a line, writes a picture each.

Run as a module of its own, it loads the painter and nothing else of Easel.
"""

import io
import json
import os
import sys

from playground.generation.providers.painter import paint

SAVING: dict[str, dict[str, int]] = {
    "png": {"compress_level": 1},
    "jpeg": {"quality": 92},
    "webp": {"quality": 90, "method": 2},
    "avif": {"quality": 75, "speed": 8},
    "gif": {},
}


def serve() -> None:
    """Paint until the input ends."""
    for line in sys.stdin.buffer:
        order = json.loads(line)
        picture = paint(
            order["prompt"],
            width=order["width"],
            height=order["height"],
            seed=order["seed"],
        )
        file = io.BytesIO()
        picture.save(file, order["format"].upper(), **SAVING[order["format"]])
        sys.stdout.buffer.write(b"%d\n" % file.tell() + file.getvalue())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    os.nice(int(sys.argv[1]))
    serve()
