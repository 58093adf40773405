"""The addresses of the pages of money."""

from django.urls import URLPattern, path

from playground.web.operator.money import granting, overview, paid

urls: list[URLPattern] = [
    path("money", overview.money, name="money"),
    path("money/audit", overview.audit_now, name="money-audit"),
    path("money/close", overview.close_now, name="money-close"),
    path("money/earned.csv", overview.earned_csv, name="money-earned-csv"),
    path("money/credits.csv", overview.closed_csv, name="money-closed-csv"),
    path("money/payments", paid.payments, name="money-payments"),
    path("money/payments.csv", paid.payments_csv, name="money-payments-csv"),
    path("money/events", paid.events, name="money-events"),
    path("money/events.csv", paid.events_csv, name="money-events-csv"),
    path("money/events/<str:event_id>/replay", paid.replay, name="money-replay"),
    path("money/disputes", paid.disputes, name="money-disputes"),
    path("money/debts.csv", paid.debts_csv, name="money-debts-csv"),
    path("money/grants", granting.grants, name="money-grants"),
    path("money/grants.csv", granting.grants_csv, name="money-grants-csv"),
]
