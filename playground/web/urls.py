"""The addresses of the pages. Public pages may carry a language; nothing else does."""

from django.urls import URLPattern, path

from playground.web import create, credits, keys, mailbox, till, usage, webhook

public: list[URLPattern] = [
    path("", create.create, name="create"),
]

urlpatterns: list[URLPattern] = [
    path("console", usage.console, name="console"),
    path("console/usage", usage.usage, name="usage"),
    path("console/keys", keys.keys, name="keys"),
    path("console/keys/new", keys.new_key, name="key-new"),
    path("console/keys/<str:key_id>/revoke", keys.end_key, name="key-revoke"),
    path("console/credits", credits.credits, name="credits"),
    path("console/credits/checkout", credits.buy, name="checkout"),
    path("console/credits/returned", credits.returned, name="credits-returned"),
    path("console/till/<str:session>", till.counter, name="till"),
    path("billing/stripe/webhook", webhook.stripe_webhook, name="stripe-webhook"),
    path("dev/mail", mailbox.mailbox, name="mailbox"),
    path("dev/mail/<str:mail_id>", mailbox.mailbox, name="mail"),
]
