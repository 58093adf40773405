"""The guides can be trusted: no dead link, no broken page, and what they say is so."""

import json
import re
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from urllib.parse import urldefrag, urljoin

import pytest
from django.http import HttpResponse
from django.urls import reverse
from justhtml import JustHTML
from PIL import Image

from playground.api.openapi.document import described
from playground.api.openapi.google import described_in_both
from playground.codes import CODES
from playground.docs.inserts import INSERTS, NAME, filled
from playground.docs.operations import groups
from playground.docs.shelf import SHELF, guides, named_in, shelves
from playground.generation.catalogue import catalogue, load

pytestmark = pytest.mark.wires
HERE = "http://testserver"
PRO = "/models/gemini-3-pro-image-preview"
EDITS = "/docs/reference/post-v1-images-edits"
PAGES = ["/docs", "/docs/reference", EDITS, "/models", PRO]
PAGES += [f"/docs/{guide.slug}" for guide in guides()]
SOURCES = {path: path.read_text() for path in SHELF.rglob("*.md")}


@dataclass(frozen=True)
class Seen:
    """A page that was opened: the answer, and what stands in its document."""

    answer: HttpResponse
    page: JustHTML
    anchors: list[str]
    links: list[str]


def seen(answer):
    page = JustHTML(answer.content, collect_errors=True, sanitize=False)
    anchors = [one.attrs["id"] for one in page.query("[id]")]
    links = [one.attrs["href"] for one in page.query("a[href]")]
    return Seen(answer, page, anchors, links)


@pytest.fixture
def opened(client, db):
    """Open an address of the site, once."""
    return cache(lambda address: seen(client.get(address, follow=True)))


def broken(opened, address):
    """Return the links of a page that lead nowhere."""
    found = []
    for link in opened(address).links:
        whole, anchor = urldefrag(urljoin(HERE + address, link))
        if not whole.startswith(HERE):
            continue
        there = opened(whole.removeprefix(HERE) or "/")
        is_there = not anchor or anchor in there.anchors
        if there.answer.status_code != 200 or not is_there:
            found.append(link)
    return found


def test_no_link_of_the_documentation_leads_nowhere(opened):
    assert {page: wrong for page in PAGES if (wrong := broken(opened, page))} == {}


def test_the_pages_are_valid(opened):
    for address in PAGES:
        found = opened(address)
        assert [str(error) for error in found.page.errors] == [], address
        assert len(found.anchors) == len(set(found.anchors)), address
        assert len(found.page.query("h1")) == 1, address
        assert "{{" not in found.answer.text, address


BAD = """<!doctype html><title>bad</title><p id=x><div></p>
<a href="/docs/nothing">a</a><a href="#y">b</a><a href="#x">c</a>"""


def test_a_dead_link_and_a_broken_page_are_noticed(opened):
    bad = seen(HttpResponse(BAD))
    assert bad.page.errors
    visited = cache(lambda path: bad if path == "/bad" else opened(path))
    assert broken(visited, "/bad") == ["/docs/nothing", "#y"]


def test_every_code_has_its_place_and_its_words(opened):
    found = opened("/docs/errors")
    text = " ".join(found.page.to_text().split())
    assert CODES.keys() <= set(found.anchors)
    for name, code in CODES.items():
        assert str(code.meaning) in text, name
        assert str(code.hint) in text, name


def test_every_code_that_might_be_repeated_is_told_whether_to():
    table = SOURCES[SHELF / "retries.md"]
    unclear = [
        name
        for name, code in CODES.items()
        if code.status in (409, 429, 503) and f"`{name}`" not in table
    ]
    assert unclear == []


def test_an_error_leads_to_its_words(api, alice, opened):
    error = api.post("/v1/images/generations", as_=alice, n=99, prompt="a").json()
    path, anchor = urldefrag(error["error"]["docs_url"].removeprefix(api.base_url))
    assert anchor in opened(path).anchors


def test_every_insert_is_known_and_wanted():
    wanted = {name for text in SOURCES.values() for name in NAME.findall(text)}
    assert wanted - {"url"} == INSERTS.keys()


def test_facts_are_those_of_this_instance(settings):
    settings.RETENTION_DAYS = 9
    settings.PACKS = {"eur": {"700": 300}}
    said = filled("{{ retention_time }}. {{ packs }}", origin=HERE)
    assert "9 days" in said
    assert "€7" in said and "300" in said


def test_the_models_that_a_guide_shows_can_be_read(tmp_path):
    shown = re.findall(r"```toml\n(.*?)```", SOURCES[SHELF / "adding-a-model.md"], re.S)
    for place, model in enumerate(shown):
        (tmp_path / f"{place}.toml").write_text(model)
    read = load(tmp_path)
    assert read.find("workshop-flux").price.rates.flat == 2
    assert read.find("large").price.rates.tiers == {"1K": 2, "2K": 4}


def test_a_guide_that_is_not_there_says_so(opened):
    assert opened("/docs/nothing").answer.status_code == 404
    assert opened("/docs/nothing.md").answer.status_code == 404
    assert opened("/cards/docs/nothing.png").answer.status_code == 404
    assert opened("/cards/models/nothing.png").answer.status_code == 404


@pytest.mark.parametrize(
    ("address", "language", "heading"),
    [
        ("/docs/quick-start", "en", "Quick start"),
        ("/es/docs/quick-start", "es", "Inicio rápido"),
        ("/zh-hans/docs/quick-start", "zh-hans", "快速入门"),
        ("/es/docs/masks", "en", "Máscaras"),
    ],
)
def test_a_guide_is_read_in_its_language_or_in_english(
    opened, address, language, heading
):
    found = opened(address)
    (article,) = found.page.query("article")
    (title,) = found.page.query("h1")
    assert (article.attrs["lang"], title.to_text()) == (language, heading)
    assert broken(opened, address) == []


def test_words_are_found_where_they_stand(opened):
    found = opened("/docs?q=keep+the+PRICE")
    assert "/docs/billing#ask-for-the-price-first" in found.links
    nothing = opened("/docs?q=xylophone")
    assert "These words stand in no guide" in nothing.answer.text


def test_agents_find_every_guide_as_markdown(opened):
    listed = opened("/llms.txt").answer.text
    whole = opened("/llms-full.txt").answer.text
    for guide in guides():
        address = reverse("guide-markdown", args=[guide.slug])
        answer = opened(address).answer
        assert f"{HERE}{address}" in listed
        assert answer.headers["Content-Type"].startswith("text/markdown")
        assert answer.text.startswith(f"# {guide.title}")
        assert answer.text.strip() in whole
    assert "from openai import OpenAI" in opened("/docs/quick-start.md").answer.text


def test_agents_find_every_endpoint_as_markdown(opened):
    listed = opened("/docs/reference.md").answer.text
    assert f"{HERE}/docs/reference.md" in opened("/llms.txt").answer.text
    for one in (one for group in groups() for one in group.operations):
        address = reverse("operation-markdown", args=[one.slug])
        assert f"{HERE}{address}" in listed
        assert f"`{one.method} {one.path}`" in opened(address).answer.text
    text = opened(f"{EDITS}.md").answer.text
    assert "- `prompt` (string, required)" in text
    assert f'curl -X POST "{HERE}/v1/images/edits"' in text
    assert "&quot;" not in text
    assert opened("/docs/reference/nothing.md").answer.status_code == 404


def test_what_is_listed_for_indexes_is_there_and_may_be_visited(opened):
    forbidden = [
        line.removeprefix("Disallow: ")
        for line in opened("/robots.txt").answer.text.splitlines()
        if line.startswith("Disallow: ")
    ]
    paths = [
        loc.to_text().removeprefix(HERE)
        for loc in opened("/sitemap.xml").page.query("loc")
    ]
    models = [f"/models/{model.id}" for model in catalogue().models]
    wanted = {*PAGES, *models}
    assert wanted <= set(paths)
    assert {f"/{code}{path}" for code in ("es", "zh-hans") for path in wanted} <= set(
        paths
    )
    others = (*models[1:], "/es", "/zh-hans", "/docs/reference/")
    looked_at = [path for path in paths if not path.startswith(others)]
    assert [one for one in looked_at if opened(one).answer.status_code != 200] == []
    assert [path for path in paths if path.startswith(tuple(forbidden))] == []


def test_a_model_is_told_in_markdown_as_on_its_page(opened):
    text = opened("/models/nano-banana-pro.md").answer.text
    page = opened(PRO).page.to_text()
    assert text.startswith("# Nano Banana Pro\n")
    assert "| Standard | 8 ($0.1667) | 8 ($0.1667) | 16 ($0.3333) |" in text
    assert 'base_url="http://testserver/v1"' in text
    for fact in ("$0.134", "2752 × 1536", "safety_filter_level"):
        assert fact in text and fact in page
    assert opened("/models/nothing.md").answer.status_code == 404


def test_a_model_says_what_it_costs_to_those_who_index(opened, settings):
    settings.PACKS = {"usd": {"500": 250, "10000": 5120}}
    data = in_script(opened(PRO))
    assert (data["@type"], data["sku"]) == ("Product", PRO.removeprefix("/models/"))
    assert data["image"] == f"{HERE}/cards{PRO}.png"
    offers = data["offers"]
    assert (offers["priceCurrency"], offers["offerCount"]) == ("USD", 3)
    assert (offers["lowPrice"], offers["highPrice"]) == ("0.1600", "0.3200")


def test_where_no_dollars_are_taken_prices_are_told_in_what_is(opened, settings):
    settings.PACKS = {"cny": {"3600": 250}, "eur": {"500": 250}}
    offers = in_script(opened(PRO))["offers"]
    assert (offers["priceCurrency"], offers["lowPrice"]) == ("CNY", "1.1520")
    assert "CN¥0.144 a credit" in opened(PRO).page.to_text()


def test_what_is_not_sold_has_no_price(opened, settings):
    settings.PACKS = {}
    assert "offers" not in in_script(opened(PRO))
    assert "8 (" not in opened("/models/nano-banana-pro.md").answer.text


def in_script(seen):
    (script,) = seen.page.query('script[type="application/ld+json"]')
    return json.loads(script.to_text())


@pytest.mark.parametrize(
    "address",
    ["/cards/easel.png", "/cards/docs/quick-start.png", "/cards/models/sketch-1.png"],
)
def test_a_card_is_drawn_for_those_who_link_here(opened, address):
    picture = Image.open(BytesIO(opened(address).answer.content))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert len(picture.getcolors()) > 20


def test_a_guide_names_its_card_by_its_whole_address(opened):
    (card,) = opened("/docs/quick-start").page.query('meta[property="og:image"]')
    assert card.attrs["content"] == f"{HERE}/cards/docs/quick-start.png"


def test_the_reference_may_do_no_more_than_other_pages(client, db):
    def policy(path):
        return client.get(path).headers["Content-Security-Policy"]

    assert policy(EDITS) == policy("/docs")
    assert "unsafe" not in policy("/docs")


def test_the_reference_has_what_the_document_has(opened, client):
    document = client.get("/v1/openapi.json").json()
    told = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    listed = {one.to_text() for one in opened("/docs/reference").page.query("li code")}
    shown = opened(EDITS).page.to_text()
    form = document["paths"]["/v1/images/edits"]["post"]["requestBody"]["content"]

    assert told == listed
    for field in form["multipart/form-data"]["schema"]["properties"]:
        assert field in shown
    assert opened("/docs/reference/nothing").answer.status_code == 404


def test_the_description_is_in_english_whoever_opens_the_reference_first(client, db):
    for kept in (groups, described_in_both, described):
        kept.cache_clear()
    client.get("/es/docs/reference")
    answers = client.get("/v1/openapi.json").json()["components"]["responses"]
    assert "There is no API key" in answers["401"]["description"]


def test_no_two_endpoints_are_called_alike():
    names = [one.name for group in groups() for one in group.operations]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("language", ["es", "zh-hans"])
def test_whatever_the_docs_list_has_a_name_in_each_language(language):
    names = named_in(language)
    operations = [one for group in groups() for one in group.operations]
    assert names["groups"].keys() == {group.name for group in groups()}
    assert names["operations"].keys() == {one.slug for one in operations}
    assert len(set(names["operations"].values())) == len(operations)
    assert names["guides"].keys() == {guide.slug for guide in guides()}
    assert names["shelves"].keys() == {shelf.title for shelf in shelves()}


def test_a_page_names_its_address_in_each_language(opened):
    def links(address, kind):
        found = opened(address).page.query(f'link[rel="{kind}"][href]')
        return [(one.attrs.get("hreflang"), one.attrs["href"]) for one in found]

    for prefix in ("", "/es", "/zh-hans"):
        address = f"{prefix}/docs/masks"
        assert links(address, "canonical") == [(None, f"{HERE}{address}")]
        assert {
            ("en", f"{HERE}/docs/masks"),
            ("es", f"{HERE}/es/docs/masks"),
            ("zh-hans", f"{HERE}/zh-hans/docs/masks"),
            ("x-default", f"{HERE}/docs/masks"),
        } <= set(links(address, "alternate"))
    assert links("/accounts/login/", "canonical") == []
