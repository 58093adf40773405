"""The addresses of the pages. Public pages may carry a language; nothing else does."""

from django.urls import URLPattern, path

from playground.web import create, keys, mailbox, usage

public: list[URLPattern] = [
    path("", create.create, name="create"),
]

urlpatterns: list[URLPattern] = [
    path("console", usage.console, name="console"),
    path("console/usage", usage.usage, name="usage"),
    path("console/keys", keys.keys, name="keys"),
    path("console/keys/new", keys.new_key, name="key-new"),
    path("console/keys/<str:key_id>/revoke", keys.end_key, name="key-revoke"),
    path("dev/mail", mailbox.mailbox, name="mailbox"),
    path("dev/mail/<str:mail_id>", mailbox.mailbox, name="mail"),
]
