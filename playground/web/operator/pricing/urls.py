"""The addresses of the page of prices."""

from django.urls import URLPattern, path

from playground.web.operator.pricing import views

urls: list[URLPattern] = [
    path("prices", views.prices, name="prices"),
    path("prices/history", views.history, name="price-history"),
    path("prices/history.csv", views.history_csv, name="price-history-csv"),
    path("prices/groups/new", views.new_group, name="group-new"),
    path("prices/groups/<slug:slug>", views.group_prices, name="group-prices"),
    path("prices/models/<str:model_id>", views.model_prices, name="model-prices"),
    path("prices/changes/<int:row_id>/call-off", views.call_off, name="price-call-off"),
]
