"""The playground page: what it shows before anyone pays, and what it does when asked."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from billing.ledger import MICRO, credit
from billing.limiting import limit_member
from playground.generation import service
from playground.generation.models import Generation
from playground.generation.studio import in_studio
from playground.web.runs import run_of
from tests.web.browsers import ASK, HTMX, finish, generate, look, newest, words


@pytest.fixture
def guest(client, books_db):
    """A browser that has never been here."""
    return client


@pytest.fixture(autouse=True)
def _free_pictures_are_used_up(settings):
    settings.FREE_PICTURES_A_DAY = 0


@pytest.fixture
def page(client, alice):
    """Alice's browser."""
    client.force_login(alice.person)
    return client


def test_a_newcomer_sees_what_is_free_and_where_to_start(guest):
    seen = words(guest.get("/"))
    assert "Describe a picture. No account needed." in seen
    assert "12 of 12 free tries left today" in seen
    assert "Start from one of these" in seen


def test_looking_at_the_page_makes_nobody_an_account(guest):
    guest.get("/")
    assert not Account.objects.exists()


def test_an_example_fills_the_box_without_script(guest):
    answer = guest.get("/", {"prompt": "Desert dunes at sunset"})
    assert ">Desert dunes at sunset</textarea>" in answer.text


def test_a_guest_may_choose_only_small_pictures_of_the_painter(guest):
    panel = guest.get("/").context["panel"]
    assert panel.model.id == "sketch-1"
    assert [tier.value for tier in panel.tiers if not tier.is_off] == ["0.5K", "1K"]


def test_a_guest_sees_other_models_with_their_price_but_cannot_choose_them(guest):
    choices = {row.model.id: row for row in guest.get("/").context["choices"]()}
    pro = choices["gemini-3-pro-image-preview"]
    assert pro.price_microcredits == 8 * MICRO
    assert not pro.is_usable


def test_a_model_that_only_edits_waits_for_a_reference(page):
    rows = {row.model.id: row for row in page.get("/").context["choices"]()}
    assert {"gpt-image-2", "flux.2-pro", "grok-imagine-image"} < rows.keys()
    assert not rows["qwen-image-edit"].is_for_words
    assert "dall-e-3" not in rows


@pytest.mark.parametrize("model", ["qwen-image-edit", "dall-e-3"])
def test_a_link_to_a_model_that_cannot_paint_from_words_gets_the_painter(page, model):
    panel = page.get("/", {"model": model}).context["panel"]
    assert panel.model.id == "sketch-1"


def test_a_time_that_nobody_knows_is_not_made_up(guest):
    choices = {row.model.id: row for row in guest.get("/").context["choices"]()}
    assert choices["gemini-3-pro-image-preview"].typical_seconds == 22
    assert choices["gpt-image-2"].typical_seconds is None


def test_the_page_stays_light_with_every_model_on_it(guest):
    page = guest.get("/").content
    assert page.count(b"model-row") > 40
    assert len(gzip.compress(page)) < 30_000


def test_a_model_without_a_provider_is_shown_as_not_connected(page):
    assert "Not connected here" in page.get("/").text


def test_no_page_carries_a_style_attribute_or_an_inline_script(page):
    generate(page)
    picture = finish(newest()).pictures.get(position=0)
    generate(page)
    Generation.objects.filter(state="queued").update(state="failed")
    generate(page)
    html = page.get(reverse("picture-page", args=[picture.pk])).text
    assert "Not painted, not charged" in html and "Queued" in html
    assert not re.search(r"<[^>]+\sstyle=", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"<[^>]+\son[a-z]+=", html)


def test_the_price_stands_beside_the_button_and_the_balance_after_it(page):
    price = page.get("/create/quote", ASK).context["price"]
    assert price.total == 2 * MICRO
    assert price.after == 98 * MICRO


def test_a_price_that_cannot_be_paid_says_so_before_the_click(client, bob):
    client.force_login(bob.person)
    seen = words(client.get("/create/quote", ASK))
    assert "This needs 2 credits; you have 0." in seen


def test_generating_puts_a_run_with_a_slot_for_each_picture_on_the_feed(page, alice):
    answer = generate(page)
    assert answer.status_code == 200
    assert answer.text.count("Queued") == 2
    assert "2 credits held" in answer.text
    assert alice.credits() == 98


def test_generating_without_script_goes_back_to_the_page(page):
    answer = generate(page, headers={})
    assert answer.status_code == 302
    assert "a fox in the snow" in page.get(answer["Location"]).text


def test_a_guest_is_known_again_by_a_signed_cookie(guest):
    generate(guest, quoted="0")
    assert newest().account.is_guest
    assert "a fox in the snow" in guest.get("/").text


def test_what_a_guest_is_painting_counts_against_the_tries(guest):
    generate(guest, quoted="0")
    assert "10 of 12 free tries left today" in words(guest.get("/"))


def test_a_guest_cannot_ask_for_more_than_is_left_today(guest):
    generate(guest, n="8", quoted="0")
    Generation.objects.update(state="succeeded", delivered=8)
    answer = generate(guest, n="8", quoted="0")
    assert answer.status_code == 429
    assert "Create account" in answer.text


def test_a_guest_cannot_have_a_large_picture_by_asking_directly(guest):
    answer = generate(guest, resolution="4K", quoted="0")
    assert answer.status_code == 422
    assert not Generation.objects.exists()


def test_a_changed_price_is_shown_and_asked_about_again(page, alice):
    answer = generate(page, quoted="1")
    assert answer.status_code == 409
    assert "The price is now 2 credits" in words(answer)
    assert 'name="quoted" value="2000000"' in answer.text
    assert alice.credits() == 100


def test_too_few_credits_point_to_where_they_are_bought(client, bob):
    client.force_login(bob.person)
    answer = generate(client)
    assert answer.status_code == 402
    assert answer["HX-Retarget"] == "#problem"
    assert "This needs 2 credits; you have 0" in words(answer)


def test_too_many_pictures_are_answered_with_the_most_that_can_be_had(client, bob):
    client.force_login(bob.person)
    credit(bob.account.pk, 5 * MICRO, kind="grant", key="grant:five")
    answer = generate(client, n="8", quoted="8000000")
    assert answer.status_code == 402
    assert "Drop to 4 pictures for 4 credits, or buy credits." in words(answer)
    assert 'name="fewer" value="4" data-do="fewer:4"' in answer.text
    asked = {**ASK, "n": ["8", "4"]}  # as a form without script sends it
    assert client.get("/", asked).context["panel"].wish.n == 4


def test_a_guest_with_two_tries_left_is_offered_two(guest):
    generate(guest, n="8", quoted="0")
    finish(newest())
    Generation.objects.update(delivered=10)
    answer = generate(guest, n="4", quoted="0")
    assert answer.status_code == 429
    assert 'data-do="fewer:2"' in answer.text


def test_a_members_limit_offers_what_it_leaves(page, alice):
    limit_member(alice.account.pk, alice.person.pk, 3 * MICRO)
    answer = generate(page, n="4", quoted="4000000")
    assert answer.status_code == 402
    assert 'data-do="fewer:3"' in answer.text


def test_an_error_without_script_keeps_the_prompt_and_the_settings(client, bob):
    client.force_login(bob.person)
    answer = generate(client, headers={})
    assert answer.status_code == 402
    assert ">a fox in the snow</textarea>" in answer.text
    assert answer.context["panel"].wish.shape == "4:5"


def test_a_seed_that_is_no_number_is_refused_kindly(page):
    answer = generate(page, seed="seven")
    assert answer.status_code == 422
    assert "A seed is a whole number" in answer.text


def test_a_run_that_looks_the_same_is_not_sent_again(page):
    generate(page)
    answer = look(page, f"{newest().pk}~w0.w0")
    assert answer.status_code == 204
    assert int(answer["Easel-Look"]) >= 500


def test_a_finished_run_comes_with_its_pictures_and_the_credits(page):
    generate(page)
    done = finish(newest())
    answer = look(page, f"{done.pk}~w0.w0")
    assert answer.text.count("data-picture") == 2
    assert "Done, 2 credits, 98 credits left" in words(answer)
    assert "data-look" not in answer.text
    assert "Easel-Look" not in answer


def test_only_the_places_that_changed_are_sent(page):
    generate(page)
    done = finish(newest())
    answer = look(page, f"{done.pk}~d.w0")
    assert answer.text.count("data-picture") == 1
    assert f'id="tile-{done.pk}-2"' in answer.text


def test_several_runs_are_watched_with_one_question(page):
    generate(page)
    first = finish(newest())
    generate(page)
    second = newest()
    answer = look(page, f"{first.pk}~w0.w0", f"{second.pk}~w0.w0")
    assert f"head-{first.pk}" in answer.text
    assert f"head-{second.pk}" not in answer.text
    assert "Easel-Look" in answer


def test_a_hundred_jobs_of_twenty_seconds_ask_less_than_twenty_times_a_second(page):
    generate(page)
    run = replace(run_of(newest()), expected_seconds=20)
    slots = tuple(replace(slot, expected_seconds=20) for slot in run.slots)
    started = timezone.now() - timedelta(seconds=25)
    Generation.objects.update(state="running", started_at=started)
    late = newest()
    overdue = tuple(replace(slot, order=late) for slot in slots)
    looks = [replace(run, slots=one).look_ms for one in (slots, overdue)]
    assert 100 / (sum(looks) / len(looks) / 1000) < 20


def test_a_failed_slot_keeps_its_place_and_says_that_nothing_was_charged(page):
    generate(page)
    Generation.objects.update(state="failed", error_message="The provider timed out.")
    seen = words(page.get("/"))
    assert seen.count("Not painted, not charged") == 2
    assert "The provider timed out." in seen


def again(browser, run, place, quoted="1000000"):
    asked = {"again": run.pk, "place": str(place), "quoted": quoted}
    return browser.post("/create/runs", asked, headers=HTMX)


def test_try_again_paints_that_one_picture_into_its_old_place(page, alice):
    generate(page, seed="7")
    run = newest()
    Generation.objects.update(state="failed")
    answer = again(page, run, 1)
    assert "Queued" in answer.text and f"tile-{run.pk}-2" in answer.text
    second = newest()
    assert (second.n, second.prompt, second.request["seed"]) == (1, run.prompt, 8)
    finish(second)
    seen = page.get("/")
    assert seen.text.count('class="run"') == 1
    assert seen.text.count("Not painted, not charged") == 1
    assert words(look(page, f"{run.pk}~f.w0")).count("1 failed, not charged") == 1
    assert alice.credits() == 97  # the first order's hold is swept, not returned here


def test_trying_again_at_another_price_is_asked_about(page):
    generate(page)
    run = newest()
    Generation.objects.update(state="failed")
    answer = again(page, run, 0, quoted="5")
    assert answer.status_code == 409
    assert "Try again for 1 credit" in words(answer)


def test_a_queued_run_can_be_taken_back_for_nothing(page, alice):
    generate(page)
    answer = page.post(reverse("run-cancel", args=[newest().pk]), headers=HTMX)
    assert "Cancelled, not charged" in words(answer)
    assert alice.credits() == 100


def test_a_run_that_is_painted_can_be_called_off(page):
    generate(page)
    order = newest()
    in_studio(service.take_up(order.pk))
    answer = page.post(reverse("run-cancel", args=[order.pk]), headers=HTMX)
    assert "Stopping" in answer.text
    assert newest().is_unwanted


def test_a_place_in_the_queue_is_told(page, client, carol):
    generate(page)
    client.force_login(carol.person)
    generate(client)
    assert "1 ahead" in words(client.get("/"))


def test_remix_copies_the_prompt_and_the_settings_with_a_new_seed(page):
    generate(page, seed="7")
    context = page.get("/create/settings", {"from": newest().pk}).context
    assert context["wish"].prompt == "a fox in the snow"
    assert context["wish"].shape == "4:5"
    assert context["wish"].seed == ""


def test_repeat_keeps_the_seed(page):
    generate(page, seed="7")
    asked = {"from": newest().pk, "keep_seed": "1"}
    assert page.get("/create/settings", asked).context["wish"].seed == "7"


def test_settings_the_model_cannot_follow_are_changed_and_named(page):
    asked = {**ASK, "aspect_ratio": "7:3", "resolution": "16K"}
    seen = words(page.get("/create/settings", asked))
    assert "7:3 is not offered, now Auto, 16K is not offered, now 1K" in seen


def test_the_page_opens_with_the_settings_used_last(page):
    generate(page)
    assert page.get("/").context["panel"].wish.shape == "4:5"


def test_a_picture_opens_large_with_what_is_known_of_it(page):
    generate(page, seed="7")
    picture = finish(newest()).pictures.get(position=0)
    seen = words(page.get(reverse("picture", args=[picture.pk])))
    assert "1 of 2" in seen
    assert f"{picture.width} × {picture.height}" in seen


def test_a_picture_has_an_address_that_works_without_script(page):
    generate(page)
    picture = finish(newest()).pictures.get(position=0)
    answer = page.get(reverse("picture-page", args=[picture.pk]))
    assert re.search(r"<dialog class=\"lightbox\"[^>]* open", answer.text)


def test_a_run_as_code_asks_for_exactly_that_run(page):
    generate(page, seed="7")
    text = page.get(reverse("run-code", args=[newest().pk])).text
    assert "/v1/images/generations" in text
    assert "&quot;seed&quot;: 7" in text


def test_someone_elses_run_looks_like_a_missing_one(page, client, carol):
    generate(page)
    order = finish(newest())
    client.force_login(carol.person)
    mine = [
        reverse("run", args=[order.pk]),
        reverse("run-code", args=[order.pk]),
        reverse("picture", args=[order.pictures.get(position=0).pk]),
        reverse("create") + f"?from={order.pk}",
    ]
    assert [client.get(address).status_code for address in mine] == [404] * 4


def test_a_missing_page_says_so_in_the_design(page, settings):
    settings.DEBUG = False
    answer = page.get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


def test_a_broken_page_needs_nothing_to_be_drawn():
    assert "Something broke on our side" in render_to_string("500.html")


def test_a_guest_without_tries_is_told_when_to_come_back(guest):
    generate(guest, quoted="0")
    Generation.objects.update(state="succeeded", delivered=12)
    assert "Come back tomorrow, or create an account" in words(guest.get("/"))


@pytest.mark.parametrize("headers", [HTMX, {}])
@pytest.mark.parametrize(
    ("prompt", "complaint"),
    [
        ("a fox " * 6000, "Shorten prompt to"),
        ("a\0fox", "Remove the broken characters"),
    ],
)
def test_a_prompt_nobody_could_paint_is_refused_on_the_page(
    page, headers, prompt, complaint
):
    answer = generate(page, headers, prompt=prompt)
    assert answer.status_code == 422
    assert complaint in answer.text
    assert answer.context["panel"].wish.prompt == prompt.strip()
    assert not Generation.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "/?model=sketch-1&prompt=a%00fox",
        "/create/settings?model=sketch-1&negative_prompt=a%00fox",
        f"/create/quote?model=sketch-1&prompt={'fox+' * 9000}",
    ],
)
def test_a_prompt_nobody_could_paint_still_has_a_page_and_a_price(page, address):
    answer = page.get(address)
    assert answer.status_code == 200
    assert answer.context["price"].unit > 0


def test_a_format_nobody_offers_is_changed_and_named(page):
    answer = page.get("/", {"model": "sketch-1", "output_format": "svg"})
    assert answer.context["panel"].wish.output_format == "webp"
    assert "svg is not offered, now WebP" in words(answer)


@pytest.mark.parametrize("n", ["0", "-3", "11", "many", ""])
def test_a_number_of_pictures_that_makes_no_sense_is_refused(page, alice, n):
    answer = generate(page, n=n)
    assert answer.status_code == 422
    assert "Set n from 1 to 10" in answer.text
    assert alice.credits() == 100
    assert not Generation.objects.exists()


@pytest.mark.parametrize("quoted", ["", "2.0", "free", "-2000000"])
def test_nothing_is_charged_before_its_price_was_shown(page, alice, quoted):
    answer = generate(page, quoted=quoted)
    assert answer.status_code == 409
    assert 'name="quoted" value="2000000"' in answer.text
    assert alice.credits() == 100


def test_a_form_without_a_price_is_asked_about_again(page, alice):
    asked = {name: value for name, value in ASK.items() if name != "quoted"}
    answer = page.post("/create/runs", asked)
    assert answer.status_code == 409
    assert "The price is now 2 credits" in words(answer)
    assert alice.credits() == 100


def test_what_costs_nothing_needs_no_price(guest):
    assert generate(guest, quoted="").status_code == 200


def test_a_newcomer_who_is_refused_leaves_no_account(guest, settings):
    assert generate(guest, resolution="4K", quoted="0").status_code == 422
    assert generate(guest, prompt="", quoted="0").status_code == 422
    assert generate(guest, quoted="5").status_code == 409
    settings.NETWORK_PICTURES_A_DAY = 0
    assert generate(guest, quoted="0").status_code == 429
    assert not Account.objects.exists()
    assert "easel_guest" not in guest.cookies


@pytest.mark.parametrize(
    ("left", "said"), [(1, "1 credit"), (0.5, "0.50 credits"), (2, "2 credits")]
)
def test_one_credit_is_one_and_any_other_amount_many(client, bob, left, said):
    client.force_login(bob.person)
    credit(bob.account.pk, int(left * MICRO), kind="grant", key="grant:some")
    seen = words(client.get("/"))
    assert f" {said} " in seen
    assert " 1 credits" not in seen
    assert f"Available {said}" in words(client.get("/console/credits"))


def test_what_is_left_after_a_run_may_be_one_credit(client, bob):
    client.force_login(bob.person)
    credit(bob.account.pk, 3 * MICRO, kind="grant", key="grant:three")
    generate(client)
    done = finish(newest())
    answer = look(client, f"{done.pk}~w0.w0")
    assert "2 credits, 1 credit left" in words(answer)


def test_a_welcome_of_one_credit_is_one(client, books_db, settings):
    settings.WELCOME_CREDITS = 1
    pages = ["/", "/accounts/login/", "/accounts/signup/"]
    seen = [words(client.get(address)) for address in pages]
    assert all("1 credit" in text for text in seen)
    assert not any("1 credits" in text for text in seen)
