"""Every page has an id and a strict policy, and keeps to it."""

import re

import pytest
from django.http import HttpResponse

from accounts.issuing import issue_key
from playground.middleware import content_policy, request_id

AT_THE_DOOR = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/not-a-key/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-set-password/",
    "/accounts/password/reset/key/done/",
    "/accounts/inactive/",
    "/dev/mail",
]
INSIDE = [
    "/console/usage",
    "/console/keys",
    "/console/keys/new",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
]
INLINE = re.compile(
    r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", re.I
)


def assert_keeps_the_policy(response):
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe" not in policy
    assert INLINE.findall(response.content.decode()) == []


@pytest.mark.parametrize("path", AT_THE_DOOR)
def test_pages_at_the_door_keep_a_strict_policy(client, books_db, path):
    assert_keeps_the_policy(client.get(path))


def test_a_missing_page_keeps_it_too(client, books_db, settings):
    settings.DEBUG = False
    assert_keeps_the_policy(client.get("/nowhere"))


@pytest.mark.parametrize("path", INSIDE)
def test_pages_inside_keep_a_strict_policy(client, alice, path):
    client.force_login(alice.person)
    response = client.get(path)
    assert response.status_code == 200
    assert_keeps_the_policy(response)


def test_a_new_key_and_its_end_keep_a_strict_policy(client, alice):
    client.force_login(alice.person)
    made = client.post("/console/keys/new", {"name": "app", "kind": "live"})
    assert_keeps_the_policy(made)
    key, _ = issue_key(alice.account, name="old app")
    assert_keeps_the_policy(client.get(f"/console/keys/{key.pk}/revoke"))


def test_pictures_may_have_an_origin_of_their_own(client, books_db, settings):
    settings.MEDIA_ORIGIN = "https://pictures.example.com"
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https://pictures.example.com;" in policy


def test_a_page_switches_off_what_it_never_uses(client, books_db):
    headers = client.get("/accounts/login/").headers
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_each_answer_has_an_id_of_our_own(client, books_db):
    answers = [
        client.get("/accounts/login/", headers={"x-request-id": "theirs"}),
        client.get("/nowhere"),
    ]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert re.fullmatch(r"req_[0-9a-z]{26}", ids[0])
    assert re.fullmatch(r"req_[0-9a-z]{26}", ids[1])
    assert ids[0] != ids[1]


async def test_async_pages_have_them_too(rf):
    async def page(request):
        return HttpResponse("a page")

    response = await request_id(content_policy(page))(rf.get("/"))
    assert response.headers["x-request-id"].startswith("req_")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_a_view_may_be_stricter_than_the_policy(rf):
    def file(request):
        return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    response = content_policy(file)(rf.get("/"))
    assert response.headers["Content-Security-Policy"] == "sandbox"
