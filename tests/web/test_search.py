"""Finding by name: models, guides, pages, and one's own pictures and requests only."""

import re
from copy import copy
from datetime import timedelta

import pytest
from django.utils import timezone

from playground.generation.models import Generation
from tests.web.orders import a_painted_picture_of, an_order


@pytest.fixture
def boat(alice):
    order = an_order(alice.account, credits=1, delivered=1, prompt="a paper boat")
    return a_painted_picture_of(order, 0)


def hits(client, words, *, within="", **headers):
    page = client.get(f"{within}/search", {"q": words}, headers=headers).text
    return re.findall(r'<a role="option" tabindex="-1" href="([^"]+)"', page)


def typed(client, words, *, within=""):
    """What the command list gets while somebody types."""
    return hits(client, words, within=within, hx_request="true")


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("nano banana 2.1", "/models/gemini-nano-banana-2.1"),
        ("NANO-BANANA-PRO", "/models/gemini-3-pro-image-preview"),
        ("how a mask looks", "/docs/masks#how-a-mask-looks"),
        ("idempotency_key_reused", "/docs/errors#idempotency_key_reused"),
    ],
)
def test_models_and_guides_are_found_by_any_of_their_names(client, db, words, address):
    assert typed(client, words)[0] == address


@pytest.mark.parametrize(
    ("within", "words", "address"),
    [
        ("/es", "mascaras", "/es/docs/masks"),
        ("/zh-hans", "批次", "/zh-hans/docs/batches"),
        ("/zh-hans", "查看余额", "/zh-hans/docs/reference/get-v1-balance"),
        ("/es", "tres pasos", "/es/docs/quick-start"),
        ("", "v1/tasks cancel", "/docs/reference/post-v1-tasks-task_id-cancel"),
    ],
)
def test_the_docs_are_found_by_what_they_are_called_in_each_language(
    client, db, within, words, address
):
    assert typed(client, words, within=within)[0] == address


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_each_part_of_what_is_found_says_its_language(client, db, headers):
    page = client.get("/es/search?q=mask", headers=headers).text
    page = page.replace(' class="truncate"', "")
    assert '<span lang="es">Máscaras</span> <small lang="en">A mask says' in page
    assert '<span lang="en">How a mask looks</span> <small>Máscaras</small>' in page


def test_own_pictures_and_requests_are_found_by_words_and_by_id(client, alice, boat):
    client.force_login(alice.person)
    request = f"/console/requests/{boat.generation_id}"

    assert {f"/p/{boat.pk}", request} <= set(typed(client, "boat pap"))
    assert request in typed(client, boat.generation_id)
    assert f"/p/{boat.pk}" in typed(client, boat.pk)
    assert "/history?q=boat" in typed(client, "boat")


def test_what_is_old_is_found_as_well(client, alice, boat):
    first = an_order(alice.account, credits=0, prompt="a hen")
    rows = [replaced(first, place) for place in range(450)]
    Generation.objects.bulk_create(rows)
    client.force_login(alice.person)
    request = f"/console/requests/{boat.generation_id}"

    assert {f"/p/{boat.pk}", request} <= set(typed(client, "paper"))
    assert request in typed(client, boat.generation_id[:-2])
    assert f"/p/{boat.pk}" in typed(client, boat.pk[:-2])
    assert len([one for one in typed(client, "hen") if "/requests/" in one]) == 6


def replaced(order, place):
    """The same order again, a little later."""
    order = copy(order)
    order.pk = f"img_{place:026}"
    order.created_at = timezone.now() + timedelta(seconds=place)
    return order


def test_nobody_finds_what_is_anothers(client, carol, boat):
    strangers = typed(client, "paper boat") + typed(client, boat.pk)
    client.force_login(carol.person)
    carols = [
        hit
        for words in ("paper boat", boat.pk, boat.generation_id)
        for hit in typed(client, words)
    ]

    found = {hit.partition("?")[0].partition("#")[0] for hit in strangers + carols}
    assert not {hit for hit in found if hit.startswith(("/p/", "/console/requests/"))}


def test_the_page_works_without_a_script_and_knows_the_pages(client, db):
    page = client.get("/search", {"q": "priv"}).text
    everything = client.get("/search").text

    assert 'href="/privacy"' in page and 'href="/terms"><span' not in page
    assert 'href="/terms"><span' in everything
    assert 'href="/search" data-do="commands"' in page


@pytest.mark.parametrize("words", ["\0", "%_'\"\\", "x" * 5000, "   "])
def test_odd_words_find_nothing_and_break_nothing(client, alice, words):
    client.force_login(alice.person)
    assert client.get("/search", {"q": words}).status_code == 200
