"""Every address of the site. API paths are reached without Django's middleware: see asgi.py."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path

from playground.api import elsewhere, files, health, openai
from playground.api.gemini import routes as gemini
from playground.api.telemetry import metrics
from playground.docs import urls as docs
from playground.search import urls as search
from playground.web import urls as web
from playground.web.nowhere import nowhere
from playground.web.operator import urls as operator
from playground.web.trust import urls as trust

REST = r"(?:/(?P<path>(?s:.*)))?\Z"  # whatever follows, line breaks too

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("files/<path:name>", files.picture_file, name="picture-file"),
    re_path(r"^(?:files|healthz|readyz|metrics)/", files.no_such_file),
    path("v1beta/", gemini.api.urls),
    re_path(rf"^v1beta{REST}", gemini.unknown_path),
    re_path(r"^(?:openai/)?v1/", openai.api.urls),
    re_path(rf"^(?:openai/)?v1{REST}", elsewhere.unknown_path),
    path("accounts/", include("allauth.urls")),
    path("operator/", include(operator.urlpatterns)),
    *web.urlpatterns,
    *trust.plain,
    *docs.plain,
    *i18n_patterns(
        *web.public,
        *trust.public,
        *docs.public,
        *search.public,
        prefix_default_language=False,
    ),
    re_path("", nowhere),
]
