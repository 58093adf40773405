"""The edit page: versions of a picture, masks and frames by numbers, and who may look."""

import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageChops

from playground.gallery import bin
from playground.generation import service
from playground.generation.catalogue import catalogue
from playground.generation.models import Generation, Picture
from playground.generation.studio import in_studio
from playground.web.models import EditTurn, Upload
from playground.web.past import past_of
from playground.web.uploads import remove_unused
from tests.cast import customer
from tests.upstreams import openai_shop
from tests.upstreams.gemini import KEY
from tests.upstreams.street import open_street
from tests.web.orders import a_painted_picture_of, an_order

HTMX = {"HX-Request": "true"}
CREDIT = "1000000"


@pytest.fixture
def page(client, alice):
    """Alice's browser."""
    client.force_login(alice.person)
    return client


@pytest.fixture
def boat(alice):
    """A picture of alice's, painted here: 512 by 512 pixels."""
    return a_picture_of(alice, 512)


def a_picture_of(customer, side):
    order = an_order(customer.account, prompt="a paper boat")
    picture = a_painted_picture_of(order, data=a_slope((side, side)))
    picture.width = picture.height = side
    picture.save()
    return picture


def ask(browser, version, headers=HTMX, **form):
    usual = {"prompt": "make it blue", "model": "sketch-1", "quoted": "0"}
    address = f"/edit/{version}/turns"
    return browser.post(address, {**usual, **form}, headers=headers)


def add(browser, side):
    """Add a further picture, as the composer does; return what the form calls it."""
    sent = SimpleUploadedFile(f"{side}.png", a_slope((side, side)), "image/png")
    answer = browser.post("/create/references", {"file": sent})
    return re.search(r'name="reference" value="([^"]+)"', answer.text)[1]


def bring(browser):
    sent = SimpleUploadedFile("holiday.png", a_slope((600, 400)), "image/png")
    return browser.post("/edit", {"image": sent})


def a_slope(size):
    file = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, "PNG")
    return file.getvalue()


def a_mask():
    file = BytesIO()
    Image.new("RGBA", (512, 512)).save(file, "PNG")
    return file.getvalue()


def newest():
    return Generation.objects.latest("created_at")


def finish(generation=None):
    """Paint a queued order here, as a worker would."""
    order = in_studio(service.take_up((generation or newest()).pk))
    in_studio(service.carry_out(order))
    return Picture.objects.filter(generation=order).earliest("position")


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def stored(name):
    with default_storage.open(name) as file:
        picture = Image.open(BytesIO(file.read()))
        picture.load()
        return picture


def differing(one, other):
    return np.asarray(ImageChops.difference(one, other)).max(axis=2) > 0


def test_a_picture_opens_with_what_it_would_cost_to_change_it(page, boat):
    seen = page.get(f"/edit/{boat.pk}")
    assert seen.status_code == 200
    assert "Balance after: 100" in words(seen)
    assert "12 free pictures left today." in words(seen)
    assert "Original · Sketch" in words(seen)
    assert f'data-version="{boat.pk}"' in seen.text


def test_nobody_sees_or_changes_another_accounts_pictures(client, carol, boat, alice):
    Upload.objects.create(
        id="upl_1", account=alice.account, file="x.png", format="png", width=9, height=9
    )
    client.force_login(carol.person)
    assert client.get(f"/edit/{boat.pk}").status_code == 404
    assert ask(client, boat.pk).status_code == 404
    assert client.get("/edit/upl_1").status_code == 404
    assert client.get("/edit/uploads/upl_1").status_code == 404
    assert client.get(f"/edit/{boat.pk}/settings").status_code == 404


def test_each_turn_is_a_version_that_one_can_return_to_and_branch_from(page, boat):
    ask(page, boat.pk, prompt="make it blue")
    second = finish()
    ask(page, second.pk, prompt="now at night")
    third = finish()
    ask(page, second.pk, prompt="in the rain instead")
    fourth = finish()

    seen = page.get(f"/edit/{fourth.pk}")
    talk = seen.context["talk"]
    assert [turn.labels for turn in talk.turns] == [("2",), ("3",), ("4",)]
    assert [turn.base for turn in talk.turns] == [boat.pk, second.pk, second.pk]
    assert talk.path_to(third.pk) == [talk.turns[0], talk.turns[1]]
    assert "from 2 Sketch" in words(seen)
    assert "Back to 2" in words(seen)
    roots = {
        page.get(f"/edit/{one.pk}").context["talk"].root_id for one in (boat, third)
    }
    assert roots == {boat.pk}


def test_a_rectangle_by_numbers_is_the_only_place_that_changes(page, boat):
    edges = {
        "mask_x": "100",
        "mask_y": "200",
        "mask_width": "200",
        "mask_height": "150",
    }
    answer = ask(page, boat.pk, **edges)
    assert answer.status_code == 200
    order = newest()
    mask = stored(order.request["mask"])
    opening = mask.getchannel("A").point(lambda alpha: 255 - alpha)
    assert mask.size == (512, 512)
    assert opening.getbbox() == (100, 200, 300, 350)
    changed = differing(stored(finish().file), stored(boat.file).convert("RGB"))
    assert changed[220:330, 120:280].all()
    changed[200:350, 100:300] = False
    assert not changed.any()


def test_a_painted_mask_and_a_rectangle_go_together(page, boat):
    canvas = Image.new("RGBA", (256, 256), (0, 0, 0, 255))
    canvas.paste((0, 0, 0, 0), (0, 0, 50, 50))
    file = BytesIO()
    canvas.save(file, "PNG")
    mask = SimpleUploadedFile("mask.png", file.getvalue(), "image/png")
    edges = {"mask_x": "500", "mask_y": "500", "mask_width": "50", "mask_height": "12"}
    ask(page, boat.pk, mask=mask, painted="1", **edges)
    place = stored(newest().request["mask"]).getchannel("A").point(lambda a: 255 - a)
    assert place.getbbox() == (0, 0, 512, 512)
    assert place.getpixel((98, 98)) == place.getpixel((505, 505)) == 255
    assert place.getpixel((250, 250)) == 0


def test_a_mask_stays_for_the_next_turn_without_script_too(page, boat):
    edges = {"mask_x": "0", "mask_y": "0", "mask_width": "90", "mask_height": "512"}
    ask(page, boat.pk, **edges)
    first, second = newest(), finish()
    assert f'name="mask_of" value="{first.pk}"' in page.get(f"/edit/{second.pk}").text
    ask(page, second.pk, prompt="make it red", mask_of=first.pk)
    assert newest().request["mask"] == first.request["mask"]


@pytest.mark.parametrize(
    "sides, size, corner",
    [
        pytest.param({"frame_right": "90"}, (602, 512), (0, 0), id="right"),
        pytest.param(
            {"frame_left": "41", "frame_top": "9"}, (553, 521), (41, 9), id="corner"
        ),
        pytest.param({"frame_ratio": "5:4"}, (640, 512), (64, 0), id="to a shape"),
    ],
)
def test_an_extended_picture_holds_the_old_one_to_the_pixel(
    page, boat, sides, size, corner
):
    panel = page.get(f"/edit/{boat.pk}/settings", sides).context["panel"]
    assert panel.delivered == size
    answer = ask(page, boat.pk, prompt="", **sides)
    assert answer.status_code == 200
    picture = finish()
    assert (picture.width, picture.height) == size
    made = stored(picture.file)
    old = made.crop((*corner, corner[0] + 512, corner[1] + 512))
    assert not differing(old, stored(boat.file).convert("RGB")).any()
    assert EditTurn.objects.get(pk=newest().pk).frame is not None


@pytest.mark.parametrize(
    "form, says",
    [
        ({"mask_x": "512", "mask_width": "5", "mask_height": "5"}, "which is 512 by 512"),
        ({"mask_x": "a"}, "Write whole numbers of pixels"),
        ({"frame_left": "1100"}, "at most twice the picture"),
        ({"frame_ratio": "1:1"}, "has this shape already"),
        ({"mask_of": "img_unknown"}, "Nothing in the mask is painted"),
        ({"prompt": " "}, "Write a prompt"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_costs_nothing(page, alice, boat, form, says):
    answer = ask(page, boat.pk, **form)
    assert answer.status_code == 422
    assert says in words(answer)
    assert alice.credits() == 100
    assert not EditTurn.objects.exists()


def test_what_fits_in_the_days_free_pictures_is_free_and_the_rest_costs(
    page, alice, boat, settings
):
    settings.FREE_PICTURES_A_DAY = 3
    ask(page, boat.pk, n="2")
    finish()
    seen = words(page.get(f"/edit/{boat.pk}/settings", {"n": "2"}))
    assert "1 free picture left today." in seen
    assert "2 × 1 credit 2 credits" in seen
    answer = ask(page, boat.pk, n="2")
    assert answer.status_code == 409
    ask(page, boat.pk, n="2", quoted="2000000")
    finish()
    ask(page, boat.pk)
    finish()
    assert alice.credits() == 98
    assert "free picture" not in words(page.get(f"/edit/{boat.pk}/settings"))


def test_another_price_than_was_shown_is_asked_about(page, alice, boat, settings):
    settings.FREE_PICTURES_A_DAY = 0
    answer = ask(page, boat.pk, quoted="900000")
    assert answer.status_code == 409
    assert "The price is now 1 credit" in words(answer)
    assert f'name="quoted" value="{CREDIT}"' in answer.text
    assert alice.credits() == 100


def test_a_failed_turn_keeps_its_place_and_can_be_asked_again(page, alice, boat):
    edges = {"mask_x": "0", "mask_y": "0", "mask_width": "9", "mask_height": "9"}
    ask(page, boat.pk, **edges)
    failed = newest()
    default_storage.delete(failed.request["mask"])
    with pytest.raises(Exception, match="no longer kept"):
        finish(failed)
    seen = words(page.get(f"/edit/{boat.pk}"))
    assert "Not painted, not charged" in seen
    assert "no longer kept: send them again" in seen
    assert alice.credits() == 100
    answer = ask(page, boat.pk, again=failed.pk, place="0")
    assert f'id="tile-{failed.pk}-1" hx-swap-oob="true"' in answer.text
    again = newest()
    assert again.request["mask"] == failed.request["mask"]
    default_storage.save(failed.request["mask"], ContentFile(a_mask()))
    second = finish(again)
    [turn] = page.get(f"/edit/{second.pk}").context["talk"].turns
    assert (turn.id, turn.base, turn.ids) == (failed.pk, boat.pk, (second.pk,))
    assert ask(page, boat.pk, again="img_unknown").status_code == 404


def test_a_running_turn_is_there_after_a_reload_and_can_be_taken_back(
    page, alice, boat
):
    ask(page, boat.pk)
    order = newest()
    shown = page.get(f"/edit/{boat.pk}").text
    assert f'data-run="{order.pk}" data-version="w0"' in shown
    nothing_new = page.get(f"/edit/{boat.pk}/live?run={order.pk}~w0")
    assert nothing_new.status_code == 204
    assert int(nothing_new["Easel-Look"]) > 0
    in_studio(service.take_up(order.pk))
    seen = page.get(f"/edit/{boat.pk}/live?run={order.pk}~w0").text
    assert f'id="tile-{order.pk}-1" hx-swap-oob="true" data-elapsed="' in seen
    answer = page.post(f"/edit/{boat.pk}/turns/{order.pk}/cancel", headers=HTMX)
    assert "Stopping" in words(answer)
    order.refresh_from_db()
    assert order.is_unwanted


def test_without_script_every_answer_is_a_page(page, boat):
    answer = ask(page, boat.pk, headers={})
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/edit/{boat.pk}#turn-")
    refused = ask(page, boat.pk, headers={}, mask_x="nine")
    assert refused.status_code == 422
    assert "<html" in refused.text
    assert 'name="mask_x" value="nine"' in refused.text


def test_a_guest_brings_a_picture_and_it_goes_along_when_they_sign_in(client, alice):
    answer = bring(client)
    [upload] = Upload.objects.all()
    assert answer["Location"] == f"/edit/{upload.pk}"
    assert (upload.width, upload.height) == (600, 400)
    shown = client.get(f"/edit/uploads/{upload.pk}")
    assert shown["Content-Type"] == "image/png"
    ask(client, upload.pk, prompt="make it night", quoted="0")
    picture = finish()
    assert (picture.width, picture.height) == (600, 400)
    client.post(
        "/accounts/login/",
        {"login": alice.person.email, "password": "paint me a fox"},
    )
    upload.refresh_from_db()
    assert upload.account == alice.account
    assert client.get(f"/edit/{picture.pk}").context["talk"].root.id == upload.pk


def test_further_pictures_go_along_in_their_order(page, boat):
    names = [add(page, side) for side in (40, 50)]
    ask(page, boat.pk, prompt="side by side", n="2", reference=names)
    order = newest()
    assert [stored(name).size for name in order.request["references"]] == [
        (512, 512),
        (40, 40),
        (50, 50),
    ]
    finish(order)
    seen = page.get(f"/edit/{boat.pk}")
    assert [turn.labels for turn in seen.context["talk"].turns] == [("2a", "2b")]


def test_the_one_file_that_cannot_be_read_is_named(page, alice, boat):
    files = [
        SimpleUploadedFile("one.png", a_slope((40, 40)), "image/png"),
        SimpleUploadedFile("two.png", b"not a picture", "image/png"),
    ]
    answer = ask(page, boat.pk, headers={}, file=files)
    assert answer.status_code == 422
    assert "two.png: " in words(answer)
    assert not EditTurn.objects.exists()


def test_a_picture_made_here_in_any_format_can_be_changed(page, alice):
    avif = a_painted_picture_of(an_order(alice.account), image_format="avif")
    assert ask(page, avif.pk).status_code == 200


def test_a_picture_of_the_composer_opens_in_edit(page, client, carol, boat):
    name = add(page, 40)
    shown = page.get("/", {"reference": [name, boat.pk]}).text
    assert f'form="edit-this" name="picture" value="{name}"' in shown
    page.post("/edit", {"picture": name, "title": "forty\0.png"})
    [upload] = Upload.objects.all()
    assert (upload.width, upload.height, upload.title) == (40, 40, "forty.png")
    assert stored(upload.file).size == (40, 40)
    opened = page.post("/edit", {"picture": boat.pk})
    assert opened["Location"] == f"/edit/{boat.pk}"

    client.force_login(carol.person)
    assert client.post("/edit", {"picture": name}).status_code == 422
    assert Upload.objects.count() == 1


def test_a_deleted_picture_is_not_offered_to_be_changed(page, boat):
    assert boat.pk in page.get("/edit").text
    bin.delete([boat])
    assert boat.pk not in page.get("/edit").text
    assert page.get(f"/edit/{boat.pk}").status_code == 404


def test_what_is_no_picture_is_not_taken(page):
    sent = SimpleUploadedFile("notes.png", b"hello", "image/png")
    answer = page.post("/edit", {"image": sent})
    assert answer.status_code == 422
    assert "That picture was not taken" in words(answer)
    assert not Upload.objects.exists()


def test_a_picture_that_nobody_edits_goes_after_a_day(page, alice):
    bring(page)
    bring(page)
    used, unused = Upload.objects.order_by("created_at")
    ask(page, used.pk)
    a_while_ago = "2020-01-01T00:00:00Z"
    Upload.objects.update(created_at=a_while_ago)
    assert remove_unused() == 1
    assert list(Upload.objects.all()) == [used]
    assert default_storage.exists(used.file)
    assert not default_storage.exists(unused.file)


@pytest.fixture
def gemini(settings, books_db):
    """Google's Gemini API, as far as its wire goes."""
    with open_street() as street:
        access = {"secret": KEY, "base_url": f"{street.gemini.url}/v1beta"}
        settings.PROVIDERS = {"gemini": access | {"is_local": True}}
        yield street.gemini


@pytest.fixture
def openai(settings, books_db):
    """OpenAI's own wire. It sends a picture of its own, whatever the mask says."""
    with open_street() as street:
        access = {"secret": openai_shop.KEY, "base_url": f"{street.openai.url}/v1"}
        settings.PROVIDERS = {"openai": access | {"is_local": True}}
        yield street.openai


def test_a_model_that_drifts_changes_only_what_the_mask_leaves_open(
    page, alice, openai
):
    boat = a_picture_of(alice, 1024)
    edges = {"mask_x": "200", "mask_width": "400", "mask_height": "300"}
    gpt = quoted_for(page, boat.pk, model="gpt-image-2", **edges)
    ask(page, boat.pk, **edges, **gpt)
    made = finish()
    changed = differing(stored(made.file), stored(boat.file).convert("RGB"))
    assert len(openai.asked) == 1
    assert changed[20:280, 220:580].mean() > 0.9
    changed[:300, 200:600] = False
    assert not changed.any()


def test_a_model_whose_provider_here_ignores_masks_says_so(page, boat, settings):
    settings.PROVIDERS = {"fal": {"secret": "key"}}
    form = {"model": "gpt-image-2", "mask_width": "9", "mask_height": "9"}
    assert "GPT Image 2 takes no mask" in words(
        page.get(f"/edit/{boat.pk}/settings", form)
    )


FLASH = "gemini-3.1-flash-image"


def quoted_for(browser, version, **form):
    context = browser.get(f"/edit/{version}/settings", {"model": FLASH, **form}).context
    return {"model": context["panel"].model.id, "quoted": context["price"].total}


def test_a_model_that_takes_no_mask_says_so_before_it_is_paid(
    page, alice, boat, gemini
):
    form = {"mask_width": "9", "mask_height": "9"}
    seen = words(page.get(f"/edit/{boat.pk}/settings", {"model": FLASH, **form}))
    assert "takes no mask" in seen
    assert "Use Sketch" in seen
    answer = ask(page, boat.pk, **form, **quoted_for(page, boat.pk, **form))
    assert answer.status_code == 422
    assert "takes no mask" in words(answer)
    assert alice.credits() == 100
    assert gemini.asked == []


def test_a_model_that_cannot_extend_says_so_before_a_frame_is_drawn(page, boat, gemini):
    opened = page.get(f"/edit/{boat.pk}", {"model": FLASH}).text
    numbers = opened.partition('id="extending"')[2]
    assert 'id="no-frame">Nano Banana 2 cannot extend a picture<' in opened
    assert "<fieldset disabled>" in numbers
    drawn = page.get(f"/edit/{boat.pk}", {"model": FLASH, "frame_right": "64"}).text
    assert "<fieldset disabled>" not in drawn  # a number that was written is kept
    assert "Use Sketch" in drawn
    able = page.get(f"/edit/{boat.pk}", {"model": "sketch-1"}).text
    assert 'id="no-frame"' not in able


def test_any_model_that_edits_is_rehearsed_free_and_says_so(page, alice, boat):
    form = {"model": "gpt-image-2", "mask_width": "99", "mask_height": "99"}
    away = page.get(f"/edit/{boat.pk}/settings", form)
    assert away.context["panel"].model.id == "sketch-1"
    form["rehearse"] = "on"
    rehearsed = page.get(f"/edit/{boat.pk}/settings", form)
    assert rehearsed.context["panel"].model.id == "gpt-image-2"
    assert "The demo painter stands in for the model" in words(rehearsed)
    assert "takes no mask" not in words(rehearsed).partition("Choose a model")[0]
    assert ask(page, boat.pk, **form).status_code == 200
    made = finish()
    assert (made.generation.model, made.generation.is_test) == ("gpt-image-2", True)
    seen = page.get(f"/edit/{made.pk}")  # and the next turn is one, too
    assert seen.context["panel"].model.id == "gpt-image-2"
    assert re.search(r'id="rehearse"[^>]* checked', seen.text)
    assert "2 · rehearsal" in words(seen)
    assert alice.credits() == 100


def test_too_many_pictures_for_the_wallet_are_dropped_to_what_it_pays(
    client, books_db, settings
):
    settings.FREE_PICTURES_A_DAY = 0
    dora = customer("dora", credits=5)
    boat = a_picture_of(dora, 512)
    client.force_login(dora.person)
    drop = {"n": "4", "resolution": "4K", "quoted": "8000000"}
    answer = ask(client, boat.pk, **drop)
    assert answer.status_code == 402
    assert "Drop to 2 pictures for 4 credits, or buy credits." in words(answer)
    plain = ask(client, boat.pk, headers={}, **drop)
    [button] = re.findall(r'<button[^>]*name="fewer"[^>]*>', plain.text)
    assert f'formaction="/edit/{boat.pk}"' in button
    less = client.get(f"/edit/{boat.pk}", {**drop, "fewer": "2"})
    assert less.context["price"].total == 4_000_000


def test_a_model_that_follows_conversations_hears_this_one_with_its_marks(
    page, alice, boat, gemini
):
    ask(page, boat.pk, prompt="make it blue", **quoted_for(page, boat.pk))
    second = finish()
    assert second.signature
    ask(page, second.pk, prompt="now at night", **quoted_for(page, second.pk))
    third = finish()
    ask(page, third.pk, prompt="add a gull", **quoted_for(page, third.pk))
    finish()

    first, _, last = (one.body["contents"] for one in gemini.asked)
    assert [turn["role"] for turn in first] == ["user"]
    assert [turn["role"] for turn in last] == ["user", "model"] * 2 + ["user"]
    said = [part["text"] for turn in last for part in turn["parts"] if "text" in part]
    assert said == ["make it blue", "now at night", "add a gull"]
    marks = [turn["parts"][0]["thoughtSignature"] for turn in (last[1], last[3])]
    assert marks == [second.signature, third.signature]
    shown = last[0]["parts"][0]["inlineData"]["data"]
    assert shown == first[0]["parts"][0]["inlineData"]["data"]


def test_a_long_conversation_is_told_from_where_the_model_can_look_at_all_of_it(
    page, boat, gemini
):
    version = boat
    for prompt in ("make it blue", "now at night", "add a gull"):
        ask(page, version.pk, prompt=prompt, **quoted_for(page, version.pk))
        version = finish()
    scene = page.get(f"/edit/{version.pk}").context["panel"].scene
    model = catalogue().find(FLASH)
    told = [
        [
            step.words
            for step in past_of(scene.version, scene.talk, short, references=1).steps
        ]
        for short in (looking_at(model, most) for most in (4, 3, 2, 1))
    ]
    assert told == [
        ["make it blue", "now at night", "add a gull"],
        ["now at night", "add a gull"],
        ["add a gull"],
        [],
    ]


def looking_at(model, most):
    return replace(model, capabilities=replace(model.capabilities, references=most))
