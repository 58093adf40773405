"""A guest's account is found by its id; a person's is not, that way."""

from accounts.guests import find_guest, open_guest
from accounts.issuing import account_of
from accounts.models import Membership, Person


def test_a_guest_is_found_again(books_db):
    guest = open_guest()
    assert find_guest(guest.pk) == guest


def test_a_persons_account_is_no_guest(alice):
    assert find_guest(alice.account.pk) is None


def test_someone_made_by_a_command_gets_an_account_when_one_is_needed(books_db):
    operator = Person.objects.create_superuser("op@example.com", "paint me a fox")
    assert account_of(operator).pk == account_of(operator).pk
    assert operator.memberships.get().role == Membership.Role.OWNER
