"""The addresses of what is told and written: public pages may carry a language."""

from django.urls import URLPattern, path

from playground.web.trust import dismissing, inbox, operating, papers, status, writing

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
    path("operator/inbox", inbox.inbox, name="inbox"),
    path("operator/inbox/pictures/<str:picture_id>", inbox.judge, name="inbox-picture"),
    path("operator/inbox/<str:inquiry_id>", inbox.answer, name="inbox-answer"),
    path("operator/incidents", operating.incident_list, name="incidents"),
    path("operator/incidents/new", operating.new_incident, name="incident-new"),
    path(
        "operator/incidents/<str:incident_id>",
        operating.edit_incident,
        name="incident-edit",
    ),
    path("operator/announcements", operating.announcement_list, name="announcements"),
    path(
        "operator/announcements/new",
        operating.new_announcement,
        name="announcement-new",
    ),
    path(
        "operator/announcements/<str:announcement_id>",
        operating.edit_announcement,
        name="announcement-edit",
    ),
    path(
        "operator/announcements/<str:announcement_id>/remove",
        operating.remove_announcement,
        name="announcement-remove",
    ),
]
