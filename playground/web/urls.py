"""The addresses of the pages. Public pages may carry a language; nothing else does."""

from django.urls import URLPattern, path

from playground.web import create, credits, till, webhook

public: list[URLPattern] = [
    path("", create.create, name="create"),
]

urlpatterns: list[URLPattern] = [
    path("console/credits", credits.credits, name="credits"),
    path("console/credits/checkout", credits.buy, name="checkout"),
    path("console/credits/returned", credits.returned, name="credits-returned"),
    path("console/till/<str:session>", till.counter, name="till"),
    path("billing/stripe/webhook", webhook.stripe_webhook, name="stripe-webhook"),
]
