"""The console's webhooks: opened, tried, given new secrets and shut, by hand."""

import html
import re

import pytest
from standardwebhooks import Webhook

from accounts.models import Activity, Deed
from playground.webhooks.events import NAMES
from playground.webhooks.models import Delivery, Endpoint
from playground.webhooks.tasks import deliver
from tests.upstreams.receiver import receiver

HOOKS = "/console/webhooks"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture
def listener():
    with receiver() as one:
        yield one


@pytest.fixture
def console(client, alice):
    client.force_login(alice.person)
    return client


def text(response):
    return html.unescape(response.content.decode())


def add(browser, url, /, **said):
    filled = {"url": url, "events": list(NAMES), "is_enabled": "on"}
    return browser.post(f"{HOOKS}/new", filled | said)


def test_a_webhook_is_added_tried_and_its_log_read(console, alice, listener):
    (secret,) = SECRET.findall(text(add(console, listener.url)))
    hook = Endpoint.objects.get(account=alice.account)
    assert hook.events == []

    listener.answers = [500, 200]
    console.post(f"{HOOKS}/{hook.pk}/test")
    deliver(Delivery.objects.get().pk)
    first = text(console.get(f"{HOOKS}/{hook.pk}"))
    console.post(f"{HOOKS}/{hook.pk}/deliveries/{Delivery.objects.get().pk}/resend")
    deliver(Delivery.objects.get().pk)
    second = text(console.get(f"{HOOKS}/{hook.pk}"))

    heard = listener.heard[-1]
    assert Webhook(secret).verify(heard.body, dict(heard.headers.items()))
    assert "will be tried again" in first
    assert "thank you" in first
    assert "delivered" in second
    assert SECRET.findall(first + second) == []
    assert "delivered" in text(console.get(HOOKS))


def test_a_new_secret_signs_beside_the_old_one(console, alice, listener):
    (old,) = SECRET.findall(text(add(console, listener.url)))
    hook = Endpoint.objects.get(account=alice.account)

    turned = text(console.post(f"{HOOKS}/{hook.pk}/rotate"))

    (new,) = SECRET.findall(turned)
    assert new != old
    assert "the old secret signs too" in turned


def test_settings_are_changed_and_a_disabled_one_is_forgiven(console, alice, listener):
    add(console, listener.url)
    hook = Endpoint.objects.get(account=alice.account)
    Endpoint.objects.update(is_enabled=False, disabled_reason="gone")
    assert "It answered 410: gone." in text(console.get(f"{HOOKS}/{hook.pk}"))
    console.cookies["language"] = "es"
    assert "Respondió 410" in text(console.get(f"{HOOKS}/{hook.pk}"))

    said = {"url": listener.url, "events": [NAMES[0]], "is_enabled": "on"}
    console.post(f"{HOOKS}/{hook.pk}", {**said, "description": "the shop"})

    hook.refresh_from_db()
    assert (hook.is_enabled, hook.disabled_reason) == (True, "")
    assert (hook.events, hook.description) == ([NAMES[0]], "the shop")


@pytest.mark.parametrize(
    "said, words",
    [
        ({"url": "ftp://example.com"}, "https"),
        ({"url": ""}, "This field is required."),
        ({"events": []}, "Choose at least one event."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(console, alice, said, words):
    answer = add(console, "https://example.com/hook", **said)

    assert answer.status_code == 422
    assert words in text(answer)
    assert not Endpoint.objects.exists()


def test_a_removed_webhook_is_gone_and_the_log_knows_by_whom(console, alice, listener):
    add(console, listener.url)
    hook = Endpoint.objects.get(account=alice.account)

    page = console.post(f"{HOOKS}/{hook.pk}/remove", follow=True)

    assert "The webhook is removed." in text(page)
    assert "No webhooks yet" in text(page)
    noted = Activity.objects.filter(account=alice.account, person_id=alice.person.pk)
    kinds = set(noted.values_list("kind", flat=True))
    assert {Deed.WEBHOOK_MADE, Deed.WEBHOOK_REMOVED} <= kinds


def test_carol_cannot_see_or_touch_alices_webhooks(client, alice, carol, listener):
    client.force_login(alice.person)
    add(client, listener.url)
    hook = Endpoint.objects.get(account=alice.account)
    client.force_login(carol.person)

    posts = [client.post(f"{HOOKS}/{hook.pk}/{step}") for step in ("test", "remove")]

    assert client.get(f"{HOOKS}/{hook.pk}").status_code == 404
    assert [answer.status_code for answer in posts] == [404, 404]
    assert listener.url not in text(client.get(HOOKS))


def test_the_secret_for_single_calls_is_shown_when_asked_for(console, alice):
    shown = text(console.post(f"{HOOKS}/secret"))

    assert len(SECRET.findall(shown)) == 1
    assert SECRET.findall(text(console.get(HOOKS))) == []
