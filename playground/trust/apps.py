from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "playground.trust"
    label = "trust"
