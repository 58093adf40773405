"""Which papers somebody has accepted, in which version, and when: added, never edited."""

from accounts.models import Acceptance, Person


def accept(person: Person, paper: str, version: str) -> None:
    """Write down that somebody accepts a paper as it stands; twice is once."""
    Acceptance.objects.get_or_create(person=person, paper=paper, version=version)


def has_accepted(person: Person, paper: str, version: str) -> bool:
    accepted = Acceptance.objects.filter(person=person, paper=paper, version=version)
    return accepted.exists()
