"""Prompts that are refused before any money is held, by an operator's rules.

The rules are in memory; an instance without any pays nothing for them. Patterns are
RE2's, so that no prompt can make one slow: its time grows with the prompt and no faster.
A prompt is read in small letters and without what nobody sees: by patterns with single
spaces, by words as nothing but its words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import re2
import structlog
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.generation.database import in_thread
from playground.generation.errors import AgainstRules
from playground.generation.gates import PromptRule
from playground.generation.mirror import Mirror
from playground.generation.request import Buyer, ImageRequest

log = structlog.get_logger()
OLDEST_SECONDS = 10.0  # so old a rule is, at most, that a quiet process goes by
# Between these letters nobody writes spaces, or endings follow without one.
SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
WORD, GLOB = re.compile(r"[^\W_]+"), re.compile(r"(?:[^\W_]|\*)+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is used: which prompts it stops, and whose."""

    id: int
    label: str
    groups: frozenset[str]
    reads_words: bool
    finds: Any

    def stops(self, read: "Read", group: str) -> bool:
        """Say whether it stops a prompt in this access group."""
        if self.groups and group not in self.groups:
            return False
        return self.finds(read.words if self.reads_words else read.text) is not None


@dataclass(frozen=True, slots=True)
class Read:
    """A prompt as rules read it, however its letters were disguised."""

    text: str
    words: str

    @classmethod
    def of(cls, prompt: str) -> "Read":
        text = fold(prompt)
        return cls(text, f" {' '.join(WORD.findall(text))} ")


class Reader:
    """Reads the rules; while the rows stay the same, so does what was made of them."""

    def __init__(self) -> None:
        self._rows: list[Any] = []
        self._rules: tuple[Rule, ...] = ()

    def __call__(self) -> tuple[Rule, ...]:
        on = PromptRule.objects.filter(is_on=True).order_by("pk")
        rows = list(on.values_list("pk", "label", "kind", "text", "groups"))
        if rows != self._rows:
            found = [PromptRule(**dict(zip(COLUMNS, row, strict=True))) for row in rows]
            self._rules = tuple(one for row in found if (one := rule_in(row)))
            self._rows = rows
        return self._rules


COLUMNS = ("id", "label", "kind", "text", "groups")
rules: Mirror[tuple[Rule, ...]] = Mirror(Reader(), tuple, oldest_seconds=OLDEST_SECONDS)


def read_again() -> None:
    """Know what was changed just now; other processes will in some seconds."""
    rules.forget()
    rules()


async def check(request: ImageRequest, buyer: Buyer) -> None:
    """Refuse a prompt that a rule stops, and say which."""
    known = rules()
    if not known:
        return
    rule = next(stopping(known, said_in(request), buyer.group), None)
    if rule is None:
        return
    log.info("rule.stopped", rule=rule.id, account=buyer.account_id)
    await in_thread(lambda: count(rule.id))
    message = _(
        "This is against a rule of this site: %(label)s. Nothing was charged; change the"
        " prompt and ask again."
    )
    raise AgainstRules(message % {"label": rule.label}, param="prompt")


def stopping(known: Iterable[Rule], text: str, group: str) -> Iterator[Rule]:
    """Yield the rules that stop a text, in their order."""
    read = Read.of(text)
    return (rule for rule in known if rule.stops(read, group))


def said_in(request: ImageRequest) -> str:
    """Return what the caller asks for in words. What is to be avoided is no wish."""
    earlier = [
        piece.text
        for turn in request.turns
        if turn.role == "user"
        for piece in turn.pieces
    ]
    return "\n".join([*earlier, request.prompt])


def count(rule_id: int) -> None:
    stopped = PromptRule.objects.filter(pk=rule_id)
    stopped.update(stopped=F("stopped") + 1, last_stopped_at=timezone.now())


def fold(text: str) -> str:
    """Write a text in small letters, with single spaces and without what nobody sees."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return " ".join(text.casefold().split())


def rule_in(row: PromptRule) -> Rule | None:
    """Return the rule that a row means, if it means one."""
    try:
        return rule_of(row)
    except ValueError as error:
        log.error("rule.unusable", rule=row.pk, reason=str(error))
        return None


def rule_of(row: PromptRule) -> Rule:
    """Make a rule of a row. Raises `ValueError` that says what is wrong."""
    is_words = row.kind == PromptRule.Kind.WORDS
    pattern = any_of(row.text.splitlines()) if is_words else row.text
    finds = compiled(pattern)
    if finds("") is not None:
        raise ValueError(_("This fits every prompt, the empty one too."))
    return Rule(row.pk, row.label, frozenset(row.groups), is_words, finds)


def compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors, options.case_sensitive = False, False
    try:
        return re2.compile(pattern, options).search
    except re2.error as error:
        said = error.args[0]
        said = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise ValueError(said) from error


def any_of(lines: Sequence[str]) -> str:
    """Write a pattern that finds any of these words or phrases, one a line.

    A prompt's words stand between single spaces, so a whole word has one on each side.
    """
    phrases = [phrase_in(line) for line in lines if line.strip()]
    if not phrases:
        raise ValueError(_("Write one word or phrase a line."))
    whole = [globbed(one) for one in phrases if not is_spaceless(one)]
    found = [globbed(one) for one in phrases if is_spaceless(one)]
    return "|".join([*([f" (?:{'|'.join(whole)}) "] if whole else []), *found])


def phrase_in(line: str) -> str:
    """Return the words of a line; a star in them stands for any letters."""
    phrase = " ".join(GLOB.findall(fold(line)))
    if not WORD.search(phrase):
        message = _("“%(word)s” has no letter or number in it.")
        raise ValueError(message % {"word": line.strip()})
    return phrase


def is_spaceless(phrase: str) -> bool:
    return bool(SPACELESS.match(phrase[0]) or SPACELESS.match(phrase[-1]))


def globbed(phrase: str) -> str:
    return "[^ ]*".join(map(re2.escape, phrase.split("*")))
