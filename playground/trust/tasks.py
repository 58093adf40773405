"""What Celery carries to see that it carries."""

from datetime import datetime

from django.utils import timezone

from playground.celery import app
from playground.trust.models import Echo


@app.task(ignore_result=True)
def answer(sent_at: str) -> None:
    """Say that a message came through the queue, to a worker, to the database."""
    told = {"sent_at": datetime.fromisoformat(sent_at), "answered_at": timezone.now()}
    Echo.objects.update_or_create(pk=1, defaults=told)
