"""What there is to look at: people, their pictures, money, teams, keys and letters.

`scene_of(alice)` writes it all, and knows the names that addresses are filled with.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.activity import OPERATOR
from accounts.blocking import block
from accounts.ids import first_id, id_of
from accounts.inviting import digest_of
from accounts.models import Account, Invitation, Person
from accounts.roles import Role
from accounts.staff import StaffRole
from accounts.staffing import appoint
from accounts.teams import open_team
from billing.checkout import open_checkout
from billing.counter import Button, press
from billing.ledger import wallet_of
from billing.models import StripePayment
from billing.packs import find_pack
from playground.arena.preferring import prefer, sides_of
from playground.arena.reckoning import recompute
from playground.arena.voters import of_person
from playground.batches.models import Batch
from playground.gallery import boards, reports, sharing
from playground.gallery.models import Note
from playground.generation import rolling, ruling
from playground.generation.horizon import DroppedMonth
from playground.generation.models import Attempt, Compared, Generation
from playground.generation.ways import ChannelRow
from playground.trust import incidents, inquiring
from playground.trust.models import Announcement, Component, Health, Look, Process
from playground.trust.pulse import Pulse, note_run
from playground.web.mailbox import keep, newest
from playground.web.models import EditTurn
from playground.webhooks.endpoints import Changes, open_endpoint
from playground.webhooks.sending import rehearse
from tests.arena.duels import FLUX, GPT, a_challenge, a_comparison, an_entry, votes
from tests.cast import Customer, customer, join
from tests.web.charged import a_charged_order
from tests.web.orders import a_painted_picture_of, an_order

NOBODYS_KEY = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})


@dataclass(frozen=True)
class Scene:
    """Who looks (by name), for which account, and what fills the addresses."""

    people: dict[str, tuple[Person, Account | None]]
    known: dict[str, object]


def scene_of(alice: Customer) -> Scene:
    """Alice with pictures, a failure and one being painted, in her account and a team.

    Bob has a second step and is a member; carol came by another way and has no password.
    """
    bob, carol = customer("bob"), customer("carol", credits=5)
    guard(bob.person)
    helper = customer("helper")
    appoint(helper.person, StaffRole.SUPPORT, alice.person)
    carol.person.set_unusable_password()
    carol.person.save()
    appoint(alice.person, StaffRole.ADMIN)  # the operators' pages are hers, too
    foxes = open_team("Foxes", alice.person, OPERATOR)
    known = {
        **pictures_of(alice.account),
        **team_of(foxes, bob.person),
        **locks_of(alice.person, bob.person, carol.person),
        **money_of(alice.account),
        **letters_to(alice.person),
        "channel": spare_channel(),
        "key": alice.account.keys.get().pk,
        "webhook": webhook_of(alice.account),
        "vote": arena_of(alice),
        "customer": alice.account.pk,
        "paid": a_charged_order(alice.account, credits=6, delivered=2).pk,
        **batches_of(alice.account),
        **told_by_operators(),
        "rule": looked_after(alice.account),
        "dropped": of_a_dropped_month(),
    }
    blocked = customer("blocked")
    block(blocked.account, "Two payments were taken back.")
    rolling.catch_up()
    people = {
        "alice": (alice.person, None),
        "foxes": (alice.person, foxes),
        "bob": (bob.person, None),
        "bob for foxes": (bob.person, foxes),
        "carol": (carol.person, None),
        "helper": (helper.person, None),
        "blocked": (blocked.person, None),
    }
    return Scene(people, known)


def of_a_dropped_month() -> str:
    """Return the id of a request of a month whose requests were dropped."""
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    since, until = (first_id("img", begin + timedelta(days=day)) for day in (0, 31))
    facts = {"orders": 3, "charged_microcredits": 0, "kept": 0}
    DroppedMonth.objects.create(since=since, until=until, **facts)
    return id_of("img", begin + timedelta(days=7))


def told_by_operators() -> dict[str, object]:
    """An incident that goes on, one that is over, a letter, and news of yesterday."""
    said = {"title": "fal is slow", "impact": "slow", "affected": ["provider:fal"]}
    over = incidents.Said(**said, state="resolved", words="It is fast again.")
    incidents.begin(over)
    open_one = incidents.begin(replace(over, state="identified", words="We look."))
    now = timezone.now()
    news = Announcement.objects.create(text="Nano Banana is here", ends_at=now)
    wrote = inquiring.Said(kind="contact", topic="help", words="Why?", network="here")
    inquiring.take(wrote)
    Look.objects.create(component=Component.WORKER, health=Health.DOWN, looked_at=now)
    return {"incident": open_one.pk, "announcement": news.pk}


def looked_after(account: Account) -> int:
    """A rule, a picture that waits for the gallery and one that is hidden; who lives."""
    order = an_order(account, n=2, delivered=2, prompt="a crowd at a match")
    waiting, hidden = (a_painted_picture_of(order, place) for place in range(2))
    sharing.publish(waiting)
    Note.objects.filter(picture=waiting).update(approved_at=None)
    reports.hide(hidden.pk, why="It shows a real person.")
    Pulse(Process.Kind.WORKER).beat()
    note_run("playground.generation.tasks.sweep_orders", 0.02, "")
    said = ruling.Said(label="No nudity", kind="words", text="nude*")
    return ruling.write(said, None).pk


def pictures_of(account: Account) -> dict[str, object]:
    """A failure, a run with a gap, a comparison, an edit, and one being painted."""
    an_order(account, credits=2, days_ago=3, delivered=0, state="failed")
    sides = [an_order(account, credits=1, prompt="two foxes") for _ in range(2)]
    for place, side in enumerate(sides):
        Compared.objects.create(generation=side, comparison="cmp_1", place=place)
        a_painted_picture_of(side)
    done = an_order(account, credits=1, n=4, delivered=3, prompt="a paper boat")
    pictures = [a_painted_picture_of(done, position) for position in range(3)]
    tried(done)
    turn = an_order(account, credits=1, prompt="a red sail")
    EditTurn.objects.create(
        generation=turn, root=pictures[0].pk, base=pictures[0].pk, frame=None
    )
    changed = a_painted_picture_of(turn)
    an_order(
        account,
        credits=1,
        n=2,
        delivered=0,
        prompt="a hen",
        state="running",
        finished_at=None,
        deadline=timezone.now() + timedelta(hours=1),
    )
    board = boards.open_board(account.pk, "Boats")
    boards.pin(board, pictures[:2])
    sharing.publish(pictures[0])
    token = sharing.share(pictures[0], tells_prompt=True).token or ""
    return {
        "picture": pictures[0].pk,
        "changed": changed.pk,
        "order": done.pk,
        "board": board.pk,
        "token": token,
    }


def batches_of(account: Account) -> dict[str, object]:
    """A batch that waits for credits, one that waits for a word, and a file that is wrong."""
    end = timezone.now() + timedelta(hours=20)
    usual = {
        "account": account,
        "endpoint": Batch.Endpoint.GENERATIONS,
        "input_file": "file_0",
        "input_name": "autumn-catalogue.jsonl",
        "site": "http://localhost",
        "expires_at": end,
        "quoted_microcredits": 1_250_000_000,
        "total": 1250,
    }
    under_way = Batch.objects.create(
        **usual,
        state="in_progress",
        completed=412,
        failed=3,
        charged_microcredits=412_000_000,
        begun_at=timezone.now(),
        pause_code="insufficient_quota",
        pause_message="This costs 1 credit and 0 are left.",
        paused_until=end,
    )
    quoted = Batch.objects.create(**usual, state="quoted", is_dry=True)
    error = {"code": "invalid_value", "param": "body.n", "message": "n is 1 to 4."}
    wrong = Batch.objects.create(
        **usual,
        state="failed",
        errors=[{**error, "line": 17}, {**error, "line": None, "param": None}],
        ended_at=timezone.now(),
    )
    return {"batch": under_way.pk, "quoted": quoted.pk, "wrong_batch": wrong.pk}


def tried(order: Generation) -> None:
    """One provider failed it, and the next one painted it."""
    usual = {"generation": order, "provider": "sketch", "upstream": "sketch-1"}
    start = order.created_at
    Attempt.objects.create(
        **usual, outcome="busy", status=429, duration_ms=400, started_at=start
    )
    Attempt.objects.create(
        **usual,
        outcome="succeeded",
        status=200,
        pictures=3,
        duration_ms=1500,
        started_at=start + timedelta(milliseconds=450),
    )


def team_of(team: Account, member: Person) -> dict[str, object]:
    """A member, somebody invited who knows the link, and a picture shared with all."""
    place = join(team, member, Role.DEVELOPER)
    for who, token in (("dora@example.com", "for-dora"), (member.email, "for-bob")):
        Invitation.objects.create(
            account=team, email=who, role=Role.VIEWER, digest=digest_of(token)
        )
    a_painted_picture_of(an_order(team, person=member, credits=1))
    return {"member": place.pk, "invitation": "for-dora", "own_invitation": "for-bob"}


def guard(person: Person) -> None:
    """Give somebody an authenticator app, recovery codes and a passkey."""
    TOTP.activate(person, "A" * 32)
    RecoveryCodes.activate(person)
    passkey = AttestedCredentialData.create(Aaguid(bytes(16)), b"laptop", NOBODYS_KEY)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    seen = AuthenticatorData.create(bytes(32), flags, 0, passkey)
    asked = CollectedClientData.create("webauthn.create", b"", "http://localhost")
    response = {
        "clientDataJSON": websafe_encode(asked),
        "attestationObject": websafe_encode(AttestationObject.create("none", seen, {})),
    }
    name = websafe_encode(b"laptop")
    said = {"id": name, "rawId": name, "type": "public-key", "response": response}
    WebAuthn.add(person, "My laptop", said)


def locks_of(person: Person, guarded: Person, newcomer: Person) -> dict[str, object]:
    """What mails carry: the links that confirm an address and give a new password."""
    address = EmailAddress.objects.create(user=newcomer, email="carol@example.org")
    passkey = Authenticator.objects.get(user=guarded, type="webauthn")
    return {
        "confirmation": EmailConfirmationHMAC.create(address).key,
        "reset": user_pk_to_url_str(person),
        "reset_token": default_token_generator.make_token(person),
        "passkey": passkey.pk,
    }


def money_of(account: Account) -> dict[str, object]:
    """One pack paid for, and one still at the till."""
    wallet, pack = wallet_of(account.pk), find_pack("usd-500")
    assert pack
    for _ in range(2):
        open_checkout(wallet, pack, return_url="/", cancel_url="/")
    paid, waiting = StripePayment.objects.order_by("id")
    press(paid.session_id or "", Button.PAY)
    return {"payment": paid.pk, "till": waiting.session_id}


def webhook_of(account: Account) -> str:
    """Somebody listens, and one delivery waits."""
    hook = open_endpoint(account.pk, Changes(url="https://hooks.example.com/easel"))
    rehearse(hook)
    return hook.pk


def arena_of(judge: Customer) -> int:
    """Two models that met often, a ranking of one's own, and a vote of one's own."""
    challenge = a_challenge(prompt="A paper boat on a pond at dusk")
    first, second = (
        [an_entry(judge.account, challenge, model) for _ in range(5)]
        for model in (GPT, FLUX)
    )
    votes(first[0], second[0], "left", 34)
    votes(first[0], second[0], "tie", 6, took_ms=700)
    voter = of_person(judge.person.pk, "n")
    (own,) = votes(first[0], second[0], "left", 1, voter=voter.id, is_guest=False)
    name = a_comparison(judge.account, GPT, FLUX, prompt="a heron at dawn")
    prefer(sides_of([name])[name], "tie", voter.id)
    recompute()
    return own.pk


def spare_channel() -> int:
    """A second way to a provider, which its operator has turned off."""
    return ChannelRow.objects.create(name="spare", provider="openai", is_on=False).pk


def letters_to(person: Person) -> dict[str, object]:
    """Two mails that were kept, as without a mail server they all are."""
    for subject in ("Confirm your email", "Somebody signed in"):
        text = "Open this link:\nhttp://testserver/accounts/confirm-email/abc/\n"
        keep(EmailMessage(subject, text, to=[person.email]), settings.EMAIL_DIR)
    return {"mail": newest(settings.EMAIL_DIR)[-1].stem}
