"""Keep what a mask protects exactly as it was, whoever painted.

Models drift: most of them give back the whole picture painted anew, a little different
everywhere. An order that promises otherwise gets its own pixels back outside the mask.
The change fades in over a few pixels, inside the mask only.
"""

from io import BytesIO

from PIL import Image, ImageChops, ImageFilter

from playground.generation.inbox import content_of
from playground.generation.masks import place_in
from playground.generation.request import ImageRequest
from playground.generation.sheets import cut_out

FADE = 0.003


def with_its_outside(changed: Image.Image, request: ImageRequest) -> Image.Image:
    """Put what was outside the order's mask back over a delivered picture."""
    before = cut_out(stored(request.references[0]), changed.size)
    place = cut_out(place_in(stored(request.mask)), changed.size)
    mode = "RGBA" if "A" in changed.getbands() or "A" in before.getbands() else "RGB"
    return Image.composite(
        changed.convert(mode), before.convert(mode), faded(decided(place))
    )


def stored(name: str) -> Image.Image:
    picture = Image.open(BytesIO(content_of(name)))
    picture.load()
    return picture


def decided(place: Image.Image) -> Image.Image:
    """Call a pixel open only when all of it was: resizing makes some halfway."""
    return place.point([0] * 255 + [255])


def faded(place: Image.Image) -> Image.Image:
    """Soften the rim of an open place towards its inside."""
    radius = min(8.0, max(1.0, (place.width * place.height) ** 0.5 * FADE))
    blurred = place.filter(ImageFilter.GaussianBlur(radius))
    inner = blurred.point([max(0, value * 2 - 255) for value in range(256)])
    return ImageChops.darker(inner, place)
