"""How long pictures are kept: as the request says, as the account does, or as we do."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Account
from playground.generation.errors import Forbidden
from playground.generation.models import Picture
from playground.generation.progress import kept_seconds
from playground.generation.storage import Shelves
from playground.generation.studio import in_studio
from playground.generation.tidy import remove_expired
from tests.api.test_terms import a_form, edit
from tests.web.orders import a_picture_of, an_order

pytestmark = pytest.mark.books

IMAGES = "/v1/images/generations"
FOX = {"prompt": "a fox", "resolution": "0.5K"}
A_MINUTE = timedelta(minutes=1)


def kept():
    """How long the one picture is kept, from now; None is for good."""
    until = Picture.objects.get().expires_at
    return None if until is None else until - timezone.now()


@pytest.mark.parametrize(
    ("said", "hours"), [("1h", 1), ("7d", 7 * 24), ("30D", 30 * 24), ("90d", 90 * 24)]
)
def test_a_request_says_how_long_its_pictures_are_kept(api, alice, said, hours):
    api.post(IMAGES, as_=alice, retention=said, **FOX)

    assert timedelta(hours=hours) - A_MINUTE < kept() <= timedelta(hours=hours)


def test_forever_is_for_good(api, alice):
    api.post(IMAGES, as_=alice, retention="forever", **FOX)

    assert kept() is None


def test_the_address_may_say_it_and_the_body_goes_first(api, alice):
    api.post(f"{IMAGES}?retention=7d", as_=alice, retention="1h", **FOX)

    assert kept() < timedelta(hours=1)


def test_an_edit_says_it_in_its_form_or_address(api, alice):
    for_an_hour = edit(api, alice, prompt="make it night", retention="1h")
    first = kept()
    Picture.objects.all().delete()
    for_a_week = api.request(
        "POST", "/v1/images/edits?retention=7d", as_=alice, **a_form(prompt="night")
    )

    assert (for_an_hour.status_code, for_a_week.status_code) == (200, 200)
    assert first < timedelta(hours=1) < kept()


def test_every_picture_says_until_when_it_is_kept(api, alice):
    answer = api.post(
        IMAGES, as_=alice, retention="7d", response_format="b64_json", **FOX
    )
    for_good = api.post(IMAGES, as_=alice, retention="forever", **FOX)

    until = Picture.objects.earliest("created_at").expires_at
    assert answer.json()["data"][0]["kept_until"] == int(until.timestamp())
    assert for_good.json()["data"][0]["kept_until"] is None


def test_a_link_never_outlives_its_picture(api, alice):
    answer = api.post(IMAGES, as_=alice, retention="1h", **FOX)

    picture = answer.json()["data"][0]
    assert picture["expires_at"] == picture["kept_until"]


@pytest.mark.parametrize(
    "said", ["0h", "1", "1w", "-1d", "1.5h", "99999d", "soon", "1h\0", "1" * 99]
)
def test_a_retention_nobody_understands_is_refused(api, alice, said):
    answer = api.post(IMAGES, as_=alice, retention=said, **FOX)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "retention"
    assert "30d" in answer.json()["error"]["message"]
    assert alice.credits() == 100


def test_an_account_has_a_retention_of_its_own_and_a_request_may_differ(api, alice):
    Account.objects.filter(pk=alice.account.pk).update(kept_seconds=3600)

    api.post(IMAGES, as_=alice, **FOX)
    usual = kept()
    Picture.objects.all().delete()
    api.post(IMAGES, as_=alice, retention="forever", **FOX)

    assert usual < timedelta(hours=1)
    assert kept() is None


def test_an_operator_sets_an_accounts_retention(api, alice):
    call_command("easel_account", alice.person.email, "--retention", "7d")

    api.post(IMAGES, as_=alice, **FOX)

    assert timedelta(days=7) - A_MINUTE < kept() < timedelta(days=7)
    with pytest.raises(CommandError, match="soon"):
        call_command("easel_account", alice.person.email, "--retention", "soon")


def test_pictures_made_in_the_browser_stay(alice):
    Account.objects.filter(pk=alice.account.pk).update(kept_seconds=3600)

    order = an_order(alice.account, lane="browser", kept_seconds=3600)

    assert kept_seconds(order) == 0


def test_the_account_sees_what_it_has_stored(api, alice, settings):
    settings.ACCOUNT_QUOTA_MB = 2
    api.post(IMAGES, as_=alice, **FOX)

    storage = api.get("/v1/balance", as_=alice).json()["storage"]

    assert storage == {"bytes": Picture.objects.get().bytes, "most_bytes": 2 * 1024**2}


def test_an_account_that_is_full_is_refused_until_there_is_room(api, alice, settings):
    settings.ACCOUNT_QUOTA_MB = 1
    a_picture_of(an_order(alice.account))
    Picture.objects.update(bytes=1024**2)

    full = api.post(IMAGES, as_=alice, **FOX)
    held = alice.credits()
    Picture.objects.update(expires_at=timezone.now() - A_MINUTE)
    remove_expired()

    assert full.status_code == 403
    assert full.json()["error"]["code"] == "storage_quota_exceeded"
    assert held == 100
    assert api.post(IMAGES, as_=alice, **FOX).status_code == 200


def test_an_account_far_from_its_limit_is_believed_for_a_while(alice, settings):
    settings.ACCOUNT_QUOTA_MB = 1
    now = [0.0]
    shelves, account = Shelves(clock=lambda: now[0]), alice.account.pk
    in_studio(shelves.check_room(account))
    a_picture_of(an_order(alice.account))
    Picture.objects.update(bytes=1024**2)

    in_studio(shelves.check_room(account))
    now[0] = 61.0
    with pytest.raises(Forbidden):
        in_studio(shelves.check_room(account))
