"""What Celery carries to see that it carries."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.utils import timezone

from playground.celery import app
from playground.trust.models import Echo

PROBES = "status/"


@app.task(ignore_result=True)
def answer(sent_at: str) -> None:
    """Say that a message came through the queue, to a worker, to the database."""
    told = {"sent_at": datetime.fromisoformat(sent_at), "answered_at": timezone.now()}
    Echo.objects.update_or_create(pk=1, defaults=told)


@app.task(ignore_result=True)
def remove_if_seen(name: str) -> None:
    """Remove a file that somebody stored to learn whether this worker sees it."""
    if name.startswith(PROBES):
        default_storage.delete(name)
