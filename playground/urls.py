"""Every address of the site. API paths are reached without Django's middleware: see asgi.py."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns: list = []
