"""Paper-cut things: read their pieces from `motifs/*.toml` and lay them down.

Each motif is a few dozen numbers on a 100 x 100 sheet. A piece is written
"role kind numbers": `e` ellipse, `b` blob (a `!` keeps a corner sharp),
`p` polygon, `r` rectangle, `a` slice of a ring, `o` ring, `s` soft stroke,
`l` straight stroke. A `-` or `+` after the role is a darker or lighter paper,
a `*` cuts the piece a second time, mirrored.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from playground.generation.providers.painter import shapes
from playground.generation.providers.painter.canvas import Canvas, Points
from playground.generation.providers.painter.fields import Floats, Rgb
from playground.generation.providers.painter.palettes import multiply, rgb, shade

PAPERS: dict[str, Rgb] = {
    "ink": rgb("#23212a"),
    "white": rgb("#fffaf0"),
    "glow": rgb("#ffd98a"),
    "sea": rgb("#5b93b5"),
    "leaf": rgb("#6fa56a"),
    "beam": rgb("#fff0b8"),
    "smoke": rgb("#e9e4da"),
    "coat": rgb("#c8563a"),
    "pale": rgb("#f5ead8"),
    "dark": rgb("#33303a"),
    "accent": rgb("#e0a63f"),
}
UNLIT = frozenset({"glow", "beam", "white"})  # their own light, or a glint
SEE_THROUGH = {"beam": 0.3, "smoke": 0.55}


@dataclass(frozen=True, slots=True)
class Piece:
    """One cut of paper: its colour, how it is toned, and its outlines."""

    role: str
    tone: int
    outlines: tuple[Points, ...]
    holes: tuple[Points, ...] = ()


@dataclass(frozen=True, slots=True)
class Motif:
    """A thing that can be put anywhere: where it belongs and how big it is."""

    name: str
    stands: str
    size: float
    papers: dict[str, Rgb]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a motif goes: the middle of its feet, its height, and its light."""

    x: float
    y: float
    height: float
    ambient: Rgb = (255, 255, 255)
    coat: Rgb | None = None
    is_mirrored: bool = False


@cache
def motifs() -> dict[str, Motif]:
    """Every motif there is, by name."""
    found: dict[str, Motif] = {}
    for path in sorted((Path(__file__).parent / "motifs").glob("*.toml")):
        for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[name] = Motif(
                name=name,
                stands=row.get("stands", "ground"),
                size=row.get("size", 1.0),
                papers={role: rgb(row[role]) for role in PAPERS if role in row},
                pieces=tuple(cut for text in row["pieces"] for cut in _pieces(text)),
            )
    return found


def draw(canvas: Canvas, motif: Motif, pose: Pose) -> None:
    """Lay the motif's papers one on another, each with a breath of shadow."""
    papers = {**PAPERS, **motif.papers}
    if pose.coat is not None:
        papers["coat"] = pose.coat
    scale = pose.height / 100
    for piece in motif.pieces:
        outlines = [_placed(outline, pose, scale) for outline in piece.outlines]
        holes = [_placed(outline, pose, scale) for outline in piece.holes]
        base = rgb(piece.role) if piece.role[0] == "#" else papers[piece.role]
        colour = shade(base, piece.tone * 0.17)
        if piece.role not in UNLIT:
            colour = multiply(colour, pose.ambient)
        if _is_large(piece) and not holes and piece.role not in SEE_THROUGH:
            lift = np.array([scale * 0.5, scale * 1.1])
            canvas.soften(
                [outline + lift for outline in outlines],
                shade(colour, -0.75),
                blur=scale * 1.5,
                alpha=0.22,
            )
        alpha = SEE_THROUGH.get(piece.role, 1.0)
        canvas.fill(outlines, _paper(colour), alpha=alpha, holes=holes)


def _is_large(piece: Piece) -> bool:
    spans = np.ptp(np.concatenate(piece.outlines), axis=0)
    return bool(spans.min() > 9)


def _paper(colour: Rgb) -> Floats:
    """A hint of light from above, so that flat paper is not dead."""
    top, low = shade(colour, 0.05), shade(colour, -0.08)
    return np.asarray([[top, top], [low, low]], np.float32)


def _placed(outline: Points, pose: Pose, scale: float) -> Points:
    across = 50 - outline[:, 0] if pose.is_mirrored else outline[:, 0] - 50
    down = outline[:, 1] - 100
    return np.stack([pose.x + across * scale, pose.y + down * scale], axis=1)


def _pieces(text: str) -> list[Piece]:
    """One line of the file as one piece, or as two when it is mirrored."""
    head, kind, *rest = text.split()
    role = head.rstrip("*+-")
    tone = head.count("+") - head.count("-")
    outlines, holes = _cut(kind, rest)
    piece = Piece(role, tone, tuple(outlines), tuple(holes))
    if "*" not in head:
        return [piece]
    flip = np.array([[-1.0, 1.0]])
    shift = np.array([[100.0, 0.0]])
    mirrored = tuple(outline * flip + shift for outline in outlines)
    return [piece, Piece(role, tone, mirrored)]


def _cut(kind: str, words: list[str]) -> tuple[list[Points], list[Points]]:
    knots = [word for word in words if "," in word]
    numbers = [float(word) for word in words if "," not in word]
    spots = np.asarray(
        [[float(part) for part in knot.rstrip("!").split(",")] for knot in knots]
    )
    x, y = spots[0]
    match kind:
        case "e":
            across, down = spots[1]
            tilt = numbers[0] if numbers else 0.0
            return [shapes.ellipse(x, y, across, down, tilt=tilt)], []
        case "b":
            return [shapes.blob(spots, [knot.endswith("!") for knot in knots])], []
        case "p":
            return [spots], []
        case "r":
            wide, tall = spots[1]
            corner = numbers[0] if numbers else 0.0
            return [shapes.rectangle(x, y, wide, tall, corner=corner)], []
        case "a":
            radius, start, end, *inner = numbers
            return [shapes.sector(x, y, radius, start, end, inner=sum(inner))], []
        case "o":
            radius, thick = numbers
            return [shapes.circle(x, y, radius)], [shapes.circle(x, y, radius - thick)]
        case "s":
            return shapes.ribbon(shapes.curve(spots), numbers[0]), []
        case "l":
            return shapes.ribbon(spots, numbers[0]), []
    raise ValueError(f"no such cut: {kind}")
