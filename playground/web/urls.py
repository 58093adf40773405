"""The addresses of the pages. Public pages may carry a language; nothing else does."""

from django.urls import URLPattern, path

from playground.web import (
    cards,
    create,
    credits,
    docs,
    keys,
    mailbox,
    mails,
    pictures,
    running,
    sifted,
    till,
    usage,
    webhook,
)

public: list[URLPattern] = [
    path("", create.create, name="create"),
    path("docs/errors", docs.errors, name="docs-errors"),
]

urlpatterns: list[URLPattern] = [
    path("create/settings", create.panel_fragment, name="create-settings"),
    path("create/quote", create.quote, name="quote"),
    path("create/runs", running.start, name="create-run"),
    path("create/runs/<str:generation_id>", running.run, name="run"),
    path("create/runs/<str:generation_id>/cancel", running.cancel, name="run-cancel"),
    path("create/runs/<str:generation_id>/code", running.code, name="run-code"),
    path("pictures/<str:picture_id>", pictures.fragment, name="picture"),
    path("p/<str:picture_id>", pictures.whole_page, name="picture-page"),
    path("console", usage.console, name="console"),
    path("console/usage", usage.usage, name="usage"),
    path("console/usage.csv", sifted.usage_csv, name="usage-csv"),
    path("console/keys", keys.keys, name="keys"),
    path("console/keys/new", keys.new_key, name="key-new"),
    path("console/keys/<str:key_id>/revoke", keys.end_key, name="key-revoke"),
    path("console/credits", credits.credits, name="credits"),
    path("console/credits/checkout", credits.buy, name="checkout"),
    path("console/credits/returned", credits.returned, name="credits-returned"),
    path("console/credits/cards/returned", cards.returned, name="card-returned"),
    path("console/till/<str:session>", till.counter, name="till"),
    path("accounts/mails/", mails.mails, name="mails"),
    path("billing/stripe/webhook", webhook.stripe_webhook, name="stripe-webhook"),
    path("dev/mail", mailbox.mailbox, name="mailbox"),
    path("dev/mail/<str:mail_id>", mailbox.mailbox, name="mail"),
]
