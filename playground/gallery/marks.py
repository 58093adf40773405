"""Write into a copy how it was made: its settings, and that it was made with AI.

Pixels are never touched: a PNG gets text chunks, a JPEG a segment, a WebP a chunk. The
words "parameters" are those that other tools look for. XMP says it in the terms of the
press (IPTC's digital source type); what XMP a file has already stays, ours is added.
"""

import struct
import zlib
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from playground.generation.containers import jpeg, png, webp
from playground.generation.containers.base import Spoiled

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
XMP_KEYWORD = "XML:com.adobe.xmp"
XMP_SEGMENT = b"http://ns.adobe.com/xap/1.0/\0"
XMP_FLAG = 0x04
LONGEST_SEGMENT = 65_533
RDF_END = b"</rdf:RDF>"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a picture was made."""

    prompt: str
    avoid: str
    model: str
    seed: int | None
    width: int
    height: int
    is_edit: bool

    @property
    def parameters(self) -> str:
        """Write them as tools around open models do: prompt, what to avoid, the rest."""
        facts = [f"Size: {self.width}x{self.height}", f"Model: {self.model}"]
        if self.seed is not None:
            facts.insert(0, f"Seed: {self.seed}")
        lines = [self.prompt]
        if self.avoid:
            lines.append(f"Negative prompt: {self.avoid}")
        return "\n".join([*lines, ", ".join([*facts, "Software: Easel"])])

    @property
    def source_type(self) -> str:
        kind = "compositeWithTrained" if self.is_edit else "trained"
        return f"{SOURCE_TYPES}{kind}AlgorithmicMedia"


def marked(data: bytes, image_format: str, settings: Settings) -> bytes:
    """Return the file with its settings in it; as it is where its format has no place."""
    write = WRITERS.get(image_format)
    if write is None:
        return data
    try:
        return write(data, settings)
    except (Spoiled, IndexError, struct.error):
        return data  # a copy without words is better than none


def packet(settings: Settings, known: bytes = b"") -> bytes:
    """Write XMP, or add ours to what a file has."""
    says_source = b"DigitalSourceType" in known
    source = (
        ""
        if says_source
        else f" Iptc4xmpExt:DigitalSourceType={quoteattr(settings.source_type)}"
    )
    ours = (
        '<rdf:Description rdf:about=""'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:easel="https://easel.invalid/ns/1.0/"'
        f"{source} easel:Parameters={quoteattr(legal(settings.parameters))}/>"
    ).encode()
    if RDF_END in known:
        return known.replace(RDF_END, ours + RDF_END, 1)
    return (
        (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
            '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        ).encode()
        + ours
        + b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


def legal(text: str) -> str:
    """Leave out what XML cannot say."""
    return "".join(one for one in text if one in "\t\n\r" or one >= " ")


def in_png(data: bytes, settings: Settings) -> bytes:
    """Put our texts right behind the header; an XMP text that is there is replaced."""
    header, *rest = png.chunks(memoryview(data))
    known = b""
    kept = []
    for kind, chunk in rest:
        body = bytes(chunk[8:-4]) if kind == b"iTXt" else b""
        if body.startswith(XMP_KEYWORD.encode() + b"\0\0"):
            known = body.split(b"\0", 5)[-1]
            continue
        kept.append(chunk)
    texts = [
        text_chunk("parameters", settings.parameters.encode()),
        text_chunk(XMP_KEYWORD, packet(settings, known)),
    ]
    return b"".join([png.START, header[1], *texts, *kept])


def text_chunk(keyword: str, text: bytes) -> bytes:
    body = b"iTXt" + keyword.encode() + b"\0\0\0\0\0" + text
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def in_jpeg(data: bytes, settings: Settings) -> bytes:
    """Put our segment behind those that have to come first."""
    position, known = len(jpeg.START), b""
    kept, first = [jpeg.START], 1
    while data[position + 1] in jpeg.NOTES:
        (length,) = struct.unpack_from(">H", data, position + 2)
        segment = data[position : position + 2 + length]
        position += len(segment)
        if segment[4:].startswith(XMP_SEGMENT):
            known = segment[4 + len(XMP_SEGMENT) :]
            continue
        kept.append(segment)
        if segment[1] == 0xE0 and first == len(kept) - 1:
            first = len(kept)
    body = XMP_SEGMENT + packet(settings, known)
    if len(body) + 2 > LONGEST_SEGMENT:
        return data
    kept.insert(first, b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body)
    return b"".join([*kept, data[position:]])


def in_webp(data: bytes, settings: Settings) -> bytes:
    """Say in the header that there is XMP, and put it at the end."""
    chunks = [(kind, bytes(body)) for kind, body in webp.chunks(memoryview(data))]
    known = next((body for kind, body in chunks if kind == b"XMP "), b"")
    chunks = [one for one in chunks if one[0] != b"XMP "]
    if chunks[0][0] != b"VP8X":
        chunks.insert(0, (b"VP8X", extended_header(*chunks[0])))
    header = chunks[0][1]
    chunks[0] = (b"VP8X", bytes([header[0] | XMP_FLAG]) + header[1:])
    chunks.append((b"XMP ", packet(settings, known)))
    parts = [b"WEBP"]
    for kind, body in chunks:
        parts += [kind, struct.pack("<I", len(body)), body, b"\0" * (len(body) % 2)]
    whole = b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def extended_header(kind: bytes, body: bytes) -> bytes:
    """Make the header that a simple WebP goes without."""
    ((width, height),) = webp.told_size(kind, memoryview(body))
    has_alpha = kind == b"VP8L" and bool(body[4] >> 4 & 1)
    flags = 0x10 if has_alpha else 0
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes([flags, 0, 0, 0]) + sides


WRITERS = {"png": in_png, "jpeg": in_jpeg, "webp": in_webp}
