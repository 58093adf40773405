"""Styles, scripts and icons, as WhiteNoise finds them, in one piece.

WhiteNoise hands out open files, which Django under ASGI reads to their end before it
sends anything, in a detour of its own that it warns of each time. They are small.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        data = b""
        if found.file is not None:
            with found.file as file:
                data = file.read()
        response = HttpResponse(data, status=int(found.status))
        del response.headers["Content-Type"]
        for name, value in found.headers:
            response.headers[name] = value
        return response
