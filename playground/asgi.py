"""What an ASGI server runs: `playground.asgi:application`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup(set_prefix=False)

from playground.entrance import application  # noqa: E402  (needs Django set up)

__all__ = ["application"]
