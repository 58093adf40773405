"""What a caller is told of a request that became another on the way."""

from dataclasses import dataclass, field

from playground.generation.request import Change, Note


@dataclass(slots=True)
class Remarks:
    """The notes gathered on the way."""

    notes: list[Note] = field(default_factory=list)

    def add(self, about: str, kind: Change, message: str) -> None:
        self.notes.append(Note(about, message, kind))
