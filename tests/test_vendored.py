"""What was written by others and lies here is what they published, with its licence."""

from hashlib import sha256
from pathlib import Path

import pytest

pytestmark = pytest.mark.check
HOME = Path(__file__).parent.parent / "static" / "js" / "vendor"
# From npm's own tarballs; a newer release changes its line here.
PUBLISHED = {
    # uplot 1.6.32, dist/uPlot.iife.min.js, MIT
    "uplot/uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uplot/LICENSE.txt": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


def test_every_file_is_as_it_was_published():
    found = {
        str(file.relative_to(HOME)): sha256(file.read_bytes()).hexdigest()
        for file in HOME.rglob("*")
        if file.is_file()
    }
    assert found == PUBLISHED
