"""People at the playground, in a real browser, with a real worker painting."""

import re
from base64 import b64encode
from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from billing.ledger import MICRO, credit
from playground.generation.models import Generation, Picture
from playground.trust.models import Announcement
from tests.generation import files_of_strangers as strangers
from tests.journeys.conftest import PHONE
from tests.services.ports import wait_until
from tests.services.visits import remember

PROMPT = "a paper boat on a blue sea"


def pictures(page):
    return page.locator("#feed [data-picture] img")


def ask_for(page, prompt=PROMPT, n="1"):
    page.get_by_label("Prompt").fill(prompt)
    page.locator(f".seg label:has(input[name=n][value='{n}'])").click()
    page.get_by_role("button", name="Generate", exact=False).first.click()


def scrolls_sideways(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_guest_makes_a_picture_and_finds_it_after_a_reload(page):
    page.goto("/")
    expect(page.get_by_text("12 of 12 free tries left today")).to_be_visible()
    ask_for(page, n="2")
    expect(pictures(page)).to_have_count(2)
    expect(page.get_by_text("10 of 12 free tries left today")).to_be_visible()
    expect(page.get_by_text("No account needed")).to_have_count(0)
    page.reload()
    expect(pictures(page)).to_have_count(2)
    assert pictures(page).first.evaluate("image => image.decode().then(() => true)")


def test_an_example_fills_the_box_and_starts_nothing(page):
    page.goto("/")
    page.get_by_role("link", name="Desert dunes at sunset, a low sun").click()
    expect(page.get_by_label("Prompt")).to_have_value(
        "Desert dunes at sunset, a low sun"
    )
    assert not Generation.objects.exists()


def test_the_price_follows_the_settings_and_the_credits_follow_the_pictures(
    page, alice, sign_in, settings
):
    settings.FREE_PICTURES_A_DAY = 0
    sign_in(page, alice)
    page.locator(".seg label:has(input[value='4K'])").click()
    page.locator(".seg label:has(input[name=n][value='3'])").click()
    expect(page.locator("#cost")).to_have_text("6 credits")
    expect(page.locator("[data-after]")).to_have_text("94")
    page.locator(".seg label:has(input[value='0.5K'])").click()
    ask_for(page, n="1")
    expect(pictures(page)).to_have_count(1)
    expect(page.locator("#credits")).to_have_text("99 credits")


def test_a_run_is_made_with_the_keyboard_alone(page):
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(PROMPT)
    page.keyboard.press("Control+Enter")
    expect(pictures(page)).to_have_count(4)
    page.locator("#feed [data-picture]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#lightbox")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#lightbox")).to_contain_text("2 of 4")
    page.keyboard.press("Escape")
    expect(page.locator("#lightbox")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    page.get_by_role("switch", name="Single letters are keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("gall")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery")


def test_a_model_is_found_among_all_by_any_of_its_names(page, alice, sign_in):
    sign_in(page, alice)
    page.locator("#model-button").click()
    search = page.get_by_role("searchbox", name="Search models")
    rows = page.locator("#picker .model-row:visible")

    search.fill("doubao")
    expect(rows).to_have_count(4)
    search.fill("sketch")
    expect(rows).to_have_count(1)
    search.press("ArrowDown")
    expect(rows).to_be_focused()
    rows.press("Enter")

    expect(page.locator("#picker")).not_to_be_visible()
    expect(page.locator("#settings")).to_have_attribute("data-model", "sketch-1")


def test_a_picture_has_an_address_and_leaves_what_is_being_asked_for_alone(page):
    page.goto("/")
    ask_for(page)
    expect(pictures(page)).to_have_count(1)
    page.locator(".shapes label:has(input[value='16:9'])").click()
    page.get_by_label("Prompt").fill("something else")
    page.locator("#feed [data-picture]").first.click()
    expect(page.locator("#lightbox")).to_be_visible()
    assert "/p/pic_" in page.url
    page.go_back()
    expect(page.locator("#lightbox")).to_be_hidden()
    expect(page.locator("[name=aspect_ratio][value='16:9']")).to_be_checked()
    expect(page.get_by_label("Prompt")).to_have_value("something else")
    page.go_forward()
    page.reload()
    expect(page.locator("#lightbox")).to_be_visible()


def test_remix_fills_the_composer_from_a_run(page):
    page.goto("/")
    ask_for(page)
    expect(pictures(page)).to_have_count(1)
    page.get_by_label("Prompt").fill("something else")
    page.get_by_role("link", name="Repeat").click()
    expect(page.get_by_label("Prompt")).to_have_value(PROMPT)
    expect(page.get_by_label("Seed", exact=True)).not_to_have_value("")


def test_a_run_is_copied_as_code(page):
    page.goto("/")
    ask_for(page)
    page.get_by_role("button", name="Code").click()
    expect(page.get_by_role("dialog", name="This run as code")).to_contain_text(PROMPT)
    page.get_by_role("tab", name="Python").click()
    expect(page.get_by_role("tabpanel", name="Python")).to_contain_text("from openai")


def test_too_few_credits_stop_only_what_they_do_not_reach_for(
    page, bob, sign_in, settings
):
    settings.FREE_PICTURES_A_DAY = 0
    credit(bob.account.pk, MICRO, kind="grant", key="grant:one")
    sign_in(page, bob)
    ask_for(page, n="4")
    expect(page.get_by_role("alert")).to_contain_text(
        "This needs 4 credits; you have 1"
    )
    page.get_by_role("button", name="1 picture", exact=True).click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("#cost")).to_have_text("1 credit")
    page.keyboard.press("Enter")
    expect(pictures(page)).to_have_count(1)


def test_the_prompt_outlives_a_reload(page):
    page.goto("/")
    page.get_by_label("Prompt").fill("half a thought")
    page.reload()
    expect(page.get_by_label("Prompt")).to_have_value("half a thought")


def test_the_chosen_theme_stays(page):
    page.goto("/")
    page.get_by_role("button", name="Switch theme").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_everything_works_at_a_phones_width(phone):
    phone.goto("/")
    assert not scrolls_sideways(phone)
    phone.locator(".setup").click()
    phone.locator(".shapes label:has(input[value='16:9'])").click()
    phone.get_by_role("button", name="Close settings").click()
    expect(phone.locator(".setup")).to_be_focused()
    expect(phone.locator(".setup")).to_contain_text("16:9")
    phone.get_by_label("Prompt").fill(PROMPT)
    phone.locator("#generate").click()
    expect(pictures(phone)).to_have_count(4)
    assert not scrolls_sideways(phone)


def test_pictures_are_made_and_compared_without_script(plain_page, alice, sign_in):
    plain_page.goto("/")
    plain_page.get_by_label("Prompt").fill(PROMPT)
    plain_page.get_by_role("button", name="Generate").click()
    expect(plain_page.locator("#feed .prompt")).to_have_text(PROMPT)
    expect(pictures(plain_page)).to_have_count(4)
    plain_page.locator("#feed [data-picture]").first.click()
    expect(plain_page.locator("#lightbox .info")).to_be_visible()

    sign_in(plain_page, alice)
    plain_page.locator(".seg label:has(#mode-compare)").click()
    plain_page.get_by_role("switch", name="Rehearse").check()
    plain_page.get_by_role("button", name="Show what this costs").click()
    plain_page.get_by_label("Model B").select_option("FLUX.2 [pro]")
    plain_page.get_by_label("Prompt").fill("two foxes")
    plain_page.get_by_role("button", name="Generate").click()
    sides = plain_page.locator(".duel figure")
    expect(sides).to_have_count(2)
    expect(sides.nth(1)).to_contain_text("FLUX.2 [pro]")


def rehearse(page, alice, sign_in):
    sign_in(page, alice)
    page.get_by_role("switch", name="Rehearse").check()
    expect(page.locator("#cost")).to_have_text("Free")


def test_a_failed_picture_is_tried_again_in_its_own_place(page, alice, sign_in):
    rehearse(page, alice, sign_in)
    ask_for(page, "easel:partial a fox", n="2")
    expect(pictures(page)).to_have_count(1)
    failed = page.locator(".tile.failed")
    expect(failed).to_contain_text("Not painted, not charged")
    Generation.objects.update(prompt="a fox")  # the second try shall not act again
    again = {**Generation.objects.get().request, "prompt": "a fox"}
    Generation.objects.update(request=again)
    failed.get_by_role("button").click()
    expect(pictures(page)).to_have_count(2)
    expect(page.locator("#feed .run")).to_have_count(1)
    expect(page.locator(".tile .mark", has_text="rehearsal")).to_have_count(2)


def test_a_running_job_shows_after_a_reload_and_can_be_cancelled(page, alice, sign_in):
    rehearse(page, alice, sign_in)
    ask_for(page, "easel:slow 60 a fox", n="2")
    painting = re.compile("Painting|Slower than usual")  # the machine decides which
    expect(page.locator(".tile.job").first).to_contain_text(painting)
    page.reload()
    expect(page.locator(".tile.job [data-seconds]").first).to_be_visible()
    page.context.set_offline(True)
    banner = page.locator("#offline .banner")
    expect(banner).to_contain_text("Offline. 1 job keeps running on the server")
    page.context.set_offline(False)
    expect(banner).to_have_count(0)
    page.keyboard.press("Control+Backspace")
    expect(page.locator(".tile.failed").first).to_contain_text("Cancelled")
    expect(page.locator("[aria-busy]")).to_have_count(0)


def test_two_models_are_compared_side_by_side(page, alice, sign_in):
    rehearse(page, alice, sign_in)
    page.locator(".seg label:has(#mode-compare)").click()
    page.locator("#rival-1").click()
    page.locator("#picker .model-row:visible", has_text="FLUX.2 [pro]").click()
    expect(page.locator("#rival-1")).to_contain_text("FLUX.2 [pro]")
    ask_for(page, n="1")
    expect(page.locator(".duel figure")).to_have_count(2)
    expect(pictures(page)).to_have_count(2)
    expect(page.locator(".duel figcaption").nth(1)).to_contain_text("FLUX.2 [pro]")


def test_a_reference_is_sent_at_once_and_a_wrong_file_says_why(page, alice, sign_in):
    sign_in(page, alice)
    page.locator("#pick").set_input_files(
        [
            {"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture"},
            {"name": "fox.png", "mimeType": "image/png", "buffer": square("red")},
        ]
    )
    expect(page.get_by_role("alert")).to_contain_text("notes.png: ")
    expect(page.locator(".ref input")).to_have_count(1)
    ask_for(page, n="1")
    expect(pictures(page)).to_have_count(1)
    assert len(Generation.objects.get().request["references"]) == 1
    page.get_by_role("button", name="Remove this reference").click()
    expect(page.locator(".ref")).to_have_count(0)

    hand_over(page, "paste", square("blue"))
    expect(page.locator(".ref input")).to_have_count(1)
    hand_over(page, "dragenter", square("lime"))
    expect(page.locator("#create.drop")).to_be_visible()
    hand_over(page, "drop", square("lime"))
    expect(page.locator(".ref input")).to_have_count(2)
    expect(page.locator("#create.drop")).to_have_count(0)


def square(colour):
    file = BytesIO()
    Image.new("RGB", (64, 64), colour).save(file, "PNG")
    return file.getvalue()


HAND_OVER = """([kind, data]) => {
  const carried = new DataTransfer();
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  carried.items.add(new File([bytes], `${kind}.png`, { type: "image/png" }));
  const how = { bubbles: true, cancelable: true, clipboardData: carried, dataTransfer: carried };
  const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
  document.querySelector("#feed").dispatchEvent(new Kind(kind, how));
}"""


def hand_over(page, kind, data):
    """Paste or drag a file as a person would, somewhere on the page."""
    page.evaluate(HAND_OVER, [kind, b64encode(data).decode()])


def test_a_guest_signs_up_by_mail_and_keeps_what_was_made(page, settings):
    settings.EMAIL_BACKEND = "playground.web.mailbox.MailboxBackend"
    before = mail_kept(settings)
    page.goto("/")
    ask_for(page)
    expect(pictures(page)).to_have_count(1)
    page.get_by_label("Prompt").fill("half a thought")
    page.get_by_role("link", name="Create account").click()
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password").fill("a quieter shade of blue")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    wait_until(lambda: mail_kept(settings) > before, "the mail")
    page.get_by_role("link", name="Open the mail").click()
    page.get_by_role("link", name="/accounts/confirm-email/").click()
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page.locator("#credits")).to_have_text("50 credits")
    page.goto("/")
    expect(pictures(page)).to_have_count(1)
    expect(page.get_by_label("Prompt")).to_have_value("half a thought")


def mail_kept(settings):
    return set(settings.EMAIL_DIR.glob("*.eml"))


SHARING = """
  navigator.canShare = () => true;
  navigator.share = async ({ files }) => (window.shared = files[0].name);
"""


def test_a_telephone_takes_a_picture_starts_from_it_and_sends_on_what_came(
    _browser, live_site, worker, alice
):
    context = _browser.new_context(
        base_url=live_site.base_url, viewport=PHONE, has_touch=True, is_mobile=True
    )
    remember(context, live_site.base_url, alice.person)
    page = context.new_page()
    page.add_init_script(SHARING)
    page.goto("/")
    photo = strangers.heic(Image.new("RGB", (80, 60), "red"))
    with page.expect_file_chooser() as camera:
        page.get_by_role("button", name="Take a picture").tap()
    assert camera.value.element.get_attribute("capture") == "environment"
    camera.value.set_files([{"name": "1.HEIC", "mimeType": "", "buffer": photo}])
    expect(page.locator(".ref input")).to_have_count(1)
    page.get_by_label("Prompt").fill(PROMPT)
    page.locator("#generate").tap()
    expect(pictures(page)).to_have_count(4)
    pictures(page).first.tap()
    page.get_by_role("button", name="Send").tap()
    page.wait_for_function("window.shared")
    sent = Picture.objects.get(position=0)
    assert page.evaluate("shared") == f"easel-{sent.pk}.webp"
    manifest = page.request.get("/manifest.webmanifest").json()
    icons = [page.request.get(icon["src"]) for icon in manifest["icons"]]
    assert [Image.open(BytesIO(one.body())).size for one in icons] == [
        (192, 192),
        (512, 512),
        (512, 512),
    ]
    context.close()


def test_an_idle_page_asks_the_server_nothing(page):
    page.goto("/")
    ask_for(page)
    expect(pictures(page)).to_have_count(1)
    for image in page.locator("#feed img, #rail img").all():
        image.evaluate("image => image.decode()")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(3000)
    assert asked == []


def test_the_command_list_is_worked_by_keys_and_news_are_put_away(page, books_db):
    Announcement.objects.create(text="Nano Banana 2.1 is here")
    page.goto("/gallery")
    page.get_by_role("button", name="Put away").click()
    expect(page.get_by_text("Nano Banana 2.1 is here")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Nano Banana 2.1 is here")).to_have_count(0)

    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    box.fill("nano banana")
    found = page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(found.filter(has_text="Nano Banana 2.1")).to_be_visible()
    box.press("ArrowDown")
    chosen = found.and_(page.locator("[aria-selected=true]"))
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    there = chosen.get_attribute("href")
    box.press("Enter")
    page.wait_for_url(f"**{there}")
