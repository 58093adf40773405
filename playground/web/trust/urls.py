"""The addresses of what is told and written: public pages may carry a language."""

from django.urls import URLPattern, path

from playground.web.trust import dismissing, papers, status, writing

public: list[URLPattern] = [
    path("status", status.status, name="status"),
    path("status/incidents/<str:incident_id>", status.incident, name="incident"),
    path("terms", papers.paper, {"name": "terms"}, name="terms"),
    path("privacy", papers.paper, {"name": "privacy"}, name="privacy"),
    path(
        "content-policy",
        papers.paper,
        {"name": "content-policy"},
        name="content-policy",
    ),
    path("contact", writing.contact, name="contact"),
    path("report-abuse", writing.abuse, name="abuse"),
]

plain: list[URLPattern] = [
    path("status.json", status.status_json, name="status-json"),
    path("status/feed.atom", status.feed, name="status-feed"),
    path("announcements/dismiss", dismissing.dismiss, name="announcement-dismiss"),
]
