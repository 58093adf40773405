"""The operator's channels in the browser: added, tried, turned off, and foreseen."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.generation.channels import connected
from playground.generation.models import Picture
from playground.generation.providers.base import Busy
from playground.generation.sealing import opened
from playground.generation.ways import ChannelRow, Health, Unpaid
from tests.upstreams.two_studios import two_studios

HERE = "/operator/channels"
SECRET = "sk-very-secret"


@pytest.fixture
def studios(books_db, settings, tmp_path):
    with two_studios(settings, tmp_path) as both:
        settings.DEFAULT_MODEL = "boat"
        yield both


@pytest.fixture
def console(client, alice, studios):
    """Alice runs this server."""
    appoint(alice.person, StaffRole.ADMIN)
    client.force_login(alice.person)
    return client


def text(response):
    tags = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(tags))


def filled(studio, **said):
    usual = {
        "name": "spare",
        "provider": "left",
        "secret": SECRET,
        "base_url": studio.url,
        "is_local": "on",
        "priority": "0",
        "weight": "1",
        "is_on": "on",
    }
    return usual | said


@pytest.fixture
def spare(console, studios):
    """A second way to the left studio, at the right one's address."""
    console.post(f"{HERE}/new", filled(studios[1]))
    return ChannelRow.objects.get()


def test_only_operators_find_the_pages(client, alice, studios):
    pages = [HERE, f"{HERE}/new", f"{HERE}/preview"]
    strangers = [client.get(page).headers["Location"] for page in pages]
    client.force_login(alice.person)
    customers = [client.get(page).status_code for page in pages]
    posts = [
        client.post(f"{HERE}/{step}").status_code for step in ("new", "test", "lift")
    ]

    assert strangers == [f"/accounts/login/?next={page}" for page in pages]
    assert customers == posts == [404, 404, 404]
    assert HERE not in client.get("/console/keys").content.decode()


def test_a_channel_is_added_changed_turned_off_and_removed(console, studios, alice):
    form = filled(
        studios[1], priority="3", weight="2", per_minute="60", groups=["standard"]
    )
    added = text(console.post(f"{HERE}/new", form, follow=True))
    row = ChannelRow.objects.get()
    assert "spare is added." in added
    assert "Stored, encrypted" in added
    assert "60 a minute" in added
    assert connected().by_name["spare"].priority == 3

    kept = {**form, "secret": "", "priority": "4"}
    console.post(f"{HERE}/{row.pk}", kept)
    row.refresh_from_db()
    assert (row.priority, opened(row.secret)) == (4, SECRET)

    console.post(f"{HERE}/{row.pk}", {**kept, "secret": "sk-another"})
    row.refresh_from_db()
    assert opened(row.secret) == "sk-another"

    off = text(console.post(f"{HERE}/{row.pk}/switch", {"is_on": ""}, follow=True))
    assert "Turn on" in off
    assert "spare" not in connected().by_name

    console.post(f"{HERE}/{row.pk}/remove")
    assert not ChannelRow.objects.exists()


def test_a_stored_credential_appears_in_no_answer(console, studios, spare):
    studios[1].fault = "401"
    Health.objects.create(
        channel="spare",
        model="boat",
        failures=1,
        since=timezone.now(),
        until=timezone.now() + timedelta(hours=1),
        reason=f"misconfigured: Incorrect API key provided: {SECRET}",
    )
    wrong = filled(studios[1], weight="many")
    answers = [
        console.get(HERE),
        console.get(f"{HERE}/{spare.pk}"),
        console.post(f"{HERE}/{spare.pk}", wrong),
        console.post(f"{HERE}/test", {"name": "spare"}),
        console.get(f"{HERE}/preview"),
    ]

    assert "Incorrect API key provided: …" in text(answers[0])
    assert "sk-very" not in "".join(one.content.decode() for one in answers)
    assert SECRET not in spare.secret


def test_a_credential_does_not_follow_to_another_address(console, studios, spare):
    moved = filled(studios[0], secret="")

    answer = console.post(f"{HERE}/{spare.pk}", moved)

    assert answer.status_code == 422
    assert "give the credential again" in text(answer)
    spare.refresh_from_db()
    assert spare.base_url == studios[1].url


@pytest.mark.parametrize(
    "said, words",
    [
        ({"name": "left"}, "The settings have a channel left"),
        ({"name": "a b"}, "A name has up to 60"),
        ({"provider": "nobody", "base_url": ""}, "has no adapter of its own"),
        ({"provider": "gemini", "secret": ""}, "GEMINI_API_KEY never goes to another"),
        ({"base_url": "ftp://left"}, "A base URL is like"),
        ({"base_url": "https://me:pw@left/v1"}, "A base URL is like"),
        ({"weight": "-1"}, "a number from 0 to"),
        ({"per_minute": "0"}, "a number from 1 to"),
        ({"options": "nonsense"}, "Write one NAME=VALUE a line."),
        ({"groups": ["nobody"]}, "nobody is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(console, studios, said, words):
    answer = console.post(f"{HERE}/new", filled(studios[1], **said))

    assert answer.status_code == 422
    assert words in text(answer)
    assert not ChannelRow.objects.exists()


def test_a_test_shows_the_picture_its_time_and_what_it_cost(console, studios, spare):
    page = console.post(f"{HERE}/test", {"name": "spare"})
    dialog = console.post(
        f"{HERE}/test",
        {"name": "left", "model": "boat"},
        headers={"HX-Request": "true"},
    )

    said = text(page)
    assert "64 × 64, PNG" in said
    assert "about $0.0200" in said
    assert "data:image/webp;base64," in page.content.decode()
    assert studios[1].asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert dialog.content.decode().lstrip().startswith("<dialog")
    assert len(studios[0].asked) == 1
    assert not Picture.objects.exists()


def test_a_test_that_fails_says_why_and_the_table_says_how_it_stands(
    console, studios, spare
):
    studios[1].fault = "401"
    ChannelRow.objects.update(is_on=False)  # it can be tried before it is used

    failed = text(console.post(f"{HERE}/test", {"name": "spare"}))
    ChannelRow.objects.update(is_on=True)

    assert "No picture." in failed
    assert "misconfigured 401" in failed
    assert "1 model set back" in text(console.get(HERE))
    assert "There is no channel x." in text(console.post(f"{HERE}/test", {"name": "x"}))


def test_a_preview_says_whom_an_order_would_ask_and_whom_not(console, studios, spare):
    ChannelRow.objects.filter(pk=spare.pk).update(groups=["gold"], priority=1)
    console.post(f"{HERE}/{spare.pk}/switch", {"is_on": "yes"})
    Health.objects.create(
        channel="left",
        model="boat",
        failures=2,
        since=timezone.now(),
        until=timezone.now() + timedelta(hours=1),
        reason=f"{Busy.outcome}: too many",
    )

    asked, left_out = text(console.get(f"{HERE}/preview?model=boat")).split("Left out")
    right, left = asked.index("right/boat"), asked.index("left/boat")
    assert right < left < asked.index("set back until")
    assert "$0.0400" in asked
    assert "It is only for gold." in left_out

    console.post(f"{HERE}/{spare.pk}/switch", {"is_on": ""})
    assert "It is off." in text(console.get(f"{HERE}/preview?model=boat"))


def test_a_preview_of_what_cannot_be_says_so(console, studios, settings):
    masked = text(console.get(f"{HERE}/preview?model=boat&has_mask=on"))
    many = text(console.get(f"{HERE}/preview?model=boat&references=9"))
    settings.COMPATIBLE_SERVERS = {}
    away = text(console.get(f"{HERE}/preview?model=boat"))

    assert "boat takes no mask" in masked
    assert "Send at most 4 pictures to boat." in many
    assert "Nobody would be asked." in away
    assert "set EASEL_COMPATIBLE_SERVERS, or add one." in away


def test_the_brake_of_what_nobody_pays_for_is_shown_and_lifted(
    console, alice, bob, settings
):
    settings.UNPAID_USD_AN_HOUR = 0.05
    key = alice.account.keys.get()
    for account, name in ((alice.account, key.pk), (bob.account, "-")):
        Unpaid.objects.create(
            account=account, key=name, started_at=timezone.now(), microusd=60_000
        )
    held = text(console.get(HERE))
    assert "alice's key $0.0600" in held
    assert "In the browser $0.0600" in held

    console.post(f"{HERE}/lift", {"account": alice.account.pk, "key": key.pk})

    held = text(console.get(HERE))
    assert "alice's key" not in held
    assert "In the browser" in held
