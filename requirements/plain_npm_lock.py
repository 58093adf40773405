"""Take out of npm's lock what npm writes there and never reads: who asks for donations.

A lock of ours holds versions and hashes, and no address of anybody.
"""

import json
import sys
from pathlib import Path

lock = Path(sys.argv[1])
known = json.loads(lock.read_text())
for package in known["packages"].values():
    package.pop("funding", None)
lock.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n")
