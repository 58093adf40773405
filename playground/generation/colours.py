"""Bring any picture's colours to sRGB, eight bits a channel: RGB, or RGBA.

A colour profile is somebody else's file too: one that cannot be read, or that
speaks of other colours than the picture has, is ignored, as browsers do.
"""

from io import BytesIO

from PIL import Image, ImageCms

SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
OF_SPACE = {"RGB": ("RGB", "RGBA"), "GRAY": ("L",), "CMYK": ("CMYK",)}


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB: the same one if it is so already."""
    source = None if profile is None else opened(profile)
    if source is None:
        return plain(picture)
    own = picture if picture.mode in ("L", "CMYK") else plain(picture)
    if own.mode not in OF_SPACE.get(source.profile.xcolor_space.strip(), ()):
        return plain(picture)
    mode = "RGBA" if own.mode == "RGBA" else "RGB"
    try:
        found = ImageCms.profileToProfile(
            own, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except ImageCms.PyCMSError:
        return plain(picture)
    return found or plain(picture)


def opened(profile: bytes) -> ImageCms.ImageCmsProfile | None:
    """Open a profile that has something to tell; most only say that it is sRGB."""
    try:
        found = ImageCms.ImageCmsProfile(BytesIO(profile))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return None if "sRGB" in (found.profile.profile_description or "") else found


def plain(picture: Image.Image) -> Image.Image:
    """Return RGB, or RGBA if anything may be see-through."""
    is_keyed = "transparency" in picture.info
    if picture.mode in ("RGB", "RGBA") and not is_keyed:
        return picture
    if picture.mode in SIXTEEN_BITS:
        picture = halved(picture)
    has_alpha = is_keyed or picture.mode in ("LA", "PA", "La", "RGBa")
    return picture.convert("RGBA" if has_alpha else "RGB")


def halved(picture: Image.Image) -> Image.Image:
    """Keep the upper eight bits of sixteen; Pillow alone would cut at 255."""
    small = picture.point(lambda value: value * (1 / 256)).convert("L")
    if isinstance(key := picture.info.get("transparency"), int):
        small.info["transparency"] = key >> 8
    return small
