"""The addresses of support: find, look, refund, answer."""

from django.urls import URLPattern, path

from playground.web.operator.support import customers, requests, search

urls: list[URLPattern] = [
    path("support", search.support, name="support"),
    path(
        "support/requests/<str:request_id>",
        requests.request_page,
        name="support-request",
    ),
    path("support/requests/<str:request_id>/look", requests.look, name="support-look"),
    path(
        "support/requests/<str:request_id>/refund",
        requests.refund,
        name="support-refund",
    ),
    path(
        "support/requests/<str:request_id>/answer",
        requests.answer,
        name="support-answer",
    ),
    path(
        "support/customers/<str:account_id>",
        customers.customer,
        name="support-customer",
    ),
    path(
        "support/customers/<str:account_id>/notes",
        customers.add_note,
        name="support-note",
    ),
]
