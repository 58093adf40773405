from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from playground.generation.catalogue_files import CatalogueError
from playground.generation.catalogue_index import from_files
from playground.generation.environment import named_channels
from playground.generation.errors import ModelNotFound


class GenerationConfig(AppConfig):
    name = "playground.generation"
    label = "generation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read what operators write now: a mistake must stop the start, not a customer."""
        try:
            for channel in named_channels().values():
                channel.opened()
        except ValueError as error:
            raise ImproperlyConfigured(str(error)) from error
        try:
            models = from_files()
            if settings.DEFAULT_MODEL:
                models.find(settings.DEFAULT_MODEL)
        except CatalogueError as error:
            raise ImproperlyConfigured(str(error)) from error
        except ModelNotFound as error:
            raise ImproperlyConfigured(f"EASEL_DEFAULT_MODEL: {error}") from error
