"""The addresses of the operators' pages, all under /operator/."""

from django.urls import URLPattern, URLResolver, path

from playground.web.operator import (
    arena_desk,
    blocked,
    channels,
    foreseen,
    health,
    inbox,
    log,
    pictures,
    places,
    safety,
    staff,
    telling,
)
from playground.web.operator.money import urls as money
from playground.web.operator.pricing import urls as pricing
from playground.web.operator.rows import site
from playground.web.operator.support import urls as support

urlpatterns: list[URLPattern | URLResolver] = [
    *pricing.urls,
    *money.urls,
    path("", places.home, name="operator"),
    *support.urls,
    path("rows/", site.rows.urls),
    path("staff", staff.people, name="staff"),
    path("log", log.deeds, name="deeds"),
    path("log.csv", log.deeds_csv, name="deeds-csv"),
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/pictures/<str:picture_id>", inbox.judge, name="inbox-picture"),
    path("inbox/<str:inquiry_id>", inbox.answer, name="inbox-answer"),
    path("incidents", telling.incident_list, name="incidents"),
    path("incidents/new", telling.new_incident, name="incident-new"),
    path(
        "incidents/<str:incident_id>",
        telling.edit_incident,
        name="incident-edit",
    ),
    path("announcements", telling.announcement_list, name="announcements"),
    path(
        "announcements/new",
        telling.new_announcement,
        name="announcement-new",
    ),
    path(
        "announcements/<str:announcement_id>",
        telling.edit_announcement,
        name="announcement-edit",
    ),
    path(
        "announcements/<str:announcement_id>/remove",
        telling.remove_announcement,
        name="announcement-remove",
    ),
    path("channels", channels.channels, name="channels"),
    path("channels/new", channels.new_channel, name="channel-new"),
    path("channels/test", channels.try_channel, name="channel-test"),
    path("channels/preview", foreseen.routing, name="routing"),
    path("channels/lift", channels.lift_brake, name="brake-lift"),
    path("channels/<int:row_id>", channels.edit_channel, name="channel-edit"),
    path(
        "channels/<int:row_id>/switch",
        channels.switch_channel,
        name="channel-switch",
    ),
    path(
        "channels/<int:row_id>/remove",
        channels.remove_channel,
        name="channel-remove",
    ),
    path("health", health.health, name="health"),
    path("health/left", health.left, name="operator-left"),
    path("health/maintenance", health.maintenance, name="maintenance"),
    path("safety", safety.safety, name="safety"),
    path("safety/rules/new", safety.new_rule, name="rule-new"),
    path("safety/rules/<int:rule_id>", safety.edit_rule, name="rule-edit"),
    path("safety/rules/<int:rule_id>/remove", safety.remove_rule, name="rule-remove"),
    path("safety/accounts", blocked.blocked, name="blocked"),
    path(
        "safety/accounts/<str:account_id>",
        blocked.change_block,
        name="block-change",
    ),
    path("safety/pictures", pictures.pictures, name="operator-pictures"),
    path(
        "safety/pictures/<str:picture_id>",
        pictures.judge_picture,
        name="picture-judge",
    ),
    path("arena", arena_desk.desk, name="arena-desk"),
    path("arena/starters", arena_desk.open_starters, name="arena-starters"),
    path("arena/entries", arena_desk.enter, name="arena-enter"),
    path(
        "arena/challenges",
        arena_desk.new_challenge,
        name="arena-challenge-new",
    ),
    path(
        "arena/challenges/<slug:slug>",
        arena_desk.challenge,
        name="arena-challenge-desk",
    ),
]
