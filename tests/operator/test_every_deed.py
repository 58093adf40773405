"""Whatever staff change is in the log: each address of theirs that takes a form is tried."""

from datetime import timedelta

import pytest
from django.urls import URLPattern, reverse
from django.utils import timezone

from accounts.models import StaffDeed
from accounts.staff import StaffRole
from accounts.staffing import appoint
from billing.models import StripeEvent
from playground.gallery import reports, sharing
from playground.generation import ruling
from playground.generation.models import ChannelRow, Unpaid
from playground.trust import incidents, inquiring
from playground.trust.models import Announcement
from playground.web.operator.urls import urlpatterns
from tests.arena.duels import a_challenge
from tests.web.charged import a_charged_order

# What only looks, and what is previewed first: tests of their own save those.
ASKS = {"support", "safety", "operator", "channels", "routing", "arena-desk"}
LISTS = {"incidents", "announcements"}
PREVIEWED = {"group-prices", "model-prices", "price-call-off", "money-grants"}
PREVIEWED |= {"arena-enter"}
PAGES = [one for one in urlpatterns if isinstance(one, URLPattern)]
RULE = {"label": "No nudity", "kind": "words", "text": "nude*", "is_on": "on"}
INCIDENT = {"title": "fal is slow", "impact": "slow", "state": "identified"}
INCIDENT |= {"words": "We look."}
LINE = {"text": "News", "level": "news", "starts_at": "2026-01-01T00:00"}
WAY = {"name": "spare", "provider": "openai", "secret": "sk-1", "weight": "1"}
WAY |= {"priority": "0"}
CHALLENGE = {"name": "Owls", "prompt": "an owl", "category": "product", "shape": "1:1"}


@pytest.fixture
def admin(client, alice):
    appoint(alice.person, StaffRole.ADMIN)
    client.force_login(alice.person)
    return client


def steps(alice, bob):
    """Each form of the operators' pages: its address's name and parts, and what is said."""
    order = a_charged_order(alice.account, credits=6, person_id=alice.person.pk)
    picture = order.pictures.get()
    sharing.publish(picture)
    reports.report(picture, "person", "That is me.", "here")
    wrote = {"kind": "contact", "topic": "help", "words": "Why?", "network": "here"}
    letter = inquiring.take(inquiring.Said(**wrote, email="c@example.com"))
    said = incidents.Said(**INCIDENT, affected=[])
    incident, rule = (
        incidents.begin(said),
        ruling.write(ruling.Said("a", "words", "b"), None),
    )
    line = Announcement.objects.create(text="Old news")
    way = ChannelRow.objects.create(name="other", provider="openai", is_on=False)
    event = StripeEvent.objects.create(
        event_id="evt_1",
        type="plan.created",
        created=timezone.now(),
        livemode=False,
        payload={"id": "evt_1", "type": "plan.created", "data": {"object": {}}},
        state="failed",
    )
    now = timezone.now() - timedelta(minutes=1)
    Unpaid.objects.create(
        account_id=bob.account.pk, key="k", started_at=now, microusd=9
    )
    request, account = [order.pk], [bob.account.pk]
    return [
        ("support-look", request, {"reason": "She asks"}, "pictures.looked_at"),
        (
            "support-refund",
            request,
            {"credits": "2", "number": "1", "reason": "Six fingers"},
            "request.refunded",
        ),
        (
            "support-answer",
            request,
            {"to": alice.person.email, "words": "Hello"},
            "inquiry.answered",
        ),
        ("support-note", account, {"words": "Be kind."}, "customer.noted"),
        (
            "staff",
            [],
            {"email": bob.person.email, "role": "support"},
            "staff.appointed",
        ),
        ("inbox-answer", [letter.pk], {"state": "closed"}, "inquiry.decided"),
        ("inbox-picture", [picture.pk], {"verdict": "hide"}, "picture.hidden"),
        ("picture-judge", [picture.pk], {"verdict": "keep"}, "picture.kept"),
        ("incident-new", [], INCIDENT, "incident.begun"),
        (
            "incident-edit",
            [incident.pk],
            INCIDENT | {"state": "resolved"},
            "incident.changed",
        ),
        ("announcement-new", [], LINE, "announcement.added"),
        ("announcement-edit", [line.pk], LINE, "announcement.changed"),
        ("announcement-remove", [line.pk], {}, "announcement.removed"),
        ("channel-new", [], WAY, "channel.added"),
        ("channel-edit", [way.pk], WAY | {"weight": "3"}, "channel.changed"),
        ("channel-switch", [way.pk], {"is_on": "yes"}, "channel.on"),
        ("channel-remove", [way.pk], {}, "channel.removed"),
        ("channel-test", [], {"name": "sketch"}, "channel.tested"),
        ("brake-lift", [], {"account": bob.account.pk}, "brake.lifted"),
        ("maintenance", [], {"words": "A new disk."}, "orders.closed"),
        ("maintenance", [], {"open": "1"}, "orders.opened"),
        ("rule-new", [], RULE, "rule.added"),
        ("rule-edit", [rule.pk], RULE | {"label": "c"}, "rule.changed"),
        ("rule-remove", [rule.pk], {}, "rule.removed"),
        ("block-change", account, {"why": "Stolen cards."}, "account.blocked"),
        ("arena-starters", [], {}, "challenge.opened"),
        ("arena-challenge-new", [], CHALLENGE, "challenge.opened"),
        (
            "arena-challenge-desk",
            [a_challenge().pk],
            {"is_open": "no"},
            "challenge.changed",
        ),
        (
            "group-new",
            [],
            {"slug": "gold", "name": "Gold", "multiplier": "0.8"},
            "price.changed",
        ),
        ("money-audit", [], {}, "ledger.audited"),
        ("money-close", [], {"month": "2026-01"}, "month.reckoned"),
        ("money-replay", [event.pk], {}, "event.replayed"),
    ]


def test_each_form_of_staff_leaves_a_deed(admin, alice, bob, books_db):
    tried = [
        (name, action, newest_after(admin, reverse(name, args=parts), said))
        for name, parts, said, action in steps(alice, bob)
    ]

    writes = {one.name for one in PAGES if takes_forms(admin, one)}
    admin.post(reverse("maintenance"), {"open": "1"})  # the walk has closed it

    wanted = [(name, action, action) for name, action, _newest in tried]
    assert tried == wanted
    assert writes - ASKS - LISTS - PREVIEWED == {name for name, _a, _n in tried}


def newest_after(admin, address, said):
    """Send a form, and return the one kind of deed that came of it."""
    known = StaffDeed.objects.count()
    admin.post(address, said)
    new = StaffDeed.objects.order_by("pk")[known:].values_list("action", flat=True)
    return next(iter({one for one in new if one != "inquiry.decided"} or new), None)


def takes_forms(admin, page):
    kinds = page.pattern.converters
    parts = {
        part: 0 if "Int" in type(kind).__name__ else "x" for part, kind in kinds.items()
    }
    return admin.post(reverse(page.name, kwargs=parts)).status_code != 405
