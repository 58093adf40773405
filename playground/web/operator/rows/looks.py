"""What the pages of rows look like: unfold in Easel's own colours."""

from django.templatetags.static import static
from django.utils.translation import gettext_lazy

LOOKS = {
    "SITE_TITLE": "Easel",
    "SITE_HEADER": "Easel",
    "SITE_URL": "/operator/",
    "SITE_SYMBOL": "table",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("favicon.svg"),
        }
    ],
    "SHOW_VIEW_ON_SITE": False,
    "SITE_DROPDOWN": [
        {
            "icon": "arrow_back",
            "title": gettext_lazy("Operators’ pages"),
            "link": "/operator/",
        }
    ],
    "COLORS": {  # those of static/css/tokens.css, dark to light
        "base": {
            "50": "#faf9f6",
            "100": "#f3f0ea",
            "200": "#e6e2d9",
            "300": "#cbc5b9",
            "400": "#9d978c",
            "500": "#6c665c",
            "600": "#57524a",
            "700": "#3b3833",
            "800": "#2b2926",
            "900": "#191817",
            "950": "#121110",
        },
        "primary": {
            "50": "#fdf5f0",
            "100": "#fcece4",
            "200": "#f8d3c2",
            "300": "#f5a985",
            "400": "#ff9a70",
            "500": "#f27541",
            "600": "#c53d0d",
            "700": "#a93308",
            "800": "#872a0a",
            "900": "#5c200c",
            "950": "#33190e",
        },
    },
}
