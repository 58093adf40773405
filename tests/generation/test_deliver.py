"""Pictures are checked and stored in threads: alike alone, together, or far away."""

import asyncio
import io
import struct
import threading
import zlib
from dataclasses import replace

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image

from playground.generation.deliver import Keeping, deliver
from playground.generation.errors import OutOfService
from playground.generation.hands import Hands
from playground.generation.providers.base import Broken, PaintedPicture
from playground.generation.request import ImageRequest

AS_PAINTED = ImageRequest(
    model="m", prompt="p", n=1, shape="1:1", tier="1K", width=8, height=8,
    target_width=8, target_height=8, fit="cover", quality=None, seed=None,
    negative_prompt=None, response_format="b64_json", output_format=None,
    output_compression=None, requested_size="auto",
)  # fmt: skip


class FarStorage(FileSystemStorage):
    """Any storage that is not simply a local disk."""


@pytest.fixture
def pictures(tmp_path, settings):
    """An empty place for pictures, without even a folder for today."""
    here = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": here}
    return tmp_path


def png(colour="red", side=8):
    file = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(file, "PNG")
    return file.getvalue()


def keeping(request=AS_PAINTED):
    return Keeping(request, 0, 3600)


async def test_many_small_pictures_each_get_a_file_of_their_own(pictures):
    hands, colours = Hands(), ("red", "green", "blue", "white")
    painted = [PaintedPicture(png(colour)) for colour in colours]

    delivered = await asyncio.gather(*[deliver(p, keeping(), hands) for p in painted])

    stored = [(pictures / one.row.file).read_bytes() for one in delivered]
    assert stored == [picture.data for picture in painted]


async def test_a_broken_picture_among_others_spoils_none_of_them(pictures):
    hands = Hands()
    sent = [png("red"), b"\x89PNG\r\n\x1a\n and no more", png("blue")]

    ends = await asyncio.gather(
        *[deliver(PaintedPicture(data), keeping(), hands) for data in sent],
        return_exceptions=True,
    )

    assert isinstance(ends[1], Broken)
    assert [ends[0].data, ends[2].data] == [sent[0], sent[2]]


GOOD = png(side=40)
HEAD, END = GOOD[:33], GOOD[-12:]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(GOOD[:20], id="begun"),
        pytest.param(GOOD[:-13], id="cut short"),
        pytest.param(GOOD[:60] + b"!" + GOOD[61:], id="changed on its way"),
        pytest.param(HEAD + END, id="without pixels"),
        pytest.param(GOOD[:25] + b"\x07" + GOOD[26:], id="with a head of nonsense"),
    ],
)
async def test_a_png_that_is_not_whole_is_broken(pictures, sent):
    with pytest.raises(Broken, match="cannot be opened"):
        await deliver(PaintedPicture(sent), keeping(), Hands())


async def test_pixels_that_make_no_sense_are_found_when_they_are_needed(pictures):
    pixels = b"IDAT" + b"no pixels"
    part = struct.pack(">I", 9) + pixels + struct.pack(">I", zlib.crc32(pixels))
    smaller = replace(AS_PAINTED, target_width=4, target_height=4)

    with pytest.raises(Broken, match="cannot be opened"):
        await deliver(PaintedPicture(HEAD + part + END), keeping(smaller), Hands())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_a_png_of_any_kind_is_known_without_being_unpacked(pictures, mode):
    file = io.BytesIO()
    Image.new(mode, (8, 8)).save(file, "PNG")

    delivered = await deliver(PaintedPicture(file.getvalue()), keeping(), Hands())

    row = delivered.row
    assert (row.format, row.width, row.height) == ("png", 8, 8)


@pytest.mark.parametrize("backend", [FileSystemStorage, FarStorage])
async def test_a_file_looks_the_same_whichever_way_it_was_written(
    pictures, settings, backend
):
    name = f"{backend.__module__}.{backend.__name__}"
    options = {"location": str(pictures), "file_permissions_mode": 0o640}
    here = {"BACKEND": name, "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": here}
    (pictures / "first").mkdir()

    await deliver(PaintedPicture(png()), keeping(), Hands())
    second = await deliver(PaintedPicture(png()), keeping(), Hands())

    file = pictures / second.row.file
    assert default_storage.__class__.__name__ == backend.__name__
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (second.data, 0o640)


async def test_a_picture_that_has_to_change_loses_the_providers_spelling(pictures):
    smaller = replace(AS_PAINTED, target_width=4, target_height=4)

    painted = PaintedPicture(png(), base64=b"as the provider spelled it")
    delivered = await deliver(painted, keeping(smaller), Hands())

    assert (delivered.row.width, delivered.base64) == (4, None)


async def test_a_place_that_cannot_be_written_is_said_to_be_away(pictures):
    pictures.rmdir()
    pictures.write_text("a file where the folder should be")

    with pytest.raises(OutOfService):
        await deliver(PaintedPicture(png()), keeping(), Hands())


async def test_those_who_wait_while_hands_are_full_go_together():
    hands, first_began, may_end = Hands(), threading.Event(), threading.Event()

    def slow():
        first_began.set()
        may_end.wait(10)
        return threading.get_ident()

    first = asyncio.create_task(hands.together(slow))
    await asyncio.to_thread(first_began.wait, 10)
    others = [
        asyncio.create_task(hands.together(threading.get_ident)) for _ in range(20)
    ]
    await asyncio.sleep(0)
    may_end.set()
    await first

    assert len(set(await asyncio.gather(*others))) == 1
