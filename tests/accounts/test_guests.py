"""A guest's account becomes a person's, once."""

from accounts.guests import claim_guest, find_guest, open_guest
from accounts.issuing import account_of
from accounts.models import Account, Membership, Person


def test_a_guest_becomes_the_account_of_whoever_claims_it(books_db):
    guest = open_guest()
    ada = Person.objects.create_user("ada@example.com")
    assert claim_guest(guest, ada)
    assert account_of(ada).pk == guest.pk
    assert not Account.objects.get(pk=guest.pk).is_guest


def test_only_one_person_can_claim_a_guest(books_db):
    guest = open_guest()
    same_guest = find_guest(guest.pk)
    claim_guest(guest, Person.objects.create_user("ada@example.com"))
    eve = Person.objects.create_user("eve@example.com")
    assert not claim_guest(same_guest, eve)
    assert not Membership.objects.filter(person=eve).exists()


def test_a_claimed_guest_is_found_no_more(books_db):
    guest = open_guest()
    claim_guest(guest, Person.objects.create_user("ada@example.com"))
    assert find_guest(guest.pk) is None


def test_someone_made_by_a_command_gets_an_account_when_one_is_needed(books_db):
    operator = Person.objects.create_superuser("op@example.com", "paint me a fox")
    assert account_of(operator).pk == account_of(operator).pk
    assert operator.memberships.get().role == Membership.Role.OWNER
