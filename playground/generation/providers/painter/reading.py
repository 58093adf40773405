"""Read a prompt the way a hurried illustrator would.

The words people type are looked up in `words.toml`, in English, Spanish and
Chinese alike; what is not found there still counts, because every word of the
prompt goes into the seed. A colour belongs to the thing it stands next to, or
to the whole picture.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

LONGEST_READ = 4000  # characters; the seed still hears the rest
MOST_OF_ONE_THING = 12
A_FEW = 3  # what a plural means when no number comes with it
LONGEST_PHRASE = 4  # words
LONGEST_HANZI = 5

QUOTED = re.compile(r"[\"“”«»„「」『』]([^\"“”«»„「」『』]{1,400})[\"“”«»„「」『』]")
SINGLE_QUOTED = re.compile(r"(?<!\w)['‘]([^'‘’]{1,200})['’](?!\w)")
EMOJI = re.compile("[☀-➿\U0001f300-\U0001faff]")
WORDS = re.compile(r"[㐀-鿿]+|[☀-➿\U0001f300-\U0001faff]|[^\W_]+(?:-[^\W_]+)*")
HANZI = re.compile(r"[㐀-鿿]")

Known = dict[str, tuple[str, str]]  # a word, and the kind and name of what it means


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing to be seen: how many of it, and in what colour if one was said."""

    name: str
    count: int = 1
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """What the painter understood. Empty means the painter may choose."""

    scene: str = ""
    subjects: tuple[Subject, ...] = ()
    colours: tuple[str, ...] = ()
    time: str = ""
    weather: str = ""
    style: str = ""
    quotes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # further scenes that were named, in order


@dataclass(frozen=True, slots=True)
class Found:
    """One known word, where it stood, and whether its language is Chinese."""

    kind: str
    name: str
    at: int
    end: int
    is_postfix: bool  # the colour follows the noun here, as in Spanish
    is_plural: bool = False


def read(prompt: str) -> Brief:
    """Everything the prompt says that the painter knows how to paint."""
    text = unicodedata.normalize("NFKC", prompt[:LONGEST_READ])
    quotes = tuple(match.strip() for match in _quoted(text) if match.strip())
    unquoted = SINGLE_QUOTED.sub(" ", QUOTED.sub(" ", text))
    found = _without_the_unwanted(list(lookup(unquoted, vocabulary())))
    scenes = list(dict.fromkeys(f.name for f in found if f.kind == "scene"))
    subjects, loose = subjects_in(found)
    return Brief(
        scene=_chosen(scenes),
        subjects=subjects,
        colours=loose,
        time=_first(found, "time") or _hour_of(found),
        weather=_first(found, "weather"),
        style=_first(found, "style"),
        quotes=quotes[:3],
        also=tuple(scenes),
    )


def _quoted(text: str) -> list[str]:
    return QUOTED.findall(text) or SINGLE_QUOTED.findall(text)


@cache
def vocabulary() -> Known:
    """Every known word or phrase, folded, and what it stands for."""
    return words_in(Path(__file__).with_name("words.toml"))


def words_in(path: Path) -> Known:
    """A file of words as a table; the first meaning of a word is the one kept."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    known: Known = {}
    for kind, names in tables.items():
        for name, words in names.items():
            for word in words.split(","):
                known.setdefault(_folded(word.strip()), (kind, name))
    return known


def _folded(word: str) -> str:
    """Lower case, without accents; 'Montañas' and 'montanas' are one word."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(mark for mark in plain if not unicodedata.combining(mark))


def lookup(text: str, known: Known) -> Iterator[Found]:
    """The known words of a text in order, the longest phrase first."""
    tokens = list(_tokens(text))
    at = 0
    while at < len(tokens):
        if HANZI.match(tokens[at]):
            length, hit = _longest(tokens[at : at + LONGEST_HANZI], "", known)
        else:
            length, hit = _longest(tokens[at : at + LONGEST_PHRASE], " ", known)
        if hit is not None:
            last = tokens[at + length - 1]
            is_plural = last.endswith("s") and last not in SINGULAR
            postfix = _is_spanish(tokens, at)
            yield Found(hit[0], hit[1], at, at + length, postfix, is_plural)
        at += length


def _tokens(text: str) -> Iterator[str]:
    """Words; Chinese, which has no spaces, one character at a time.

    An emoji is read by its Unicode name: FOX FACE has a fox in it.
    """
    for run in WORDS.findall(text):
        if HANZI.match(run):
            yield from run
        elif EMOJI.match(run):
            yield from _folded(unicodedata.name(run, "")).split()
        else:
            yield _folded(run)


SINGULAR = frozenset("cactus octopus paraguas christmas".split())
SPANISH = frozenset(
    "el la los las un una unos unas de del y en con al por bajo".split()
)


def _is_spanish(tokens: list[str], at: int) -> bool:
    return any(token in SPANISH for token in tokens[max(0, at - 6) : at + 6])


def _longest(
    window: list[str], space: str, known: Known
) -> tuple[int, tuple[str, str] | None]:
    for length in range(len(window), 0, -1):
        phrase = space.join(window[:length])
        for form in _forms(phrase):
            if form in known:
                return length, known[form]
        if length == 1 and window[0].isdigit():
            return 1, ("count", window[0])
    return 1, None


def _forms(word: str) -> Iterator[str]:
    """The word itself, then what it might be the plural of."""
    yield word
    if len(word) > 3 and word.endswith("s"):
        yield word[:-1]
        if word.endswith("es"):
            yield word[:-2]
        if word.endswith("ies"):
            yield word[:-3] + "y"
        if word.endswith("ces"):
            yield word[:-3] + "z"


def _without_the_unwanted(found: list[Found]) -> list[Found]:
    """Drop what stands right after a 'no' or a 'without'."""
    refused = {f.end for f in found if f.kind == "without"}
    return [f for f in found if f.at not in refused and f.kind != "without"]


def subjects_in(found: list[Found]) -> tuple[tuple[Subject, ...], tuple[str, ...]]:
    """Things with their counts and colours, and the colours nothing claimed."""
    things: dict[str, Subject] = {}
    claimed: set[int] = set()
    for index, word in enumerate(found):
        if word.kind != "subject":
            continue
        colour = _colour_of(found, index, claimed)
        count = _count_of(found, index)
        seen = things.get(word.name)
        if seen is None:
            things[word.name] = Subject(word.name, count, colour)
        elif colour and not seen.colour:
            things[word.name] = replace(seen, colour=colour)
    loose = [
        f.name for i, f in enumerate(found) if f.kind == "colour" and i not in claimed
    ]
    return tuple(things.values())[:5], tuple(dict.fromkeys(loose))[:4]


def _colour_of(found: list[Found], index: int, claimed: set[int]) -> str:
    """The colour word beside this thing, on the side its language puts it."""
    sides = (
        (index + 1, index - 1) if found[index].is_postfix else (index - 1, index + 1)
    )
    for beside in sides:
        if 0 <= beside < len(found) and beside not in claimed:
            if found[beside].kind == "colour" and _belongs(found, beside, index):
                claimed.add(beside)
                return found[beside].name
    return ""


def _belongs(found: list[Found], colour: int, thing: int) -> bool:
    """Close enough; and after an English noun, not before the next one."""
    first, second = sorted((colour, thing))
    gap = found[second].at - found[first].end
    if colour < thing or found[thing].is_postfix:
        return gap <= 1
    after = found[colour + 1] if colour + 1 < len(found) else None
    leads = after is not None and after.at - found[colour].end <= 1
    return gap == 0 and not leads


def _count_of(found: list[Found], index: int) -> int:
    word = found[index]
    for other in reversed(found[:index]):
        if word.at - other.end > 3 or other.kind == "subject":
            break
        if other.kind == "count":
            return max(1, min(MOST_OF_ONE_THING, int(other.name)))
    return A_FEW if word.is_plural else 1


def _chosen(scenes: list[str]) -> str:
    """A sky or a backdrop is only the scene when nothing more solid was named."""
    solid = [name for name in scenes if name not in {"clouds", "abstract", "nebula"}]
    return (solid or scenes or [""])[0]


def _hour_of(found: list[Found]) -> str:
    """A moon or a starry sky says what time it is."""
    said = {f.name for f in found if f.kind in {"subject", "scene", "weather"}}
    return "night" if said & {"moon", "nebula", "stars"} else ""


def _first(found: list[Found], kind: str) -> str:
    return next((f.name for f in found if f.kind == kind), "")
