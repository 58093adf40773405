"""What operators do for safety, on its pages: rules, blocked accounts, hidden pictures."""

import html
import re

import pytest
from django.test import Client

from accounts.models import StaffDeed
from accounts.staff import StaffRole
from accounts.staffing import appoint
from playground.arena.dealing import deal
from playground.arena.voters import of_person
from playground.gallery import sharing
from playground.generation import rules
from playground.generation.gates import PromptRule
from tests.arena.duels import FLUX, GPT, a_challenge, an_entry
from tests.web.orders import a_painted_picture_of, an_order

HERE = "/operator/safety"
RULE = {"label": "No nudity", "kind": "words", "text": "nude*", "is_on": "on"}


@pytest.fixture
def console(client, carol):
    """Carol looks after safety."""
    appoint(carol.person, StaffRole.SUPPORT)
    client.force_login(carol.person)
    return client


@pytest.fixture
def owner(alice):
    """Alice's own browser."""
    browser = Client()
    browser.force_login(alice.person)
    return browser


def text(response):
    tags = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(tags))


def files_on(response):
    """The addresses of picture files that a page shows."""
    found = re.findall(r"/files/[^\s\"]+", html.unescape(response.content.decode()))
    assert found
    return found


def deeds():
    return list(StaffDeed.objects.order_by("pk").values_list("action", flat=True))


def test_a_rule_is_written_tried_changed_and_removed(console):
    added = text(console.post(f"{HERE}/rules/new", RULE, follow=True))
    rule = PromptRule.objects.get()
    assert "No nudity is saved" in added and [one.id for one in rules.rules()] == [
        rule.pk
    ]

    said = {"prompt": "a NUDES painting", "group": "standard"}
    assert "No nudity stops it." in text(console.post(HERE, said))
    assert "No rule stops it." in text(console.post(HERE, {**said, "prompt": "a fox"}))

    gold = {**RULE, "text": "fox", "is_on": ""}
    console.post(f"{HERE}/rules/{rule.pk}", gold)
    assert rules.rules() == () and PromptRule.objects.get().text == "fox"
    console.post(f"{HERE}/rules/{rule.pk}/remove")
    assert not PromptRule.objects.exists()

    changed = StaffDeed.objects.get(action="rule.changed")
    assert (changed.before["text"], changed.after["text"]) == ("nude*", "fox")
    assert deeds()[-3:] == ["rule.added", "rule.changed", "rule.removed"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "pattern", "text": "(?=a)"}, "invalid perl operator"),
        ({"text": "**"}, "has no letter or number in it"),
        ({"label": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_beside_it(console, said, words):
    answer = console.post(f"{HERE}/rules/new", {**RULE, **said})

    assert answer.status_code == 422 and words in text(answer)
    assert not PromptRule.objects.exists()


def test_an_account_is_found_blocked_with_a_reason_and_let_go(console, alice):
    page = f"{HERE}/accounts"
    named = [alice.person.email, alice.account.pk, alice.secret[:15]]
    found = [text(console.get(page, {"q": name})) for name in named]
    assert all(alice.account.pk in one for one in found)
    assert "No open account is called so." in text(console.get(page, {"q": "esl_"}))

    here = f"{page}/{alice.account.pk}"
    assert console.post(here, {"why": ""}).status_code == 422
    blocked = text(console.post(here, {"why": "Stolen cards."}, follow=True))
    assert "Stolen cards." in blocked
    console.post(here, {"end": "1"})

    alice.account.refresh_from_db()
    assert alice.account.blocked_at is None
    done = StaffDeed.objects.get(action="account.blocked")
    assert (done.person, done.reason) == (console_person(console), "Stolen cards.")
    assert deeds()[-1] == "account.unblocked"


def console_person(console):
    return console.get(HERE).context["user"]


def test_a_hidden_picture_is_gone_from_everywhere_but_its_owner_reads_why(
    console, owner, alice, api
):
    picture = a_painted_picture_of(an_order(alice.account, person=alice.person))
    sharing.publish(picture)
    link = f"/s/{sharing.share(picture, tells_prompt=True).token}"
    here = f"{HERE}/pictures/{picture.pk}"
    address = f"https://easel.example/gallery/{picture.pk}"
    assert picture.pk in text(console.get(f"{HERE}/pictures", {"q": address}))
    assert console.post(here, {"verdict": "hide"}).status_code == 422
    signed = files_on(console.get(f"/gallery/{picture.pk}"))

    console.post(here, {"verdict": "hide", "why": "It shows a real person."})

    gone = [f"/gallery/{picture.pk}", link, f"{link}/picture", *signed]
    assert {console.get(page).status_code for page in gone} == {404}
    page = owner.get(f"/p/{picture.pk}")
    assert "Hidden by the operator It shows a real person." in text(page)
    told = api.get(f"/v1/requests/{picture.generation_id}", as_=alice).json()
    kept = [*files_on(page), *files_on(console.get(f"{HERE}/pictures"))]
    kept.append(told["pictures"][0]["url"])
    assert {console.get(file).status_code for file in kept} == {200}
    assert "It shows a real person." in text(console.get(f"{HERE}/pictures"))

    console.post(here, {"verdict": "keep"})
    assert {console.get(page).status_code for page in gone} == {200}
    assert deeds()[-2:] == ["picture.hidden", "picture.kept"]


def test_a_private_picture_is_looked_at_by_its_request_alone(console, alice):
    order = an_order(alice.account, person=alice.person, prompt="my daughter")
    picture = a_painted_picture_of(order)

    page = console.get(f"{HERE}/pictures", {"q": picture.pk})

    assert "Nobody but its owner sees this picture." in text(page)
    assert f"/operator/support/requests/{order.pk}" in page.content.decode()
    assert "my daughter" not in text(page) and "/files/" not in page.content.decode()


def test_a_hidden_picture_is_dealt_to_nobody_in_the_arena(console, alice):
    challenge = a_challenge()
    entries = [an_entry(alice.account, challenge, model) for model in (GPT, FLUX)]
    voter = of_person(alice.person.pk, "n")
    assert deal(voter)

    why = {"verdict": "hide", "why": "It shows a real person."}
    console.post(f"{HERE}/pictures/{entries[0].picture_id}", why)

    assert deal(voter) is None


def test_pictures_wait_until_somebody_lets_them_in_or_says_why_not(
    console, owner, alice, settings
):
    settings.GALLERY_APPROVAL = True
    order = an_order(alice.account, n=2, delivered=2, person=alice.person)
    good, bad = (a_painted_picture_of(order, place) for place in range(2))
    for picture in (good, bad):
        owner.post(f"/pictures/{picture.pk}/note/publish", {"on": "1"})
    queue = text(console.get(f"{HERE}/pictures"))
    assert good.pk in queue and bad.pk in queue

    console.post(f"{HERE}/pictures/{good.pk}", {"verdict": "approve"})
    why = {"verdict": "decline", "why": "Too dark to see."}
    console.post(f"{HERE}/pictures/{bad.pk}", why)

    shown = owner.get("/gallery").text
    assert good.pk in shown and bad.pk not in shown
    assert "It was not let into the gallery: Too dark" in text(
        owner.get(f"/p/{bad.pk}")
    )
    owner.post(f"/pictures/{bad.pk}/note/publish", {"on": "1"})
    assert "None waits." in text(console.get(f"{HERE}/pictures"))
    assert deeds()[-2:] == ["picture.approved", "picture.declined"]


def test_finance_may_not_and_customers_find_nothing(client, alice, bob):
    appoint(bob.person, StaffRole.FINANCE)
    pages = [HERE, f"{HERE}/accounts", f"{HERE}/pictures", f"{HERE}/rules/new"]
    client.force_login(alice.person)
    customers = {client.get(page).status_code for page in pages}
    client.force_login(bob.person)

    assert customers == {404}
    assert {client.get(page).status_code for page in pages} == {403}
