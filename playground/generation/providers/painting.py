"""The painter's own process: reads an order a line, writes a picture each.

Run as a script, so that it loads the painter and nothing else of Easel.
"""

import io
import json
import os
import sys
from pathlib import Path

SAVING: dict[str, dict[str, int]] = {
    "png": {"compress_level": 1},
    "jpeg": {"quality": 92},
    "webp": {"quality": 90, "method": 2},
    "avif": {"quality": 75, "speed": 8},
    "gif": {},
}


def serve() -> None:
    """Paint until the input ends."""
    sys.path.insert(0, str(Path(__file__).parent))
    from painter import paint

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
