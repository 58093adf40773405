"""The addresses of the documentation."""

from django.urls import URLPattern, path

from playground.docs import agents, cards, models, pages, reference

public: list[URLPattern] = [
    path("docs", pages.index, name="docs"),
    path("docs/reference", reference.show, name="api-reference"),
    path("docs/reference/<slug:slug>", reference.show_operation, name="api-operation"),
    path("docs/<slug:slug>", pages.show, name="guide"),
]

# For programs: in one language, so without one in the address.
plain: list[URLPattern] = [
    path("docs/reference.md", reference.show_markdown, name="reference-markdown"),
    path(
        "docs/reference/<slug:slug>.md",
        reference.show_operation_markdown,
        name="operation-markdown",
    ),
    path("docs/<slug:slug>.md", pages.show_markdown, name="guide-markdown"),
    path("models/<path:name>.md", models.show_markdown, name="model-markdown"),
    path("llms.txt", agents.llms, name="llms"),
    path("llms-full.txt", agents.llms_full, name="llms-full"),
    path("robots.txt", agents.robots, name="robots"),
    path("cards/easel.png", cards.of_site, name="card"),
    path("cards/docs/<slug:slug>.png", cards.of_guide, name="card-guide"),
    path("cards/models/<path:name>.png", cards.of_model, name="card-model"),
    path("sitemap.xml", agents.sitemap, name="sitemap"),
]
