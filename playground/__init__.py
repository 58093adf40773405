"""The Django project, and the studio. Importing it makes the Celery app known."""

from playground.celery import app as celery_app

__all__ = ["celery_app"]
