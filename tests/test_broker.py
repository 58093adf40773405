"""Messages reach a worker through files, and through a real Redis."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from kombu import Connection
from redis import Redis

from billing.tasks import top_up
from playground.celery import app
from playground.generation.models import Generation
from playground.generation.request import Ask, Buyer, Call
from playground.generation.service import accept
from playground.generation.studio import in_studio
from tests.services.ports import wait_until
from tests.services.worker import running_worker


@pytest.fixture
def files(tmp_path):
    folder = str(tmp_path)
    options = {
        "data_folder_in": folder,
        "data_folder_out": folder,
        "control_folder": str(tmp_path / "control"),
    }
    with Connection(
        "filesystem://",
        transport="playground.broker:Transport",
        transport_options=options,
    ) as connection:
        yield connection


def test_messages_arrive_whole_and_once(files):
    with files.SimpleQueue("orders") as queue:
        for number in range(200):
            queue.put({"number": number})
        received = [queue.get(timeout=5).payload["number"] for _ in range(200)]
        assert sorted(received) == list(range(200))
        with pytest.raises(queue.Empty):
            queue.get(timeout=0.5)


def test_what_is_queued_in_any_thread_goes_to_our_broker():
    with ThreadPoolExecutor(1) as threads:
        used = threads.submit(lambda: top_up.app.main).result()
    assert used == app.main


@pytest.mark.wires
def test_an_order_is_painted_through_redis(alice, redis_url):
    buyer = Buyer(alice.account.pk, "standard", Decimal(1), "browser")
    order = in_studio(accept(Ask("a fox"), buyer, Call("playground", "queued")))
    with running_worker(CELERY_BROKER_URL=redis_url):
        wait_until(
            lambda: not Generation.objects.get(pk=order.pk).is_live, "the picture"
        )
    queues = Redis.from_url(redis_url).smembers("_kombu.binding.housekeeping")
    assert any(one.startswith(b"browser") for one in queues)
    assert Generation.objects.get(pk=order.pk).state == "succeeded"
    assert alice.credits() == 99
