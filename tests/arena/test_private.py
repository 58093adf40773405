"""An account's own ranking: from its own comparisons, seen by nobody else."""

import csv
import io

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.activity import OPERATOR
from accounts.models import Membership
from accounts.roles import Role
from accounts.teams import open_team
from playground.arena import auditing
from playground.arena.models import Consent, Preference, Ranking, Standing
from playground.arena.reckoning import recompute
from playground.generation.models import Compared, Generation
from tests.arena.duels import FLUX, GPT, QWEN, a_comparison
from tests.cast import join
from tests.web.browsers import HTMX
from tests.web.streamed import whole


def side(name, model):
    return Compared.objects.get(comparison=name, generation__model=model).generation_id


def better(browser, name, choice):
    return browser.post(f"/create/comparisons/{name}/better", {"choice": choice})


@pytest.fixture
def page(client, alice):
    client.force_login(alice.person)
    return client


def lines(browser):
    return list(csv.DictReader(io.StringIO(whole(browser.get("/console/arena.csv")))))


def test_which_is_better_makes_a_ranking_of_ones_own(page, alice):
    name = a_comparison(alice.account, GPT, FLUX, QWEN, prompt="=a secret boat")
    assert "Which is better?" in page.get("/").text
    assert better(page, name, side(name, FLUX)).status_code == 302
    assert "You found FLUX.2 [pro] better" in page.get("/").text
    tie = a_comparison(alice.account, GPT, FLUX)
    better(page, tie, "tie")
    own = page.get("/console/arena").text
    assert own.index("FLUX.2 [pro]") < own.index("GPT Image 2")
    outcomes = {(one["left"], one["right"]): one["outcome"] for one in lines(page)}
    assert outcomes[GPT, FLUX] == "tie"
    assert outcomes[FLUX, QWEN] == "left"
    assert (GPT, QWEN) not in outcomes  # of two that were not chosen nothing is known
    assert {one["prompt"] for one in lines(page)} == {"'=a secret boat", "a fox"}


def test_it_is_asked_as_soon_as_the_last_side_is_there(page, alice):
    live = {"state": "running", "delivered": 0, "finished_at": None}
    name = a_comparison(alice.account, GPT, FLUX)
    painting = Generation.objects.filter(pk=side(name, FLUX))
    painting.update(**live)
    assert "Which is better?" not in page.get("/").text
    painting.update(state="succeeded", delivered=1, finished_at=timezone.now())
    news = page.get("/create/live", {"run": f"{side(name, FLUX)}~w0"}, headers=HTMX)
    assert f'id="better-{name}" hx-swap-oob="true"' in news.text
    assert "Which is better?" in news.text


def test_nothing_of_it_leaks(page, alice, carol):
    name = a_comparison(alice.account, GPT, FLUX, prompt="a secret boat")
    better(page, name, side(name, FLUX))
    recompute()
    assert not Standing.objects.exists()
    other = Client()
    other.force_login(carol.person)
    assert better(other, name, "tie").status_code == 404
    assert "FLUX" not in other.get("/console/arena").text and lines(other) == []
    guest = Client()
    assert "secret" not in guest.get("/arena/ratings").text
    assert guest.get("/console/arena").status_code == 302


def test_one_vote_a_comparison_and_none_on_rehearsals_or_unfinished_ones(page, alice):
    name = a_comparison(alice.account, GPT, FLUX)
    better(page, name, "bad")
    answer = page.post(
        f"/create/comparisons/{name}/better",
        {"choice": "tie"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422 and "said already" in answer.text
    better(page, a_comparison(alice.account, GPT, FLUX, is_test=True), "tie")
    failed = a_comparison(alice.account, GPT, FLUX, delivered=0, state="failed")
    better(page, failed, "tie")
    better(page, a_comparison(alice.account, GPT, QWEN), "nonsense")
    assert Preference.objects.get().choice == "bad"
    with pytest.raises(DatabaseError), transaction.atomic():
        Preference.objects.update(choice="tie")


def test_with_consent_outcomes_count_in_public_until_it_is_taken_back(page, alice):
    before = a_comparison(alice.account, GPT, FLUX)
    better(page, before, side(before, GPT))
    page.post("/console/arena/consent", {"is_given": "yes"})
    for _ in range(3):
        name = a_comparison(alice.account, GPT, FLUX, "sketch-1", prompt="a secret")
        better(page, name, side(name, FLUX))
    recompute()
    public = {one.model: one for one in Standing.objects.all()}
    assert public.keys() == {GPT, FLUX}  # the demo painter is in no public ranking
    assert (public[FLUX].wins, public[GPT].wins) == (3, 0)
    assert Ranking.objects.get(is_demo=False).preferred == 3
    assert auditing.audit(False) == []
    page.post("/console/arena/consent", {"is_given": "no"})
    with pytest.raises(auditing.Outdated):
        auditing.audit(False)
    recompute()
    assert not Standing.objects.exists() and not Consent.objects.exists()
    assert Preference.objects.count() == 4


def test_in_a_team_prompts_stay_their_makers(alice, bob):
    team = open_team("Studio", alice.person, OPERATOR)
    join(team, bob.person, Role.VIEWER)
    name = a_comparison(team, GPT, FLUX, person=alice.person, prompt="a secret boat")
    owner, viewer = Client(), Client()
    for browser, customer in ((owner, alice), (viewer, bob)):
        browser.force_login(customer.person)
        browser.post("/accounts/switch", {"account": team.pk})
    better(owner, name, side(name, FLUX))
    assert [one["prompt"] for one in lines(owner)] == ["a secret boat"]
    assert [(one["outcome"], one["prompt"]) for one in lines(viewer)] == [("right", "")]
    assert viewer.post("/console/arena/consent", {"is_given": "yes"}).status_code == 403
    assert Membership.objects.filter(account=team).count() == 2
