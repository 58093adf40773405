"""What others see: links that can be switched off, and the public gallery."""

import html
import re
from datetime import timedelta
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.guests import open_guest
from playground.gallery import sharing
from playground.gallery.models import Note, Report
from tests.web.orders import A_FOX, a_painted_picture_of, an_order


@pytest.fixture
def browser(client, alice):
    """Alice's browser, signed in."""
    client.force_login(alice.person)
    return client


@pytest.fixture
def stranger():
    return Client()


@pytest.fixture
def picture(alice):
    order = an_order(alice.account, prompt="a secret garden", model="sketch-1")
    return a_painted_picture_of(order)


def noted(browser, picture, verb, on="1", **said):
    path = f"/pictures/{picture.pk}/note/{verb}"
    return browser.post(path, {"on": on, **said}, follow=True)


def exhibited(client, path="/gallery"):
    return re.findall(r'href="/gallery/(pic_\w+)"', client.get(path).text)


def reported(client, picture, reason="person", **said):
    path = f"/gallery/{picture.pk}/report"
    return client.post(path, {"reason": reason, **said}, follow=True)


def operator(*words):
    out = StringIO()
    call_command("gallery_reports", *words, stdout=out)
    return out.getvalue()


def test_a_link_shows_the_picture_until_it_is_switched_off(browser, stranger, picture):
    noted(browser, picture, "share")
    first = Note.objects.get().token
    page = stranger.get(f"/s/{first}")
    assert "Made with AI" in page.text and "a secret garden" not in page.text
    assert "noindex" in page["X-Robots-Tag"] and "noindex" in page.text
    assert "no-store" in page["Cache-Control"]
    noted(browser, picture, "share", tells_prompt="1")
    assert "a secret garden" in stranger.get(f"/s/{first}").text

    noted(browser, picture, "share", on="0")
    for path in (f"/s/{first}", f"/s/{first}/picture", "/s/none"):
        assert stranger.get(path).status_code == 404
    noted(browser, picture, "share")
    assert Note.objects.get().token not in (None, first)

    token = Note.objects.get().token
    noted(browser, picture, "delete")
    assert stranger.get(f"/s/{token}").status_code == 404


def test_a_picture_is_described_in_its_owners_words(browser, stranger, picture):
    assert 'alt="a secret garden"' in browser.get("/history").text
    noted(browser, picture, "describe", words="Roses behind a wall")
    assert 'alt="Roses behind a wall"' in browser.get("/history").text
    assert 'alt="Roses behind a wall"' in browser.get("/").text
    noted(browser, picture, "share")
    shared = stranger.get(f"/s/{Note.objects.get().token}").text
    assert 'alt="Roses behind a wall"' in shared and "secret" not in shared
    noted(browser, picture, "describe", words=" ")
    assert 'alt="a secret garden"' in browser.get("/history").text


def test_a_picture_is_public_when_its_owner_says_so_and_no_longer(
    browser, stranger, picture
):
    assert exhibited(stranger) == []
    assert stranger.get(f"/gallery/{picture.pk}").status_code == 404
    noted(browser, picture, "publish")
    assert exhibited(stranger) == [picture.pk]
    page = stranger.get(f"/gallery/{picture.pk}").text
    assert "a secret garden" in page and "alice" not in page
    assert f"/edit/{picture.pk}" not in page
    assert f"/edit/{picture.pk}" in browser.get(f"/gallery/{picture.pk}").text
    noted(browser, picture, "publish", on="0")
    assert exhibited(stranger) == []
    assert stranger.get(f"/gallery/{picture.pk}").status_code == 404


def test_rehearsals_are_marked_and_like_guests_pictures_not_published(
    browser, stranger, alice
):
    rehearsal = a_painted_picture_of(an_order(alice.account, is_test=True))
    answer = noted(browser, rehearsal, "publish")
    assert "A rehearsal stays out of the gallery." in answer.text
    noted(browser, rehearsal, "share")
    assert ">rehearsal<" in stranger.get(f"/s/{Note.objects.get().token}").text
    guest = a_painted_picture_of(an_order(open_guest(), lane="guest"))
    with pytest.raises(sharing.CannotPublish):
        sharing.publish(guest)
    assert not Note.objects.filter(public_at__isnull=False).exists()


def test_a_remix_fills_the_composer_and_is_counted_without_references(
    browser, stranger, alice, picture
):
    private = {"references": ["inbox/acc/private.png"], "mask": "inbox/acc/mask.png"}
    request = A_FOX.to_json() | private | {"shape": "16:9"}
    order = an_order(alice.account, prompt="a fox & hens", request=request)
    liked = a_painted_picture_of(order)
    noted(browser, picture, "publish")
    noted(browser, liked, "publish")
    answer = stranger.post(f"/gallery/{liked.pk}/remix")
    said = parse_qs(urlsplit(answer["Location"]).query)
    assert said["prompt"] == ["a fox & hens"] and said["aspect_ratio"] == ["16:9"]
    assert "inbox" not in answer["Location"]
    assert "inbox" not in stranger.get(f"/gallery/{liked.pk}").text
    assert stranger.get(answer["Location"]).status_code == 200
    Note.objects.filter(picture=liked).update(
        public_at=timezone.now() - timedelta(days=1)
    )
    assert exhibited(stranger) == [picture.pk, liked.pk]
    assert exhibited(stranger, "/gallery?by=remixed") == [liked.pk, picture.pk]
    assert exhibited(stranger, "/gallery?model=flux.2-pro") == []


@pytest.mark.parametrize("by", ["newest", "remixed"])
def test_the_rest_is_a_page_away_whatever_is_shown_meanwhile(stranger, alice, by):
    order = an_order(alice.account, n=1)
    for place in range(44):
        sharing.publish(a_painted_picture_of(order, place))
    a_moment = timezone.now() - timedelta(hours=1)
    Note.objects.filter(picture__position__lt=20).update(public_at=a_moment, remixes=1)
    first = stranger.get(f"/gallery?by={by}")
    onward = html.unescape(
        re.search(r'href="(/gallery\?[^"]*after=[^"]+)"', first.text)[1]
    )
    before = re.findall(r'href="/gallery/(pic_\w+)"', first.text)
    newest = a_painted_picture_of(order, 44)
    sharing.publish(newest)
    Note.objects.filter(picture=newest).update(remixes=2)
    after = exhibited(stranger, onward)
    assert (len(before), len(after), len({*before, *after})) == (40, 4, 44)


@pytest.mark.parametrize("after", ["x", "9~x~y", "~", f"{9**30}~2026-01-01T00:00Z~p"])
def test_a_place_nobody_wrote_is_the_beginning(stranger, picture, after):
    sharing.publish(picture)
    assert exhibited(stranger, f"/gallery?by=remixed&after={after}") == [picture.pk]


def test_a_reported_picture_is_hidden_or_kept_by_the_operator(
    browser, stranger, picture
):
    noted(browser, picture, "publish")
    assert stranger.post(f"/gallery/{picture.pk}/report").status_code == 422
    reported(stranger, picture, words="that is me")
    answer = reported(stranger, picture, words="that is me")
    assert "Somebody will look at it" in answer.text
    assert Report.objects.count() == 1
    assert exhibited(stranger) == [picture.pk]
    assert f"{picture.pk}" in operator("list") and "that is me" in operator()

    operator("hide", picture.pk)
    assert exhibited(stranger) == []
    assert stranger.get(f"/gallery/{picture.pk}").status_code == 404
    assert "Hidden by the operator" in browser.get(f"/p/{picture.pk}").text
    noted(browser, picture, "publish", on="0")
    noted(browser, picture, "publish")
    assert exhibited(stranger) == []
    assert "Nothing to decide" in operator()

    operator("keep", picture.pk)
    assert exhibited(stranger) == [picture.pk]
    assert Report.objects.get().state == Report.State.HIDDEN
    with pytest.raises(CommandError):
        operator("hide", "pic_none")


def test_one_network_reports_ten_pictures_a_day(stranger, alice):
    order = an_order(alice.account, n=1)
    pictures = [a_painted_picture_of(order, place) for place in range(11)]
    for picture in pictures:
        sharing.publish(picture)
    answers = [reported(stranger, picture) for picture in pictures]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert Report.objects.count() == 10


def test_where_somebody_approves_pictures_wait_for_it(
    browser, stranger, picture, settings
):
    settings.GALLERY_APPROVAL = True
    noted(browser, picture, "publish")
    assert exhibited(stranger) == []
    assert "Waits until somebody approves it" in browser.get(f"/p/{picture.pk}").text
    assert "waits for approval" in operator()
    operator("approve", picture.pk)
    assert exhibited(stranger) == [picture.pk]
