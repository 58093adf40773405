"""The console's usage: what was painted and paid, newest first, and only one's own."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.ids import id_of
from accounts.issuing import issue_key
from billing.ledger import MICRO, limit_key
from billing.models import KeyBudget
from playground.codes import CODES
from playground.generation import digests, looking_back, newest, rolling
from playground.generation.audit import audit
from playground.generation.models import Attempt, Generation
from playground.generation.refunding import give_back
from playground.generation.request import Note
from playground.web import usage
from playground.web.plot import stacked
from tests.web.charged import a_charged_order
from tests.web.orders import A_FOX, a_picture_of, an_order
from tests.web.streamed import whole


@pytest.fixture
def console(client, alice):
    """Alice's browser, signed in."""
    client.force_login(alice.person)
    return client


def text(response):
    tags = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(tags))


def order_ids(response):
    return re.findall(
        r"<code class=\"tiny\">(img_\w+)</code>", response.content.decode()
    )


def test_the_numbers_are_what_was_charged(console, alice):
    an_order(alice.account, credits=8, n=4, delivered=3, state="partially_succeeded")
    an_order(alice.account, credits=2, days_ago=3)
    an_order(alice.account, credits=16, days_ago=40)
    rolling.catch_up()
    page = text(console.get("/console/usage"))
    assert "Credits available 100" in page
    assert "Spent, 30 days 26" in page
    assert "Pictures 4 2 requests" in page
    assert "3 of 4" in page
    assert "Spent, 90 days 42" in text(console.get("/console/usage?period=90d"))


def test_what_a_test_key_rehearses_is_listed_and_in_no_sum(console, alice):
    rehearsed = an_order(alice.account, n=4, delivered=4, is_test=True)
    an_order(alice.account, credits=8)
    page = console.get("/console/usage")
    assert "Pictures 1 1 request " in text(page)
    assert rehearsed.pk in order_ids(page)


def test_what_failed_says_it_was_not_charged(console, alice):
    an_order(alice.account, credits=8, n=2, delivered=0, state="failed")
    page = text(console.get("/console/usage"))
    assert "not charged" in page
    assert "Spent, 30 days 0" in page
    assert "Success 0 % 1 failed, none charged" in page


def test_a_running_order_shows_what_it_holds(console, alice):
    facts = {"state": "running", "finished_at": None, "delivered": 0}
    an_order(alice.account, credits=8, n=2, **facts)
    assert "16 held" in text(console.get("/console/usage"))


def test_a_row_names_its_key_time_and_request(console, alice):
    key, _ = issue_key(alice.account, name="newsletter", is_test=True)
    order = an_order(alice.account, key=key, lane="api", is_test=True)
    page = console.get("/console/usage")
    assert "newsletter test 1 of 1 2 s Free Done" in text(page)
    assert order_ids(page) == [order.pk]


def test_a_top_key_shows_the_budget_it_is_nearest_the_end_of(console, alice):
    key, _ = issue_key(alice.account, name="newsletter")
    an_order(alice.account, key=key, credits=8)
    assert "aria-valuenow" not in console.get("/console/usage").text
    limit_key(alice.account.pk, key.pk, "total", 5000 * MICRO)
    limit_key(alice.account.pk, key.pk, "month", 20 * MICRO)
    KeyBudget.objects.filter(period="month").update(spent=16_500_000)
    page = console.get("/console/usage").text
    assert 'aria-valuenow="82"' in page
    assert "newsletter 8 credits 16.50 of 20 a month" in text(
        console.get("/console/usage")
    )


def test_carol_never_sees_alices_requests(client, alice, carol):
    order = an_order(alice.account, credits=8)
    client.force_login(carol.person)
    mine = an_order(carol.account, credits=1)
    page = client.get("/console/usage")
    assert order_ids(page) == [mine.pk]
    beyond = client.get(f"/console/usage?after={order.pk}")
    assert order_ids(beyond) == [mine.pk]


def test_older_requests_are_a_page_away_and_none_is_lost(console, alice):
    moment = an_order(alice.account).created_at
    for _ in range(59):
        an_order(alice.account, created_at=moment)
    pages = [console.get("/console/usage")]
    pages.append(console.get(f"/console/usage?after={order_ids(pages[0])[-1]}"))
    pages.append(console.get(f"/console/usage?after={order_ids(pages[1])[-1]}"))
    seen = [order for page in pages for order in order_ids(page)]
    assert [len(order_ids(page)) for page in pages] == [25, 25, 10]
    assert len(set(seen)) == 60
    assert seen == sorted(seen, reverse=True)
    assert "Older requests" in text(pages[1])
    assert "Older requests" not in text(pages[2])


def test_a_page_costs_the_same_queries_however_much_was_painted(
    console, alice, django_assert_max_num_queries
):
    key = alice.account.keys.get()
    for days in range(20):
        an_order(alice.account, credits=1, days_ago=days, key=key)
    with django_assert_max_num_queries(34):  # PostgreSQL is told five times how to plan
        console.get("/console/usage")


def test_nothing_yet_says_what_to_do(console, alice):
    page = text(console.get("/console/usage?period=nonsense"))
    assert "No requests yet" in page
    assert (
        "No credits were spent in this period"
        in console.get("/console/usage").content.decode()
    )


def test_the_chart_has_its_numbers_in_a_table_too(console, alice):
    an_order(alice.account, credits=8)
    an_order(alice.account, credits=2, model="gemini-2.5-flash-image")
    page = console.get("/console/usage")
    assert "sketch-1 8 gemini-2.5-flash-image 2" in text(page)
    assert re.search(r"\d+ \w+ 2 2 0 10", text(page))
    assert page.content.decode().count('<rect class="day"') == 30


DAYS = [date(2026, 11, 1) + timedelta(days=n) for n in range(30)]


@pytest.mark.check
def test_a_bar_is_as_high_as_its_share_of_the_scale():
    amounts = {DAYS[2]: {"a": 30 * MICRO, "b": 10 * MICRO}}
    plot = stacked(DAYS, amounts, MICRO)
    assert [step // MICRO for step in plot.scale] == [40, 30, 20, 10, 0]
    lower, upper = plot.bars[2].parts
    assert (lower.name, lower.y, lower.height) == ("a", 25.0, 75.0)
    assert (upper.name, upper.y, upper.height) == ("b", 0.0, 25.0)
    assert plot.peak == plot.bars[2]


@pytest.mark.check
def test_more_than_five_models_are_folded_into_other():
    amounts = {DAYS[0]: {name: (10 - n) * MICRO for n, name in enumerate("abcdefgh")}}
    plot = stacked(DAYS, amounts, MICRO)
    assert [one.name for one in plot.series] == ["a", "b", "c", "d", "e", ""]
    assert plot.series[-1].amount == (5 + 4 + 3) * MICRO
    assert plot.bars[0].parts[-1].amount == (5 + 4 + 3) * MICRO
    assert sum(one.amount for one in plot.series) == plot.bars[0].amount


@pytest.mark.check
@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 4), (4, 4), (5, 8), (9, 20), (81, 100), (150, 200), (401, 800), (900, 1000)],
)
def test_the_scale_is_round(highest, top):
    plot = stacked(DAYS, {DAYS[0]: {"a": highest * MICRO}}, MICRO)
    assert plot.scale[0] == top * MICRO


@pytest.mark.check
def test_a_few_days_are_written_under_the_chart():
    plot = stacked(DAYS, {}, MICRO)
    assert plot.days[0] == DAYS[0]
    assert plot.days[-1] == DAYS[-1]
    assert len(plot.days) == 5
    assert plot.peak is None


def test_requests_are_found_by_user_and_label_and_labels_are_shown(console, alice):
    red = an_order(alice.account, user="mo", metadata={"team": "red"})
    blue = an_order(alice.account, user="mo", metadata={"team": "blue"})
    other = an_order(alice.account)

    all_of_mo = console.get("/console/usage?user=mo")
    only_red = console.get("/console/usage?user=mo&label=team&value=red")

    assert set(order_ids(console.get("/console/usage"))) == {red.pk, blue.pk, other.pk}
    assert set(order_ids(all_of_mo)) == {red.pk, blue.pk}
    assert order_ids(only_red) == [red.pk]
    assert "mo team: red" in text(only_red)
    assert "Nothing fits" in text(console.get("/console/usage?label=7&value=x"))


def test_older_requests_keep_the_filter(console, alice):
    an_order(alice.account, days_ago=1)
    for _ in range(26):
        an_order(alice.account, user="mo & co")
    page = console.get("/console/usage?user=mo+%26+co").content.decode()
    address = html.unescape(re.search(r'rel="next" href="([^"]+)"', page)[1])
    assert len(order_ids(console.get(f"/console/usage{address}"))) == 1


def test_the_file_holds_what_the_filter_shows_and_no_formula(console, alice, carol):
    an_order(alice.account, credits=8, user="=1+1", metadata={"team": "red"})
    an_order(alice.account, user="else")
    an_order(carol.account, metadata={"team": "red"})

    file = console.get("/console/usage.csv?label=team&value=red")

    [line] = csv.DictReader(io.StringIO(whole(file)))
    assert file["Content-Type"].startswith("text/csv")
    assert (line["user"], line["credits"]) == ("'=1+1", "8.000000")
    assert line["labels"] == '{"team":"red"}'


def test_what_is_stored_and_until_when_is_said(console, alice, settings):
    settings.ACCOUNT_QUOTA_MB = 100
    picture = a_picture_of(an_order(alice.account))
    picture.bytes, picture.expires_at = (
        5_000_000,
        datetime(2031, 5, 4, 3, 2, tzinfo=UTC),
    )
    picture.save()
    page = text(console.get("/console/usage"))
    assert "Stored 5.0 MB of 104.9 MB" in page
    assert "Kept until 4 May 2031 03:02" in page


@pytest.mark.parametrize("few", [1, 50])  # with digests of those days, and without
def test_numbers_chart_table_and_file_all_follow_one_filter(
    console, alice, monkeypatch, few
):
    monkeypatch.setattr(digests, "FEW", few)
    key = alice.account.keys.get()
    an_order(alice.account, credits=8, key=key, lane="api", model="boat", days_ago=2)
    an_order(alice.account, credits=2, days_ago=2)
    an_order(alice.account, credits=3, key=key, lane="api")
    rolling.catch_up()
    query = f"period=7d&key={key.pk}&source=api"

    page = console.get(f"/console/usage?{query}")
    [*lines] = csv.DictReader(
        io.StringIO(whole(console.get(f"/console/usage.csv?{query}")))
    )

    assert "Spent, 7 days 11" in text(page)
    assert len(order_ids(page)) == len(lines) == 2
    assert "boat 8" in text(page)
    assert "Spent, 7 days 8" in text(console.get(f"/console/usage?{query}&model=boat"))
    assert "Spent, 7 days 11" in text(
        console.get("/console/usage?period=7d&source=api")
    )
    assert "Spent, 7 days 0" in text(console.get("/console/usage?period=7d&person=1"))


def refunded(order, person, *, credits):
    give_back(order, credits * MICRO, number=1, reason="It was grey", by=person)


def test_what_was_given_back_is_in_no_number_row_or_file(console, alice, bob):
    key = alice.account.keys.get()
    then = timezone.now() - timedelta(days=2)
    facts = {"id": id_of("img", then), "delivered": 2, "key_id": key.pk}
    partly = a_charged_order(alice.account, credits=6, **facts)
    Generation.objects.filter(pk=partly.pk).update(created_at=then)
    whole_of_it = a_charged_order(alice.account, credits=8)
    rolling.catch_up()
    refunded(partly, bob.person, credits=5)
    refunded(whole_of_it, bob.person, credits=8)

    page, file = console.get("/console/usage"), console.get("/console/usage.csv")
    by_key = text(console.get(f"/console/usage?key={key.pk}"))
    one = text(console.get(f"/console/requests/{partly.pk}"))

    assert "Spent, 30 days 7 " in text(page) and "Spent, 30 days 7 " in by_key
    assert "7 5 given back" in text(page) and "0 8 given back" in text(page)
    paid = {
        line["request"]: line["credits"]
        for line in csv.DictReader(io.StringIO(whole(file)))
    }
    assert paid == {partly.pk: "7.000000", whole_of_it.pk: "0.000000"}
    assert "Charged 12 Given back 5 Paid 7" in one and "Cost 7 5 given back" in one
    assert alice.credits() == 93
    assert audit() == []


def test_a_period_from_day_to_day_leaves_out_the_rest(console, alice):
    an_order(alice.account, credits=8, created_at=datetime(2026, 3, 4, tzinfo=UTC))
    an_order(alice.account, credits=2, created_at=datetime(2026, 3, 6, tzinfo=UTC))
    rolling.catch_up()

    page = text(console.get("/console/usage?from=2026-03-03&to=2026-03-05"))

    assert "Spent, 2026-03-03 to 2026-03-05 8" in page
    assert "Spent, 30 days" in text(console.get("/console/usage?from=2026-03-05&to=x"))


def test_times_are_told_of_twenty_and_failures_by_their_cause(console, alice):
    for _ in range(20):
        an_order(alice.account)
    failed = {"state": "failed", "delivered": 0, "error_code": "timeout"}
    an_order(alice.account, **failed)

    page = text(console.get("/console/usage?period=24h"))

    assert "Median time 2" in page
    assert "Success 95.2 % 1 failed" in page
    assert "Credits per hour" in page
    assert str(CODES["timeout"].meaning).partition(". ")[0].rstrip(".") in page


def test_new_requests_are_told_of_and_not_pushed_in(console, alice):
    first = an_order(alice.account)
    address = f"/console/usage/fresh?since={first.pk}"
    nothing = console.get(address)
    an_order(alice.account)

    assert nothing.status_code == 204
    assert "1 new request" in text(console.get(address))


def test_new_requests_are_looked_for_among_the_newest_alone(
    console, alice, monkeypatch
):
    monkeypatch.setattr(usage, "LOOKED_AT", 2)
    an_order(alice.account, model="flux.2-pro", days_ago=2)
    an_order(alice.account, days_ago=1)
    address = "/console/usage/fresh?model=flux.2-pro"
    assert "1 new request" in text(console.get(address))
    an_order(alice.account)
    assert console.get(address).status_code == 204


def test_a_requests_life_is_told_with_every_try_and_the_sum(console, alice):
    noted = replace(A_FOX, notes=(Note("size", "900x900 became 1024x1024."),))
    facts = {"provider": "gemini", "request": noted.to_json()}
    order = an_order(alice.account, credits=8, n=4, delivered=3, **facts)
    a_picture_of(order)
    busy = {"provider": "fal", "outcome": "busy", "status": 429, "reason": "busy"}
    done = {"provider": "gemini", "outcome": "succeeded", "pictures": 3}
    for facts in (busy, done):
        started = {"started_at": order.created_at, "duration_ms": 700, "upstream": "x"}
        Attempt.objects.create(generation=order, **started, **facts)

    page = text(console.get(f"/console/requests/{order.pk}"))

    assert "fal 429" in page
    assert "0.7 s lost to tries without a picture" in page
    assert "Cost 24 32 held" in page and "Charged 24" in page
    assert "Held at first 32" in page
    assert "a fox" in page
    assert "900x900 became 1024x1024." in page


def test_a_request_of_the_api_is_opened_in_create_as_it_was_asked(console, alice):
    asked = replace(A_FOX, shape="16:9", tier="2K", seed=7)
    facts = {"lane": "api", "request": asked.to_json(), "n": 2, "delivered": 2}
    order = an_order(alice.account, **facts)
    page = console.get(f"/console/requests/{order.pk}").text
    link = re.search(r'href="(/\?[^"]+)">.*?Open in Create', page).group(1)
    wish = console.get(html.unescape(link)).context["wish"]
    assert (wish.prompt, wish.shape, wish.tier) == ("a fox", "16:9", "2K")
    assert (wish.n, wish.seed) == (2, "7")


def test_a_requests_page_removes_its_prompt_and_pictures(console, alice):
    order = an_order(alice.account, prompt="a secret fox")

    page = console.post(f"/console/requests/{order.pk}/purge", follow=True)

    assert "Its prompt and pictures were removed." in text(page)
    assert "secret" not in text(page)


def test_carol_cannot_open_alices_request(client, alice, carol):
    order = an_order(alice.account)
    client.force_login(carol.person)

    assert client.get(f"/console/requests/{order.pk}").status_code == 404
    assert client.post(f"/console/requests/{order.pk}/purge").status_code == 404
    assert client.get(f"/console/usage/fresh?since={order.pk}").status_code == 204


def test_a_filter_finds_all_that_fits_however_far_back(console, alice, monkeypatch):
    monkeypatch.setattr(looking_back, "AT_ONCE", 1)
    monkeypatch.setattr(looking_back, "MOST", 2)
    wanted = [
        an_order(alice.account, model="fox-1", days_ago=days).pk for days in (0, 5, 20)
    ]
    wanted.insert(
        2, an_order(alice.account, model="fox-1", days_ago=9, is_test=True).pk
    )
    others = [an_order(alice.account, days_ago=days).pk for days in (0, 2, 5, 5, 12)]
    rolling.catch_up()
    first = console.get("/console/usage?model=fox-1")
    older = re.search(r"after=(img_\w+)", first.text)[1]
    second = console.get(f"/console/usage?model=fox-1&after={older}")
    assert order_ids(first) + order_ids(second) == wanted
    assert not set(others) & {*order_ids(first), *order_ids(second)}
    assert "Nothing fits" in console.get("/console/usage?model=nothing").text


def test_a_busy_day_is_gone_through_in_pieces(console, alice, monkeypatch):
    monkeypatch.setattr(looking_back, "AT_ONCE", 5)
    monkeypatch.setattr(digests, "FEW", 1)
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = []
    for number in range(60):
        at = day - timedelta(days=2) + timedelta(minutes=23 * number)
        wanted.append(an_order(alice.account, model="fox-1", created_at=at).pk)
        an_order(alice.account, model="owl-1", created_at=at)
    rolling.catch_up()
    found, after = [], ""
    while len(page := order_ids(console.get(f"/console/usage?model=fox-1{after}"))):
        found += page
        after = f"&after={page[-1]}"
    assert found == wanted[::-1]


def test_a_user_and_a_model_are_looked_for_among_the_users_newest(
    console, alice, monkeypatch
):
    monkeypatch.setattr(newest, "MOST_SIFTED", 3)
    for model in ("fox-1", "owl-1", "fox-1", "owl-1"):
        an_order(alice.account, credits=8, user="ann", model=model)
    page = text(console.get("/console/usage?user=ann&model=fox-1"))
    assert "count the newest 1 of these requests, back to" in page
    assert "Spent, 30 days 8" in page
    group = alice.account.group.pk
    both = f"/console/usage?user=ann&model=fox-1&group={group}&status="
    assert "Spent, 30 days 0" in text(console.get(f"{both}failed"))
    assert "Spent, 30 days 8" in text(console.get(f"{both}succeeded"))


def test_what_a_caller_wrote_is_shown_as_it_was_written(console, alice):
    an_order(alice.account, user='<b title="x">&', metadata={"<i>": "'y'"})
    page = console.get("/console/usage").content.decode()
    assert "&lt;b title=&quot;x&quot;&gt;&amp; &lt;i&gt;: &#x27;y&#x27;" in page


def test_a_users_numbers_say_how_far_back_they_count(console, alice, monkeypatch):
    monkeypatch.setattr(newest, "MOST", 2)
    for days in (0, 1, 2):
        an_order(alice.account, credits=8, user="ann", days_ago=days)
    cut = text(console.get("/console/usage?user=ann"))
    assert "count the newest 2 of these requests, back to" in cut
    assert "Spent, 30 days 16" in cut
    monkeypatch.setattr(newest, "MOST", 4)
    every = text(console.get("/console/usage?user=ann"))
    assert "count the newest" not in every
    assert "Spent, 30 days 24" in every


def test_a_user_and_a_label_are_counted_all_the_way_back(console, alice, monkeypatch):
    monkeypatch.setattr(digests, "FEW", 2)
    monkeypatch.setattr(newest, "MOST", 3)
    said = {"user": "mo", "metadata": {"team": "red"}, "credits": 8}
    for days in (9, 9, 8, 0):
        an_order(alice.account, days_ago=days, **said)
    an_order(alice.account, days_ago=9, user="jo", metadata={"team": "blue"})
    rolling.catch_up()

    by_user = console.get("/console/usage?user=mo")
    by_label = console.get("/console/usage?label=team&value=red")

    for page in (text(by_user), text(by_label)):
        assert "Spent, 30 days 32" in page
        assert "Pictures 4 4 requests" in page
        assert "count the newest" not in page
    assert order_ids(by_user) == order_ids(by_label)
    assert len(order_ids(by_label)) == 4


def test_a_request_shows_what_the_provider_received_in_its_own_terms(console, alice):
    order = an_order(alice.account, model="flux-2-pro", provider="replicate")
    page = text(console.get(f"/console/requests/{order.pk}"))
    assert "aspect_ratio 1:1 aspect_ratio: custom" in page
    assert "besides width: 1024" in page and "besides height: 1024" in page
