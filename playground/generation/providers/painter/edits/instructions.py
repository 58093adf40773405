"""Read what is to be done to a picture: a list of acts, in the order they were said.

The words are in `words.toml`, with the painter's own after them. A prompt is cut
at its commas and its 'and's; a clause without a verb inherits the last one, so
'add a moon and a fox' adds both. English, Spanish and Chinese twins give the
same acts, and so the same picture.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from playground.generation.providers.painter.motif import motifs
from playground.generation.providers.painter.reading import (
    LONGEST_READ,
    QUOTED,
    SINGLE_QUOTED,
    Found,
    Known,
    Subject,
    lookup,
    subjects_in,
    vocabulary,
    words_in,
)

MOST_ACTS = 12
NOUNS = frozenset("subject colour thing count where quote".split())
SAID = frozenset("act quality time weather style subject quote".split())
SAYING = re.compile(
    r"\b(saying|that says|which says|that reads|que diga|que dice|写着)\s*:?\s*"
    r"([^\"“”«»„「」『』'‘’,;.\n]{1,120})",
    re.IGNORECASE,
)
BREAK = re.compile(r"[;!?。；！？、\n]+|[,.，](?!\d)")
RATIO = re.compile(r"(\d+)\s*[:x×/]\s*(\d+)")
PERCENT = re.compile(r"(\d+)\s*(?:%|percent\b|por ciento\b)")
FIGURE_BESIDE_HANZI = re.compile(r"(?<=\d)(?=[㐀-鿿])")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do: how strongly, and with what."""

    name: str
    strength: float = 1.0
    colours: tuple[str, ...] = ()
    words: str = ""  # a style, a text, a scene
    subject: Subject | None = None
    where: str = ""
    number: float = 0.0  # degrees, or the width of a shape for one of its height


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the prompt between two commas, and the verb that governs it."""

    found: tuple[Found, ...]
    verb: str

    def names(self, kind: str) -> list[str]:
        return [one.name for one in self.found if one.kind == kind]

    def first(self, kind: str) -> str:
        return next(iter(self.names(kind)), "")

    def has(self, kind: str, name: str) -> bool:
        return name in self.names(kind)

    @property
    def strangers(self) -> int:
        """How many unknown words stand between a verb and the colour it wants."""
        verbs = [one for one in self.found if one.kind == "verb"]
        colours = [one for one in self.found if one.kind == "colour"]
        if not (verbs and colours and verbs[0].at < colours[0].at):
            return 0
        between = range(verbs[0].end, colours[0].at)
        heard = {place for one in self.found for place in range(one.at, one.end)}
        is_whole = self.first("thing") == "picture"
        return 0 if is_whole else sum(place not in heard for place in between)

    @property
    def strength(self) -> float:
        percent = self.first("percent")
        if percent:
            return min(2.5, max(0.15, int(percent) / 35))
        return {"slight": 0.55, "strong": 1.6}.get(self.first("degree"), 1.0)


def instructions(prompt: str) -> tuple[Act, ...]:
    """Everything the prompt asks for that can be done, in order."""
    text, marks = _marked(unicodedata.normalize("NFKC", prompt[:LONGEST_READ]))
    found = list(lookup(text, {**known(), **marks}))
    acts: list[Act] = []
    verb = ""
    for words in _clauses(found):
        verbs = [one.name for one in words if one.kind == "verb"]
        said = next((one for one in verbs if one != "with"), "")
        said = said or ("add" if "with" in verbs else "")
        is_bare = all(one.kind in NOUNS for one in words)
        clause = Clause(tuple(words), said or (verb if is_bare else ""))
        verb = clause.verb
        acts += _acts(clause)
    names = {act.name for act in acts}
    if "night" in names:  # a night has its stars already
        acts = [act for act in acts if act.name != "stars"]
    return tuple(acts[:MOST_ACTS])


def is_a_description(prompt: str) -> bool:
    """Whether the prompt says what is to be seen, and nothing about what to do."""
    text, marks = _marked(unicodedata.normalize("NFKC", prompt[:LONGEST_READ]))
    kinds = {
        one.kind
        for one in lookup(text, {**known(), **marks})
        if (one.kind, one.name) != ("verb", "with")
    }
    return bool(kinds & {"subject", "scene"}) and not kinds & {"verb", "act", "quality"}


@cache
def known() -> Known:
    """The words of editing, then the painter's own."""
    return vocabulary() | words_in(Path(__file__).with_name("words.toml"))


def _marked(text: str) -> tuple[str, Known]:
    """The text with quotes, commas and figures written as words of their own."""
    marks: Known = {}

    def mark(kind: str, name: str) -> str:
        word = f"zq{kind}{len(marks)}qz"
        marks[word] = (kind, name)
        return f" {word} "

    if not (QUOTED.search(text) or SINGLE_QUOTED.search(text)):
        text = SAYING.sub(lambda m: mark("quote", m[2].strip()), text)
    text = QUOTED.sub(lambda m: mark("quote", m[1].strip()), text)
    text = SINGLE_QUOTED.sub(lambda m: mark("quote", m[1].strip()), text)
    text = RATIO.sub(lambda m: mark("ratio", f"{m[1]}:{m[2]}"), text)
    text = PERCENT.sub(lambda m: mark("percent", m[1][:4]), text)
    text = BREAK.sub(lambda m: mark("break", ""), text)
    return FIGURE_BESIDE_HANZI.sub(" ", text), marks


def _clauses(found: list[Found]) -> Iterator[list[Found]]:
    """Cut at every comma and 'and', and before a 'with' that brings something."""
    clause: list[Found] = []
    for index, word in enumerate(found):
        is_pair = _pairs_colours(clause, found[index + 1 :])
        is_cut = word.kind == "break" or (word.kind == "then" and not is_pair)
        if is_cut or (clause and _brings(word, clause, found[index + 1 :])):
            yield from [clause] if clause else []
            clause = []
        if not is_cut:
            clause.append(word)
    yield from [clause] if clause else []


def _pairs_colours(clause: list[Found], rest: list[Found]) -> bool:
    """'Swap red and blue' is one thing to do."""
    is_swap = any(one.name == "replace" for one in clause)
    return is_swap and clause[-1].kind == "colour" == (rest or clause[:1])[0].kind


def _brings(word: Found, clause: list[Found], rest: list[Found]) -> bool:
    """Whether a 'with' or a new verb opens a clause of its own here."""
    if word.kind != "verb" or word.name in {"make", "replace"}:
        return False
    if word.name == "keep":
        return True
    if word.name != "with":
        is_said = any(one.kind in SAID for one in clause)
        return is_said and not any(one.kind == "colour" for one in clause)
    if any(one.name in {"replace", "background", "frame"} for one in clause):
        return False
    return bool(rest) and any(
        one.kind in {"subject", "weather", "quote"} for one in rest[:3]
    )


def _acts(clause: Clause) -> list[Act]:
    """The first reading that makes sense of the clause."""
    if clause.has("verb", "keep"):
        return []
    for reading in (_text, _recolour, _removal, _addition, _turning, _plain):
        acts = reading(clause)
        if acts:
            return acts
    return []


def _text(clause: Clause) -> list[Act]:
    colours = tuple(clause.names("colour")[:1])
    where = clause.first("where")
    return [
        Act("text", colours=colours, words=words, where=where)
        for words in clause.names("quote")
        if words
    ]


def _recolour(clause: Clause) -> list[Act]:
    """One colour for another, a new background, a painted sky."""
    colours = clause.names("colour")
    is_framed = any(name in SURROUNDS for name in clause.names("act"))
    if not colours or is_framed or clause.verb == "remove":
        return []
    if clause.has("thing", "background"):
        return [Act("cutout", colours=(colours[-1],))]
    if clause.has("thing", "sky") and not clause.first("subject"):
        return [Act("sky", clause.strength, (colours[-1],))]
    if clause.verb == "add" and clause.first("subject"):
        return []
    if len(colours) > 1:
        return [Act("recolour", clause.strength, (colours[0], colours[1]))]
    if clause.first("subject") or clause.first("scene"):
        is_repaint = clause.verb in {"make", "replace"}
        return [Act("repaint", clause.strength, (colours[0],))] if is_repaint else []
    if clause.strangers >= 2:  # 'make the dress green'
        return [Act("repaint", clause.strength, (colours[0],))]
    if clause.names("act") and clause.verb != "make":
        return []
    return [Act("tint", clause.strength, (colours[0],))]


SURROUNDS = frozenset("frame polaroid rounded collage row column vignette".split())


def _removal(clause: Clause) -> list[Act]:
    if clause.verb != "remove":
        return []
    if clause.has("thing", "background") and not clause.first("subject"):
        return [Act("cutout")]
    colours = clause.names("colour")
    if colours:
        return [Act("drain", clause.strength, (colour,)) for colour in colours]
    if set(clause.names("quality")) & {"colour", "saturation"}:
        return [Act("grey")]
    undone = [UNDONE[name] for name in clause.names("act") if name in UNDONE]
    undone += [CLEARED[name] for name in clause.names("weather") if name in CLEARED]
    if undone:
        return [Act(name, clause.strength) for name in undone]
    return [Act("cutout" if clause.has("act", "cutout") else "erase")]


UNDONE = {
    "blur": "sharpen",
    "grain": "denoise",
    "vignette": "brighter",
    "frame": "zoom_in",
}
CLEARED = {"fog": "crisp", "rain": "day", "snow": "warmer"}


def _addition(clause: Clause) -> list[Act]:
    """Things to be painted into the picture."""
    if clause.verb != "add":
        return []
    kinds = [one.kind for one in clause.found]
    until = kinds.index("about") if "about" in kinds else len(kinds)
    things, _ = subjects_in(list(clause.found[:until]))  # not 'to the dog'
    where = clause.first("where")
    added = [
        Act("motif", subject=thing, where=where)
        for thing in things
        if thing.name in motifs()
    ]
    return added + _weathers(clause) if added else []


def _weathers(clause: Clause) -> list[Act]:
    return [Act(name, clause.strength) for name in clause.names("weather")]


def _turning(clause: Clause) -> list[Act]:
    """Mirrors, turns and cuts, with the side or the number that goes with them."""
    acts = clause.names("act")
    if "crop" in acts or clause.first("ratio") or clause.first("shape"):
        shape = _shape(clause)
        return [Act("crop", clause.strength, where=clause.first("where"), number=shape)]
    if clause.first("flipping"):
        is_down = clause.has("axis", "vertical") or "upside" in acts
        return [Act("flip" if is_down else "mirror")]
    counts = clause.names("count")
    turns = clause.verb == "make" and (clause.first("where") in SIDES)
    is_turned = "rotate" in acts or (turns and not _plain(clause))
    if not is_turned:
        return []
    degrees = min(360.0, float(counts[0])) if counts and counts[0] != "1" else 90.0
    sign = 1 if clause.first("where") == "left" else -1
    return [Act("rotate", number=180.0 if "upside" in acts else sign * degrees)]


SIDES = frozenset({"left", "right"})
SHAPES = {"square": 1.0, "wide": 2.2, "tall": 0.75}


def _shape(clause: Clause) -> float:
    ratio = clause.first("ratio")
    if not ratio:
        return SHAPES.get(clause.first("shape"), 0.0)
    across, down = (max(1.0, float(part[:5])) for part in ratio.split(":"))
    return min(8.0, max(0.125, across / down))


def _plain(clause: Clause) -> list[Act]:
    """Everything that needs nothing but its name, and a direction at most."""
    acts: list[Act] = []
    is_less = False
    heard_sign = False
    colours = tuple(clause.names("colour"))
    bare = Act("", clause.strength, colours)
    for word in clause.found:
        if word.name == "day" and clause.first("weather"):
            continue  # a rainy day is rain
        if word.kind == "more":
            is_less, heard_sign = word.name == "less", True
        name = _plain_name(word, is_less, heard_sign or clause.verb == "add")
        if name:
            style = word.name if name == "style" else ""
            acts.append(replace(bare, name=name, words=style))
    if clause.has("thing", "background") and any(a.name == "blur" for a in acts):
        return [replace(bare, name="bokeh")]
    return acts


def _plain_name(word: Found, is_less: bool, has_sign: bool) -> str:
    """What to call the act this word stands for, if it stands for one."""
    match word.kind:
        case "act":
            if word.name == "upside":
                return "upside"
            return LESS.get(word.name, word.name) if is_less else word.name
        case "quality":
            is_vague = word.name == "colour" and not has_sign
            return "" if is_vague else QUALITIES[word.name][is_less]
        case "time" | "weather":
            return word.name
        case "style":
            return "style"
    return ""


QUALITIES = {
    "brightness": ("brighter", "darker"),
    "contrast": ("crisp", "flat"),
    "saturation": ("vivid", "muted"),
    "colour": ("vivid", "muted"),
    "warmth": ("warmer", "colder"),
    "sharpness": ("sharpen", "blur"),
}
LESS = {
    "brighter": "darker",
    "darker": "brighter",
    "warmer": "colder",
    "colder": "warmer",
    "vivid": "muted",
    "muted": "vivid",
    "crisp": "flat",
    "flat": "crisp",
    "blur": "sharpen",
    "sharpen": "blur",
    "grain": "denoise",
}
