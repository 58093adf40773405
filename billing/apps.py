from django.apps import AppConfig

from billing.packs import custom_ranges, packs


class BillingConfig(AppConfig):
    name = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse to start with packs nobody could mean."""
        packs()
        custom_ranges()
