"""What Celery does for the gallery: it empties the bin."""

from playground.celery import app
from playground.gallery.bin import AT_ONCE, empty


@app.task(ignore_result=True)
def empty_bin() -> None:
    """Remove what was deleted and not brought back."""
    while empty() == AT_ONCE:
        pass
