"""The people of the tests: who they are, what they own, and what they have left."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.issuing import issue_key, open_account
from accounts.models import Account, Membership, Person
from accounts.roles import Role
from billing.ledger import MICRO, credit, wallet_of
from playground.web.accepting import accept_terms

PASSWORD = "paint me a fox"


@dataclass(frozen=True)
class Customer:
    """Someone with an account, a wallet, and a key whose text is `secret`."""

    account: Account
    person: Person
    secret: str

    def credits(self) -> Decimal:
        """What they can spend now: the balance less what is held."""
        return Decimal(wallet_of(self.account.pk).available) / MICRO


def customer(name: str, *, credits: int = 0) -> Customer:
    """Bring somebody in, with an account, credits, a live key and `PASSWORD`."""
    person = Person.objects.create_user(
        f"{name}@example.com", PASSWORD, name=name.title()
    )
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    accept_terms(person)
    account = open_account(person)
    _, secret = issue_key(account, name=f"{name}'s key", person=person)
    if credits:
        credit(account.pk, credits * MICRO, kind="grant", key=f"grant:{name}")
    return Customer(account, person, secret)


def join(account: Account, person: Person, role: Role) -> Membership:
    """Make somebody a member, without the letters and the log of an invitation."""
    return Membership.objects.create(account=account, person=person, role=role)
