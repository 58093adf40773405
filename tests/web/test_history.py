"""An account's history: every picture by day, found again, kept, carried off and deleted."""

import csv
import html
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from accounts.guests import open_guest
from accounts.issuing import issue_key
from playground.gallery import bin, captions, shelf
from playground.gallery.models import Board, Caption, Note
from playground.gallery.tasks import read_on
from playground.generation.models import Picture
from playground.generation.rolling import catch_up
from playground.web import history, people
from tests.cast import PASSWORD
from tests.web.orders import a_painted_picture_of, an_order


@pytest.fixture
def browser(client, alice):
    """Alice's browser, signed in."""
    client.force_login(alice.person)
    return client


def a_picture(account, prompt="a fox", **facts):
    return a_painted_picture_of(an_order(account, prompt=prompt, **facts))


def shown(response):
    """Return the ids of the pictures on a page."""
    return re.findall(r'name="picture" value="(pic_\w+)"', response.text)


def arranged(browser, verb, *pictures, **said):
    names = [picture.pk for picture in pictures]
    return browser.post(
        "/history/arrange", {"do": verb, "picture": names, **said}, follow=True
    )


def body(response):
    return b"".join(response)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("fox", ["fox", "foxes"]),
        ("FOX red", ["fox"]),
        ("foxes", ["foxes"]),
        ("ox", []),
        ("z fox", ["fox", "foxes"]),
        ("t", ["foxes", "uber"]),
        ("uber", ["uber"]),
        ("Über", ["uber"]),
        ("猫", ["cat"]),
        ("小猫", ["cat"]),
        ("狗", []),
        ("2048", ["uber"]),
        ("'; DROP TABLE \" OR *", []),
        ("!?", []),
    ],
)
def test_a_search_finds_prompts_by_all_its_words_or_their_beginnings(
    browser, alice, carol, words, found
):
    prompts = {
        "fox": "a red fox, painted",
        "foxes": "two Foxes in the snow",
        "cat": "一只小猫在看雨",
        "uber": "ÜBER the hills, 2048",
    }
    made = {
        name: a_picture(alice.account, prompt).pk for name, prompt in prompts.items()
    }
    a_picture(carol.account, "a red fox, painted")
    answer = browser.get("/history", {"q": words})
    assert set(shown(answer)) == {made[name] for name in found}
    near = Picture.objects.filter(captions.saying(words))
    assert {one.pk for one in near} == {made[name] for name in found}


def test_a_search_finds_what_came_after_the_last_one_and_nothing_purged(browser, alice):
    first = a_picture(alice.account, "a blue heron", days_ago=3)
    assert shown(browser.get("/history?q=heron")) == [first.pk]
    second = a_picture(alice.account, "another heron")
    assert shown(browser.get("/history?q=heron")) == [second.pk, first.pk]
    browser.post("/history/arrange", {"do": "delete", "picture": [first.pk]})
    Note.objects.update(deleted_at=timezone.now() - timedelta(hours=1))
    bin.empty()
    assert shown(browser.get("/history?q=heron")) == [second.pk]
    assert not Caption.objects.filter(words__contains="blue").exists()


def test_a_long_history_is_read_a_part_at_a_time_and_says_how_far(
    browser, alice, monkeypatch
):
    monkeypatch.setattr(captions, "READ_AT_ONCE", 3)
    made = [a_picture(alice.account, days_ago=day).pk for day in range(5)]
    first = browser.get("/history?q=fox")
    assert shown(first) == made[:3]
    assert "Searched back to" in first.text
    read_on(alice.account.pk)
    second = browser.get("/history?q=fox")
    assert shown(second) == made
    assert "Searched back to" not in second.text


def test_pictures_are_sifted_by_model_key_day_star_and_rehearsal(browser, alice):
    key, _ = issue_key(alice.account, name="newsletter")
    plain = a_picture(alice.account)
    flux = a_picture(alice.account, model="flux.2-pro", days_ago=2)
    by_key = a_picture(alice.account, key=key, lane="api", days_ago=4)
    rehearsed = a_picture(alice.account, is_test=True, days_ago=6)
    arranged(browser, "star", plain)
    day = (timezone.localtime() - timedelta(days=4)).date().isoformat()
    assert shown(browser.get("/history")) == [
        p.pk for p in (plain, flux, by_key, rehearsed)
    ]
    assert shown(browser.get("/history?model=flux.2-pro")) == [flux.pk]
    assert shown(browser.get(f"/history?key={key.pk}")) == [by_key.pk]
    assert shown(browser.get(f"/history?since={day}&until={day}")) == [by_key.pk]
    assert shown(browser.get("/history?show=starred")) == [plain.pk]
    assert shown(browser.get("/history?show=rehearsals")) == [rehearsed.pk]
    assert shown(browser.get("/history?since=rubbish&model=none")) == []


def test_a_frequent_word_is_found_among_the_newest(browser, alice, monkeypatch):
    monkeypatch.setattr(shelf, "NEAR", 2)
    monkeypatch.setattr(shelf, "FAR", 6)
    monkeypatch.setattr(history, "PAGE", 2)
    prompts = ("a fox", "a hen", "a fox", "Füchse", "a fox", "a fox", "a hen", "a fox")
    made = [
        a_picture(alice.account, prompt, days_ago=day)
        for day, prompt in enumerate(prompts)
    ]
    first = browser.get("/history?q=fox")
    assert shown(first) == [made[0].pk, made[2].pk]
    last = html.unescape(re.search(r'href="(/history[^"]+after=[^"]+)"', first.text)[1])
    assert shown(browser.get(last)) == [made[4].pk, made[5].pk]
    assert shown(browser.get("/history?q=fuchs")) == [made[3].pk]


def test_a_rare_model_is_found_by_the_days_it_was_asked_for(
    browser, alice, monkeypatch
):
    for day in range(8):
        a_picture(alice.account, days_ago=day)
    rare = {"account": alice.account, "model": "flux.2-pro"}
    older = a_picture(**rare, days_ago=6)
    late = a_picture(**rare, days_ago=4)
    came = late.created_at + timedelta(hours=20)
    Picture.objects.filter(pk=late.pk).update(created_at=came)
    rehearsed = a_picture(**rare, days_ago=2, is_test=True)
    fresh = a_picture(**rare)
    catch_up()
    monkeypatch.setattr(history, "PAGE", 1)
    pages = [browser.get("/history?model=flux.2-pro")]
    while onward := re.search(r'href="(/history[^"]+after=[^"]+)"', pages[-1].text):
        pages.append(browser.get(html.unescape(onward[1])))
    listed = [name for page in pages for name in shown(page)]
    assert listed == [fresh.pk, rehearsed.pk, late.pk, older.pk]
    until = (timezone.localtime() - timedelta(days=5)).date().isoformat()
    old = browser.get(f"/history?model=flux.2-pro&until={until}")
    assert shown(old) == [older.pk]


def test_what_failed_is_listed_with_its_reason(browser, alice):
    a_picture(alice.account)
    an_order(
        alice.account, prompt="a storm", state="failed", delivered=0,
        error_message="The provider timed out.",
    )  # fmt: skip
    page = browser.get("/history?show=failed")
    assert "a storm" in page.text and "The provider timed out." in page.text
    assert "Sketch, " in page.text
    assert shown(page) == []


def test_the_list_goes_on_where_it_was_cut_and_counts_nothing(
    browser, alice, django_assert_max_num_queries
):
    moment = timezone.now() - timedelta(days=1)
    order = an_order(alice.account, n=1)
    made = [a_painted_picture_of(order, place) for place in range(70)]
    Picture.objects.update(created_at=moment)
    with django_assert_max_num_queries(20) as asked:
        first = browser.get("/history")
    assert not [one for one in asked if "COUNT(*)" in one["sql"]]
    link = re.search(r'href="(/history\?[^"]*after=[^"]+)"', first.text)[1]
    a_picture(alice.account)
    second = browser.get(link.replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert len(shown(first)) == 60
    assert sorted(shown(first) + shown(second)) == sorted(one.pk for one in made)
    assert "<html" not in second.text


def test_the_rail_goes_on_as_it_is_scrolled_until_its_end(browser, alice):
    made = [a_picture(alice.account, days_ago=day).generation_id for day in range(65)]
    found = re.findall(r'id="rail-(img_\w+)"', browser.get("/").text)
    onward = r'hx-get="(/create/rail\?after=[^"]+)"'
    page = browser.get("/").text
    while link := re.search(onward, page):
        page = browser.get(link[1]).text
        found += re.findall(r'id="rail-(img_\w+)"', page)
    assert found == made


def test_carol_sees_chooses_and_changes_none_of_alices_pictures(client, alice, carol):
    picture = a_picture(alice.account)
    board = Board.objects.create(account=alice.account, name="mine")
    client.force_login(carol.person)
    assert shown(client.get("/history")) == []
    arranged(client, "star", picture)
    arranged(client, "delete", picture)
    arranged(client, "pin", picture, name="stolen")
    assert not Note.objects.exists() and not picture.pins.exists()
    for verb in ("star", "share", "publish", "describe", "delete"):
        answer = client.post(f"/pictures/{picture.pk}/note/{verb}", {"on": "1"})
        assert answer.status_code == 404
    for path in ("download", "copies"):
        assert client.get(f"/pictures/{picture.pk}/{path}").status_code == 404
    assert client.get(f"/boards/{board.pk}").status_code == 404
    client.post(f"/boards/{board.pk}/change", {"delete": "1"})
    assert Board.objects.filter(pk=board.pk).exists()


def test_the_zip_holds_each_file_and_a_list_of_them(browser, alice):
    one = a_picture(alice.account, "=1+1 a fox")
    other = a_painted_picture_of(an_order(alice.account), image_format="jpeg")
    gone = a_picture(alice.account, "gone")
    default_storage.delete(gone.file)
    answer = arranged(browser, "zip", one, other, gone)
    archive = zipfile.ZipFile(io.BytesIO(body(answer)))
    names = {f"easel-{one.pk}.png", f"easel-{other.pk}.jpg"}
    assert set(archive.namelist()) == names | {"manifest.csv"}
    assert archive.testzip() is None
    rows = list(
        csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig")))
    )
    assert {row["file"] for row in rows} == names
    assert {row["prompt"] for row in rows} == {"'=1+1 a fox", "a fox"}
    Image.open(io.BytesIO(archive.read(f"easel-{other.pk}.jpg"))).load()


def test_a_deleted_picture_is_gone_and_comes_back_for_ten_minutes(browser, alice):
    order = an_order(alice.account, n=2, delivered=2)
    one, other = a_painted_picture_of(order, 0), a_painted_picture_of(order, 1)
    answer = arranged(browser, "delete", one)
    assert "1 picture deleted" in answer.text and "Undo" in answer.text
    assert shown(answer) == [other.pk]
    assert browser.get(f"/p/{one.pk}").status_code == 404
    bin.empty()
    browser.post("/history/undo")
    assert shown(browser.get("/history")) == [other.pk, one.pk]

    arranged(browser, "delete", one, other)
    Note.objects.update(deleted_at=timezone.now() - timedelta(minutes=11))
    assert bin.empty() == 2
    browser.post("/history/undo")
    assert not Picture.objects.exists() and not default_storage.exists(one.file)
    order.refresh_from_db()
    assert (order.prompt, order.delivered, order.state) == ("", 2, "succeeded")


def test_what_is_kept_for_a_while_stays_while_somebody_wants_it(browser, alice):
    end = timezone.now() + timedelta(hours=2)
    picture = a_picture(alice.account, lane="api", kept_seconds=7200)
    Picture.objects.update(expires_at=end)

    def ends():
        picture.refresh_from_db()
        return picture.expires_at

    note = f"/pictures/{picture.pk}/note"
    assert "Kept until" in browser.get(f"/p/{picture.pk}").text
    arranged(browser, "pin", picture, name="Foxes")
    browser.post(f"{note}/star", {"on": "1"})
    browser.post(f"{note}/share", {"on": "1"})
    browser.post(f"{note}/publish", {"on": "1"})
    browser.post(f"{note}/star", {"on": "0"})
    browser.post(f"{note}/share", {"on": "0"})
    browser.post(f"{note}/publish", {"on": "0"})
    assert ends() is None
    board = Board.objects.get()
    browser.post(f"/boards/{board.pk}/change", {"delete": "1"})
    assert timedelta(hours=23) < ends() - timezone.now() <= timedelta(hours=24)

    Picture.objects.update(expires_at=timezone.now() + timedelta(days=20))
    far = ends()
    browser.post(f"{note}/star", {"on": "1"})
    assert ends() is None
    browser.post(f"{note}/star", {"on": "0"})
    assert ends() == far


def test_a_board_has_a_name_a_cover_and_an_order(browser, alice):
    one, two, three = (a_picture(alice.account, days_ago=day) for day in range(3))
    arranged(browser, "pin", one, two, name="Foxes")
    board = Board.objects.get()
    arranged(browser, "pin", three, two, board=board.pk)
    page = f"/boards/{board.pk}"
    assert shown(browser.get(page)) == [one.pk, two.pk, three.pk]
    arranged(browser, "forward", three, of=board.pk)
    assert shown(browser.get(page)) == [three.pk, one.pk, two.pk]
    first = board.pins.get(picture=three)
    onward = browser.get(f"{page}?after={first.place}~{first.pk}")
    assert shown(onward) == [one.pk, two.pk]
    arranged(browser, "cover", two, of=board.pk)
    assert two.pk in browser.get("/boards").text
    arranged(browser, "unpin", two, of=board.pk)
    assert shown(browser.get(page)) == [three.pk, one.pk]
    browser.post("/boards/new", {"name": "Hens"})
    answer = browser.post(f"{page}/change", {"name": " Hens "}, follow=True)
    assert "There is a board called “Hens” already." in answer.text
    browser.post(f"{page}/change", {"name": "Vixens"})
    assert "Vixens" in browser.get("/boards").text
    browser.post(f"{page}/change", {"delete": "1"})
    assert Picture.objects.count() == 3


def test_what_a_guest_starred_goes_along_when_they_sign_in(client, alice):
    guest = open_guest()
    name = people.GUEST_COOKIE
    client.cookies[name] = signing.get_cookie_signer(
        salt=name + people.COOKIE_SALT
    ).sign(guest.pk)
    older = a_picture(alice.account, "alice's fox")
    picture = a_picture(guest, "a guest's fox", lane="guest")
    assert shown(client.get("/history?q=fox")) == [picture.pk]
    client.post(f"/pictures/{picture.pk}/note/star", {"on": "1"})
    assert client.get("/boards").status_code == 302
    client.post("/accounts/login/", {"login": alice.person.email, "password": PASSWORD})
    assert shown(client.get("/history?q=fox")) == [picture.pk, older.pk]
    assert shown(client.get("/history?show=starred")) == [picture.pk]
