"""Pictures that were sent wait for whoever paints the order."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from playground.generation.audit import audit
from playground.generation.inbox import Parcel, content_of, packed, put_by
from playground.generation.inputs import picture_in
from playground.generation.models import Generation
from playground.generation.queues import queue_of
from playground.generation.request import Ask, Buyer, Call
from playground.generation.service import accept
from playground.generation.studio import in_studio
from playground.generation.tasks import send, take_turn
from tests.generation.test_inputs import peak_rise
from tests.services.ports import wait_until


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


@pytest.fixture
def fox(alice) -> Parcel:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "orange").save(file, "PNG")
    return packed(alice.account.pk, picture_in(file.getvalue(), "image"))


@pytest.fixture
def order(alice, fox):
    """Alice's edit of a picture, which nobody has begun."""
    put_by([fox])
    buyer = Buyer(alice.account.pk, "standard", Decimal(1), "api")
    ask = Ask("sepia", resolution="0.5K", references=(fox.name,), first_size=(64, 64))
    return in_studio(accept(ask, buyer, Call("images.edits", "queued")))


def files_beside(name: str) -> list[Path]:
    return list(Path(default_storage.path(name)).parent.iterdir())


def test_the_same_picture_is_one_file(fox):
    put_by([fox, fox])
    put_by([fox])

    assert len(files_beside(fox.name)) == 1


def test_a_file_that_was_not_finished_is_written_again(fox):
    default_storage.save(fox.name, ContentFile(fox.picture.data[:20]))

    put_by([fox])

    with default_storage.open(fox.name) as file:
        assert file.read() == fox.picture.data
    assert len(files_beside(fox.name)) == 1


def test_accounts_do_not_share_files(carol, fox):
    assert packed(carol.account.pk, fox.picture).name != fox.name


def test_pictures_that_wait_for_a_painter_wait_on_disk():
    name = default_storage.save("inputs/large", ContentFile(bytes(30_000_000)))
    waiting = []

    risen = peak_rise(lambda: waiting.extend(content_of(name) for _ in range(8)))

    assert risen < 8 * 1024**2
    assert [len(one) for one in waiting] == [30_000_000] * 8


def test_an_edit_that_was_queued_is_painted_by_another_process(alice, order, worker):
    send(order)

    wait_until(lambda: not Generation.objects.get(pk=order.pk).is_live, "the picture")
    assert Generation.objects.get(pk=order.pk).state == "succeeded"
    assert alice.credits() == 99


def test_pictures_that_are_gone_before_they_are_painted_cost_nothing(alice, order):
    default_storage.delete(order.request["references"][0])

    take_turn(queue_of(order.lane))

    ended = Generation.objects.get(pk=order.pk)
    assert (ended.state, ended.error_code) == ("failed", "pictures_expired")
    assert alice.credits() == 100
