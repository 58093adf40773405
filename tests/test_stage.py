"""The tests' own stage: everybody starts with what their story says, every time."""

import pytest
from django.db import connection

from accounts.models import AccessGroup, Person
from tests.services.worker import database_url


def test_alice_has_a_hundred_credits_and_bob_has_none(alice, bob):
    assert alice.credits() == 100
    assert bob.credits() == 0


@pytest.mark.parametrize("visit", ["first", "second"])
def test_nobody_is_left_over_from_another_test(books_db, visit):
    assert list(Person.objects.all()) == []
    Person.objects.create_user(f"{visit}@example.com")


def test_what_the_migrations_made_is_there_in_every_test(books_db):
    assert AccessGroup.objects.filter(slug="standard").exists()


def test_another_process_can_find_the_test_database(books_db):
    assert connection.settings_dict["NAME"] in database_url()


def test_redis_answers(redis_url):
    from redis import Redis

    assert Redis.from_url(redis_url).ping()


def test_the_site_answers_a_program(api):
    assert api.get("/healthz").status_code == 200


def test_the_site_answers_a_browser(browser_page):
    assert browser_page.goto("/").ok


def test_a_worker_comes_up(worker):
    assert worker.poll() is None
