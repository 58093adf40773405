from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "playground.webhooks"
    label = "webhooks"
