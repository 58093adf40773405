"""Files nobody can have any more go; all others stay."""

import os
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from playground.generation.audit import audit
from playground.generation.links import thumbnail_path
from playground.generation.models import Generation, Picture
from playground.generation.thumbnails import beside
from playground.generation.tidy import remove_expired, remove_old_inputs, remove_orphans

IMAGES = "/v1/images/generations"


@pytest.fixture
def picture(api, alice):
    api.post(IMAGES, as_=alice, prompt="a fox", resolution="0.5K")
    return Picture.objects.get()


def stray(name, *, hours_old):
    path = default_storage.save(f"{timezone.now():%Y/%m/%d}/{name}", ContentFile(b"x"))
    then = time.time() - hours_old * 3600
    os.utime(default_storage.path(path), (then, then))
    return path


def test_a_file_without_a_picture_goes_after_an_hour(books_db):
    old = stray("pic_old.png", hours_old=2)
    fresh = stray("pic_fresh.png", hours_old=0)

    assert remove_orphans() == 1
    assert not default_storage.exists(old)
    assert default_storage.exists(fresh)


def test_the_file_of_a_picture_stays(picture):
    os.utime(default_storage.path(picture.file), (0, 0))

    assert remove_orphans() == 0
    assert default_storage.exists(picture.file)


def test_a_small_copy_stays_as_long_as_its_picture(api, picture):
    api.get(thumbnail_path(picture.pk, 320, None))
    copy = beside(picture.file, 320)
    os.utime(default_storage.path(copy), (0, 0))
    unfinished = stray(f"{picture.pk}-320.webp.tmp_1.part", hours_old=2)

    remove_orphans()

    assert default_storage.exists(copy)
    assert not default_storage.exists(unfinished)


def test_a_picture_past_its_time_goes_with_its_files(api, picture):
    api.get(thumbnail_path(picture.pk, 320, None))
    Picture.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert remove_expired() == 1
    assert not default_storage.exists(beside(picture.file, 320))
    assert not default_storage.exists(picture.file)
    assert Picture.objects.count() == 0
    assert audit() == []


def test_pictures_of_the_api_are_kept_for_the_days_that_are_set(picture, settings):
    kept = picture.expires_at - timezone.now()

    assert settings.RETENTION_DAYS - 1 <= kept.days <= settings.RETENTION_DAYS


def sent(name, *, days_old):
    """A picture that was sent to be edited so many days ago."""
    path = default_storage.save(f"inputs/acc_1/{name}", ContentFile(b"x"))
    then = time.time() - days_old * 24 * 3600
    os.utime(default_storage.path(path), (then, then))
    return path


def test_pictures_that_were_sent_go_when_ours_would(books_db, settings):
    settings.RETENTION_DAYS = 7
    old, fresh = sent("old.png", days_old=8), sent("fresh.png", days_old=6)

    assert remove_old_inputs() == 1
    assert not default_storage.exists(old)
    assert default_storage.exists(fresh)


def test_pictures_that_an_order_waits_for_stay(picture, settings):
    settings.RETENTION_DAYS = 7
    old = sent("waited-for.png", days_old=8)
    order = Generation.objects.get()
    waiting = order.request | {"references": [old]}
    Generation.objects.update(
        endpoint="images.edits", state="queued", request=waiting
    )  # as if it were not painted yet

    assert remove_old_inputs() == 0
    assert default_storage.exists(old)


def test_pictures_that_were_sent_stay_when_everything_is_kept(books_db, settings):
    settings.RETENTION_DAYS = 0
    old = sent("forever.png", days_old=1000)

    assert remove_old_inputs() == 0
    assert default_storage.exists(old)
