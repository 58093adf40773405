"""A picture's file holds its bytes, whichever way they went to the disk."""

import os
import stat

import pytest

from playground.generation.files import LARGE_BYTES, PAGE_BYTES, SHARE_BYTES, write_new


@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        LARGE_BYTES - 1,
        LARGE_BYTES,
        LARGE_BYTES + PAGE_BYTES - 1,
        2 * SHARE_BYTES,
        2 * SHARE_BYTES + 1,
    ],
)
def test_a_file_of_any_size_is_written_whole(tmp_path, size):
    data, path = os.urandom(size), tmp_path / "new.png"
    write_new(str(path), data, 0o640)
    assert path.read_bytes() == data
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_that_is_there_is_not_written_over(tmp_path):
    path = tmp_path / "new.png"
    path.write_bytes(b"a fox")
    with pytest.raises(FileExistsError):
        write_new(str(path), bytes(LARGE_BYTES), None)
    assert path.read_bytes() == b"a fox"
