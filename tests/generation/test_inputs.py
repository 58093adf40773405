"""What becomes of pictures that people send, and which ones are not taken."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from playground.generation.errors import BadRequest, TooLarge
from playground.generation.inputs import (
    InputPicture,
    check_count,
    mask_in,
    picture_in,
)
from tests.generation import files_of_strangers as strangers
from tests.generation.files_of_strangers import (
    SECRET,
    chunk,
    halves,
    photo,
    png,
    saved,
)


def read(data, **options) -> InputPicture:
    return picture_in(data, **{"param": "image", **options})


def refused(data, **options) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        read(data, **options)
    return caught.value


def shown(picture: InputPicture) -> Image.Image:
    """Decode what was kept, and check that it is what it says it is."""
    found = Image.open(io.BytesIO(picture.data))
    assert found.format.lower() == picture.format
    assert found.size == (picture.width, picture.height)
    found.load()
    return found


def near(colour, wanted, by=12):
    return all(abs(a - b) <= by for a, b in zip(colour, wanted, strict=True))


RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_clean_picture_keeps_its_bytes(kind):
    data = saved(halves(), kind)

    picture = read(data)

    assert (picture.width, picture.height, picture.format) == (8, 4, kind.lower())
    assert picture.data == data
    assert not picture.has_alpha


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_may_come_as_a_file_under_any_name(kind):
    file = io.BytesIO(saved(halves(), kind))
    file.name = "invoice.exe"
    file.seek(5)

    assert shown(read(file)).size == (8, 4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_stands_upright_and_tells_nothing_of_its_camera(kind, orientation):
    picture = read(photo(orientation, kind=kind))

    found = shown(picture)
    wide = orientation < 5
    assert found.size == ((16, 8) if wide else (8, 16))
    first = RED if orientation in (1, 4, 5, 6) else BLUE
    last = (found.width - 1, 0) if wide else (0, found.height - 1)
    assert near(found.convert("RGB").getpixel((0, 0)), first)
    assert not near(found.convert("RGB").getpixel(last), first)
    assert not found.getexif()
    assert SECRET not in picture.data


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_telephones_heic_becomes_an_upright_jpeg(orientation):
    data = strangers.heic(halves(size=(64, 32)), orientation=orientation)

    picture = read(data)

    found = shown(picture)
    wide = orientation < 5
    assert picture.format == "jpeg"
    assert found.size == ((64, 32) if wide else (32, 64))
    first = RED if orientation in (1, 4, 5, 6) else BLUE
    assert near(found.getpixel((2, 2)), first)
    assert not found.getexif()
    assert SECRET not in picture.data


def test_a_heics_colours_and_transparency_are_kept():
    profile = strangers.swapped_profile()
    red = Image.new("RGB", (64, 64), RED)
    red.info["icc_profile"] = profile
    clear = Image.new("RGBA", (64, 64), (0, 0, 255, 0))

    swapped = read(strangers.heic(red))
    see_through = read(strangers.heic(clear))

    assert near(shown(swapped).getpixel((32, 32)), (0, 255, 0), by=30)
    assert (see_through.format, see_through.has_alpha) == ("png", True)


def test_a_turned_photo_hardly_loses_anything():
    noise = Image.effect_noise((64, 64), 90).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 3
    data = saved(noise, "JPEG", quality=70, exif=exif.tobytes())

    picture = read(data)

    assert picture.format == "jpeg"
    assert len(picture.data) < len(data) * 1.2
    sent = Image.open(io.BytesIO(data)).transpose(Image.Transpose.ROTATE_180)
    differences = zip(sent.tobytes(), shown(picture).tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in differences) / len(sent.tobytes()) < 2


def test_text_comments_and_trailers_are_left_out():
    text = chunk(b"tEXt", b"Comment\0" + SECRET)
    in_png = read(png(between=text) + SECRET)
    in_jpeg = read(saved(halves(), "JPEG", comment=SECRET) + SECRET)
    in_webp = read(saved(halves(), "WEBP", xmp=SECRET) + SECRET)

    assert SECRET not in in_png.data + in_jpeg.data + in_webp.data
    assert [shown(one).size for one in (in_png, in_jpeg, in_webp)] == [
        (4, 3),
        (8, 4),
        (8, 4),
    ]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_of_an_animation_the_first_frame_counts(kind):
    found = shown(read(strangers.animation(kind))).convert("RGB")

    assert found.size == (6, 4)
    assert near(found.getpixel((2, 2)), RED)


def test_a_frame_may_be_larger_than_its_screen():
    data = bytearray(saved(halves(), "GIF"))
    data[6:10] = struct.pack("<HH", 2, 2)

    assert shown(read(bytes(data))).size == (8, 4)


def test_a_webp_does_not_announce_what_was_left_out():
    picture = read(photo(kind="WEBP", icc_profile=strangers.sober_profile()))

    assert picture.data[12:16] == b"VP8X"
    assert picture.data[20] == 0


@pytest.mark.parametrize(
    ("data", "mode", "colour"),
    [
        pytest.param(
            saved(Image.new("L", (2, 2), 120)), "RGB", (120, 120, 120), id="grey"
        ),
        pytest.param(saved(Image.new("1", (2, 2), 1)), "RGB", (255,) * 3, id="one bit"),
        pytest.param(
            saved(Image.new("I;16", (2, 2), 0x8000)),
            "RGB",
            (128, 128, 128),
            id="grey of 16 bits",
        ),
        pytest.param(
            png(
                2, 1, depth=16, colour=6, rows=b"\0" + struct.pack(">8H", *[0x8000] * 8)
            ),
            "RGBA",
            (128, 128, 128, 128),
            id="RGBA of 16 bits",
        ),
        pytest.param(
            saved(Image.new("LA", (2, 2), (120, 60))),
            "RGBA",
            (120, 120, 120, 60),
            id="grey with alpha",
        ),
        pytest.param(
            saved(halves("P"), "PNG", transparency=halves("P").getpixel((0, 0))),
            "RGBA",
            (255, 0, 0, 0),
            id="a palette with a transparent colour",
        ),
        pytest.param(
            saved(halves("P"), "GIF", transparency=halves("P").getpixel((0, 0))),
            "RGBA",
            (255, 0, 0, 0),
            id="a transparent GIF",
        ),
        pytest.param(
            png(2, 1, rows=b"\0\1\2\3\4\5\6", between=chunk(b"tRNS", b"\0\1\0\2\0\3")),
            "RGBA",
            (1, 2, 3, 0),
            id="RGB with a transparent colour",
        ),
        pytest.param(
            saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=95),
            "RGB",
            (255, 0, 0),
            id="CMYK",
        ),
        pytest.param(saved(halves("P")), "RGB", (255, 0, 0), id="a palette"),
        pytest.param(
            saved(Image.new("RGBA", (2, 2), (9, 8, 7, 255)), icc_profile=b"broken"),
            "RGBA",
            (9, 8, 7, 255),
            id="an unreadable profile",
        ),
    ],
)
def test_every_kind_of_colour_becomes_rgb_or_rgba(data, mode, colour):
    picture = read(data)

    found = shown(picture)
    assert found.mode == mode
    assert near(found.getpixel((0, 0)), colour)
    assert picture.has_alpha == (mode == "RGBA" and colour[3] < 255)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_colour_profile_is_worked_in_and_left_out(kind):
    data = saved(halves(), kind, icc_profile=strangers.swapped_profile())

    found = shown(read(data))

    red, green, _ = found.convert("RGB").getpixel((0, 0))
    assert green > 200 > red
    assert "icc_profile" not in found.info


def test_a_profile_of_other_colours_than_the_pictures_is_ignored():
    data = saved(halves("L"), icc_profile=strangers.swapped_profile())

    assert near(shown(read(data)).getpixel((0, 0)), (76, 76, 76), by=1)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"hello, I am a picture, believe me", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"%PDF-1.7", "PDF"),
        (saved(halves(), "BMP"), "BMP"),
        (saved(halves(), "TIFF"), "TIFF"),
        (saved(halves(), "AVIF"), "AVIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "MP4"),
    ],
)
def test_what_is_no_picture_of_ours_is_told_what_would_work(data, says):
    error = refused(data, param="image[2]")

    assert says in error.message
    assert "PNG, JPEG, WebP, GIF or HEIC" in error.message
    assert error.message.startswith("image[2]: ")
    assert (error.param, error.code) == ("image[2]", "invalid_image_file")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_file_cut_off_anywhere_is_refused(kind, part):
    data = saved(Image.effect_noise((64, 64), 90).convert("RGB"), kind)

    assert "file" in refused(data[: int(len(data) * part)]).message


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png(rows=b"\0"), id="a PNG with too few pixels"),
        pytest.param(
            png(between=chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))),
            id="a PNG of two sizes",
        ),
        pytest.param(png(0, 5), id="a PNG without width"),
        pytest.param(png(depth=3), id="a PNG of an unknown depth"),
        pytest.param(
            strangers.riff(
                strangers.canvas(10, 10),
                (
                    b"VP8L",
                    b"\x2f" + struct.pack("<I", 16382 | 16382 << 14) + b"\0" * 20,
                ),
            ),
            id="a WebP of two sizes",
        ),
        pytest.param(
            strangers.riff(strangers.canvas(10, 10)), id="a WebP without pixels"
        ),
        pytest.param(strangers.riff(), id="an empty WebP"),
        pytest.param(strangers.gif_screen(5, 5) + b";", id="a GIF without frames"),
        pytest.param(b"\xff\xd8\xff\xd9", id="an empty JPEG"),
        pytest.param(strangers.jpeg_of_size(0, 9), id="a JPEG without width"),
        pytest.param(strangers.progressive_bomb(), id="a JPEG of too many scans"),
        pytest.param(png(between=chunk(b"abcd", b"") * 100_001), id="a PNG of crumbs"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", id="an empty HEIC"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(data):
    assert refused(data).code == "invalid_image_file"


def noted_bomb():
    profile = chunk(b"iCCP", b"p\0\0" + zlib.compress(b"x" * 100_000_000, 1))
    return png(between=profile)


def crowded_bomb():
    frame = b"\0" * 6 + b"\xfe\xff\x00" * 2 + b"\0" * 4
    crowd = [(b"ANMF", frame + b"VP8L" + b"\0" * 9)] * 2_000
    return strangers.riff(strangers.canvas(2**24, 2**24, flags=2), *crowd)


BLACK = b"\0" * 10_000_000
GIF_FRAME = b",\0\0\0\0" + struct.pack("<HH", 65535, 65535) + b"\0\2\2L\1\0;"
# Small files that would be large pictures, or large notes, once unpacked. Each is made
# when it is wanted: some take seconds.
BOMBS = {
    "a PNG of 30000x30000": lambda: png(30_000, 30_000, rows=BLACK),
    "a PNG of 2 billion square": lambda: png(2**31 - 1, 2**31 - 1),
    "a PNG of one endless row": lambda: png(49_000_000, 1, rows=BLACK),
    "a PNG of 81 megapixels": lambda: saved(Image.new("1", (9_000, 9_000))),
    "a JPEG of 81 megapixels": lambda: saved(Image.new("L", (9_000, 9_000)), "JPEG"),
    "a WebP of 81 megapixels": lambda: saved(
        Image.new("L", (9_000, 9_000)), "WEBP", method=0
    ),
    "a GIF of 81 megapixels": lambda: saved(Image.new("L", (9_000, 9_000)), "GIF"),
    "a PNG with a vast profile": noted_bomb,
    "a JPEG of 65500x65500": lambda: strangers.jpeg_of_size(65_500, 65_500),
    "a JPEG of too many scans": strangers.progressive_bomb,
    "a GIF of a vast screen": lambda: strangers.gif_screen(65_535, 65_535) + GIF_FRAME,
    "a GIF of a vast frame": lambda: strangers.gif_screen(5, 5) + GIF_FRAME,
    "a HEIC of 30000x30000": lambda: strangers.heic_of_size(
        halves(size=(64, 64)), 30_000, 30_000
    ),
    "a HEIC that is larger than it says": lambda: strangers.heic_of_size(
        Image.new("RGB", (5_000, 5_000)), 64, 64
    ),
    "a WebP of a vast canvas": crowded_bomb,
    "a WebP of a vast picture": lambda: strangers.riff(
        (b"VP8L", b"\x2f" + b"\xff\xff\xff\x0f" + b"\0" * 99)
    ),
}


def peak_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def peak_rise(work) -> int:
    """Tell how far the process's memory rose at most while something was done."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pytest.skip("this machine does not tell how much memory was used at most")
    before = peak_bytes()
    work()
    return peak_bytes() - before


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_and_memory_hardly_rises(name):
    data = BOMBS[name]()

    assert peak_rise(lambda: refused(data)) < 64 * 1024**2


def test_text_that_unpacks_to_gigabytes_is_never_unpacked():
    text = chunk(b"zTXt", b"c\0\0" + zlib.compress(b"x" * 1_000_000, 9))
    data = png(between=text * 1_000)

    assert peak_rise(lambda: shown(read(data))) < 64 * 1024**2


def test_an_animation_of_many_frames_costs_no_more_than_its_first():
    frame = strangers.animation("GIF")
    start = frame.index(b"\x21\xf9")
    data = frame[:start] + frame[start:-1] * 20_000 + b";"

    assert peak_rise(lambda: shown(read(data))) < 64 * 1024**2


def test_a_picture_at_the_limit_is_taken_and_one_beyond_is_not():
    assert read(saved(Image.new("1", (10_000, 5_000)))).width == 10_000

    error = refused(saved(Image.new("1", (10_000, 5_001))))

    assert "10000x5001" in error.message
    assert "50 megapixels" in error.message


def test_a_file_that_is_too_large_is_not_even_read(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(50 * 1024**2 + 1)

    with path.open("rb") as file, pytest.raises(TooLarge) as caught:
        read(file, param="image")

    assert "50 MB" in caught.value.message
    assert caught.value.param == "image"


def test_no_more_than_sixteen_pictures_are_taken():
    check_count([b""] * 16)

    with pytest.raises(BadRequest, match="at most 16"):
        check_count([b""] * 17)
    with pytest.raises(BadRequest, match="at least one"):
        check_count([])


# Masks.


@pytest.fixture
def over():
    return read(saved(halves()))


def mask(data, over):
    return mask_in(data, over, "mask")


def holed(mode="RGBA", size=(8, 4)):
    """All kept on the left, free to change on the right."""
    picture = Image.new("RGBA", size, (9, 9, 9, 255))
    picture.paste((9, 9, 9, 0), (size[0] // 2, 0, *size))
    return picture.convert(mode)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(saved(holed()), id="PNG"),
        pytest.param(saved(holed("LA")), id="grey PNG with alpha"),
        pytest.param(saved(holed(), "WEBP", lossless=True), id="WebP"),
        pytest.param(
            saved(halves("L", colours=("black", "white"))), id="white on black"
        ),
        pytest.param(saved(halves("1", colours=("black", "white"))), id="one bit"),
        pytest.param(saved(halves("P", colours=("black", "white"))), id="a palette"),
        pytest.param(saved(halves(colours=("black", "white"))), id="white, in RGB"),
    ],
)
def test_a_mask_says_what_may_change_and_nothing_else(data, over):
    found = shown(mask(data, over))

    assert (found.format, found.mode, found.size) == ("PNG", "RGBA", (8, 4))
    assert found.getpixel((0, 0)) == (0, 0, 0, 255)
    assert found.getpixel((7, 3)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (saved(halves("L"), "JPEG"), "PNG or WebP"),
        (saved(halves("L"), "GIF"), "PNG or WebP"),
        (saved(halves()), "alpha"),
        (saved(Image.new("RGBA", (8, 4), "red")), "nothing in it is transparent"),
        (saved(Image.new("L", (8, 4), 0)), "nothing in it is transparent"),
        (saved(holed(size=(4, 8))), "it is 4x8 and the first picture is 8x4"),
        (b"no picture", "not a picture"),
        (saved(holed())[:-20], "too early"),
    ],
)
def test_a_mask_that_cannot_be_kept_to_is_refused(data, says, over):
    with pytest.raises(BadRequest) as caught:
        mask(data, over)

    assert says in caught.value.message
    assert caught.value.param == "mask"


def test_a_mask_is_measured_against_the_picture_as_it_stands(over):
    turned = read(photo(6))

    assert mask(saved(holed(size=(8, 16))), turned).height == 16
