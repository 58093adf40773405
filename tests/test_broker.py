"""Messages reach a worker through files, and through a real Redis."""

import pytest
from kombu import Connection


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
