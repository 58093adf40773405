"""Where this site is, as the caller sees it: for addresses in answers."""

from django.conf import settings
from django.http import HttpRequest


def origin(request: HttpRequest) -> str:
    """Return the origin that picture addresses start with."""
    if settings.MEDIA_ORIGIN:
        return str(settings.MEDIA_ORIGIN)
    if settings.SITE_URL:
        return str(settings.SITE_URL)
    return f"{request.scheme}://{request.get_host()}"
