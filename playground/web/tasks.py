"""What the pages have looked after by the clock."""

from playground.celery import app
from playground.web.uploads import remove_unused


@app.task(ignore_result=True)
def tidy_uploads() -> None:
    """Remove pictures that were brought and never edited."""
    remove_unused()
