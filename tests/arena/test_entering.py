"""How pictures come into the arena: by an operator's order, at the operator's cost."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.arena import entering
from playground.arena.models import Challenge, Commission, Entry
from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from playground.generation.models import Generation, Picture
from tests.api.test_over_the_wire import STUDIO_1
from tests.arena.duels import a_challenge
from tests.upstreams.next_door import studio_next_door
from tests.web.browsers import finish

STUDIO_2 = STUDIO_1.replace("studio-1", "studio-2").replace("Studio 1", "Studio 2")
STUDIO_2 = STUDIO_2.replace("seed = true", "edit = true\nreferences = 2")


@pytest.fixture
def next_door(settings, tmp_path):
    """Two models of a provider, as an operator connects them."""
    (tmp_path / "studio-1.toml").write_text(STUDIO_1)
    (tmp_path / "studio-2.toml").write_text(STUDIO_2)
    with studio_next_door() as upstream:
        server = {"base_url": upstream.url, "api_key": "sk", "local": True}
        server["edits"] = "form:image"
        settings.CATALOGUE_DIR = str(tmp_path)
        settings.COMPATIBLE_SERVERS = {"next-door": server}
        catalogue.forget()
        yield upstream
    catalogue.forget()


@pytest.fixture
def desk(client, alice, next_door):
    """Alice runs this server, and sits at its desk."""
    appoint(alice.person, StaffRole.ADMIN)
    client.force_login(alice.person)
    return client


def told(name, *arguments, **options):
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_an_operator_sees_the_price_orders_and_the_pictures_enter(desk, alice):
    a_challenge(prompt="a paper boat on a pond")
    said = {"challenges": "boats", "models": ["studio-1", "studio-2"], "count": "2"}
    asked = desk.post("/operator/arena/entries", said)
    assert "Paint for 20 credits" in asked.text
    assert not Generation.objects.exists() and alice.credits() == 100
    desk.post("/operator/arena/entries", {**said, "sure": "20000000"})
    assert alice.credits() == 80
    for order in Generation.objects.all():
        finish(order)
    desk.get("/operator/arena")
    entries = Entry.objects.order_by("model", "pk")
    assert [one.model for one in entries] == ["studio-1"] * 2 + ["studio-2"] * 2
    first = entries[0]
    order = Generation.objects.get(pk=first.generation_id)
    assert (order.prompt, order.endpoint) == ("a paper boat on a pond", "arena")
    assert (first.provider, first.price_microcredits) == ("next-door", 5_000_000)
    assert first.sha256 == first.picture.sha256 and first.picture.expires_at is None
    assert entering.collect() == 0 and Entry.objects.count() == 4  # twice is once
    assert audit() == []
    stranger = type(desk)()
    assert "a paper boat on a pond" in stranger.get("/arena").text
    assert stranger.get("/operator/arena").status_code == 302
    shelf = f"/operator/arena/challenges/{first.challenge_id}"
    assert desk.get(shelf).text.count("Take out: picture") == 4
    for entry in entries[:2]:
        desk.post(shelf, {"entry": entry.pk, "is_out": "yes"})
    assert "You have seen every pair" in stranger.get("/arena").text
    desk.post(shelf, {"entry": first.pk, "is_out": "no"})
    assert "A is better" in stranger.get("/arena").text
    first.picture.delete()  # its votes would go on counting; it is dealt no more
    assert Entry.objects.get(pk=first.pk).picture is None


def test_the_demo_painter_and_rehearsals_do_not_compete(desk, alice):
    challenge = a_challenge()
    buyer = entering.buyer_of(alice.account, alice.person.pk)
    with pytest.raises(Exception, match="does not compete"):
        entering.planned(challenge, "sketch-1", 1, buyer)
    plan = entering.planned(challenge, "studio-1", 1, buyer)
    order = finish(entering.order(plan, buyer))
    Generation.objects.filter(pk=order.pk).update(is_test=True)
    assert entering.collect() == 0
    assert not Entry.objects.exists() and Commission.objects.get().is_collected


def test_what_cannot_be_compared_fairly_is_said_before_anything_is_paid(desk, alice):
    a_challenge("tall", shape="9:16")
    a_challenge("night", category="restyling", is_edit=True)
    said = {"challenges": ["tall", "night"], "models": ["studio-1"], "count": "1"}
    asked = desk.post("/operator/arena/entries", said)
    assert "does not paint 9:16" in asked.text
    assert "a picture to start from first" in asked.text
    assert "Paint for" not in asked.text and alice.credits() == 100


def test_a_challenge_of_ones_own_is_an_edit_when_it_starts_from_a_picture(desk, alice):
    a_challenge("seed")
    buyer = entering.buyer_of(alice.account, alice.person.pk)
    plan = entering.planned(Challenge.objects.get(), "studio-1", 1, buyer)
    finish(entering.order(plan, buyer))
    start = Picture.objects.get()
    said = {"name": "At night", "prompt": "Make it night", "category": "restyling"}
    wrong = desk.post("/operator/arena/challenges", said | {"shape": "1:1"})
    assert wrong.status_code == 422 and "needs a picture" in wrong.text
    said |= {"shape": "1:1", "start": f"/p/{start.pk}"}
    desk.post("/operator/arena/challenges", said)
    night = Challenge.objects.get(pk="at-night")
    assert night.is_edit and night.start == start
    order = entering.order(entering.planned(night, "studio-2", 1, buyer), buyer)
    assert order.request["references"]
    assert finish(order).delivered == 1


def test_the_command_tells_the_price_and_orders_only_when_told(alice, next_door):
    assert "15 challenges added" in told("arena", "challenges")
    assert "0 challenges added" in told("arena", "challenges")
    known = {"account": "alice@example.com", "challenge": ["ceramic-mug"]}
    said = told("arena", "enter", model=["studio-1", "sketch-1"], count=1, **known)
    assert "1 orders for at most 5 credits" in said and "does not compete" in said
    assert not Generation.objects.exists()
    told("arena", "enter", model=["studio-1"], count=1, yes=True, **known)
    finish(Generation.objects.get())
    assert "1 pictures entered" in told("arena", "collect")
    assert "ceramic-mug" in told("arena")
    with pytest.raises(CommandError, match="no open challenge nothing"):
        told("arena", "enter", account="alice@example.com", challenge=["nothing"])
