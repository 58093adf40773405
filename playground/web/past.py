"""What a model that follows conversations is told of one, before the new words.

It hears the turns it painted itself, with its own marks on its pictures as they came.
What another model painted, or somebody brought, is a picture that it is shown. A model
looks at so many pictures and no more: of a long conversation it hears the end.
"""

from dataclasses import dataclass

from django.core.files.storage import default_storage

from playground.generation.offered import Model
from playground.generation.providers.base import Piece, Turn
from playground.web.versions import Conversation, Version
from playground.web.versions import Turn as Shown

Kept = Version | str  # a picture of a conversation, or the name of a file in the inbox


@dataclass(frozen=True, slots=True)
class Step:
    """An earlier turn: the words, what was shown along with them, and what was made."""

    words: str
    shown: tuple[Kept, ...]
    made: Version


@dataclass(frozen=True, slots=True)
class Past:
    """The turns before the new words, and the pictures in them that are not edited now."""

    steps: tuple[Step, ...] = ()

    @property
    def earlier(self) -> tuple[Kept, ...]:
        """Every picture but the last one made, which is the one that is edited."""
        listed: list[Kept] = []
        for place, step in enumerate(self.steps):
            listed += step.shown
            if place < len(self.steps) - 1:
                listed.append(step.made)
        return tuple(listed)

    def turns(self, words: str, references: int) -> tuple[Turn, ...]:
        """Tell it all. Places count the pictures to edit first, then the earlier ones."""
        if not self.steps:
            return ()
        turns: list[Turn] = []
        place = references
        for number, step in enumerate(self.steps):
            shown = tuple(Piece(picture=place + at) for at in range(len(step.shown)))
            place += len(step.shown)
            is_last = number == len(self.steps) - 1
            picture = step.made.picture
            mark = picture.signature if picture else ""
            made = Piece(picture=0 if is_last else place, signature=mark)
            place += not is_last
            turns.append(Turn("user", (*shown, Piece(text=step.words))))
            turns.append(Turn("model", (made,)))
        brought = tuple(Piece(picture=at) for at in range(1, references))
        return (*turns, Turn("user", (*brought, Piece(text=words))))


NO_PAST = Past()


def past_of(
    version: Version, talk: Conversation, model: Model, *, references: int
) -> Past:
    """Return as much of the way to a version as the model made and can look at."""
    if not model.capabilities.multi_turn:
        return NO_PAST
    steps = steps_to(version, talk, model)
    while steps:
        past = Past(tuple(steps))
        if references + len(past.earlier) <= model.capabilities.references:
            return past
        steps = steps[1:] and [alone(steps[0], steps[1]), *steps[2:]]
    return NO_PAST


def alone(before: Step, step: Step) -> Step:
    """Make a turn the first one: what it changed is then shown with its words."""
    rest = tuple(one for one in step.shown if one is not before.made)
    return Step(step.words, (before.made, *rest), step.made)


def steps_to(version: Version, talk: Conversation, model: Model) -> list[Step]:
    """Walk back from a version as long as what is met is this model's own."""
    path, made = talk.path_to(version.id), version
    steps: list[Step] = []
    while path and is_its_own(path[-1], model):
        turn = path.pop()
        base = talk.version(turn.base)
        if base is None:
            return steps
        steps.insert(0, Step(turn.run.generation.prompt, sent_with(turn), made))
        made = base
    if not path and is_from_words(made, model):
        words = made.picture.generation.prompt if made.picture else ""
        return [Step(words, (), made), *steps]
    if steps:
        first = steps[0]
        steps[0] = Step(first.words, (made, *first.shown), first.made)
    return steps


def is_its_own(turn: Shown, model: Model) -> bool:
    """Say whether a turn was this model's, on the very picture the page shows."""
    return turn.run.generation.model == model.id and not turn.run.request.mask


def is_from_words(version: Version, model: Model) -> bool:
    """Say whether the model painted this from words alone."""
    if version.picture is None:
        return False
    order = version.picture.generation
    request = order.asked
    return order.model == model.id and not request.references and bool(order.prompt)


def sent_with(turn: Shown) -> tuple[str, ...]:
    """Name the references of a turn that are still kept; the first is its base."""
    names = turn.run.request.references[1:]
    return tuple(name for name in names if default_storage.exists(name))
