"""An S3-kind server of the tests' own, with one bucket; it keeps nothing."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from tests.services.ports import answers, free_port, wait_until

BUCKET = "pictures"
KEY = {"EASEL_S3_ACCESS_KEY": "easel", "EASEL_S3_SECRET_KEY": "a-secret"}


class Bucket:
    """What is stored, as whoever owns it sees it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id=KEY["EASEL_S3_ACCESS_KEY"],
            aws_secret_access_key=KEY["EASEL_S3_SECRET_KEY"],
        )
        self._client.create_bucket(Bucket=BUCKET)

    def names(self) -> set[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return {one["Key"] for page in pages for one in page.get("Contents", [])}


def settings_of(port: int) -> dict[str, str]:
    """Return the settings of a process that reaches the bucket by this port."""
    return {
        **KEY,
        "EASEL_S3_BUCKET": BUCKET,
        "EASEL_S3_REGION": "us-east-1",
        "EASEL_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }


@contextmanager
def throwaway_s3() -> Iterator[Bucket]:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: answers(port), "the S3-kind server")
        yield Bucket(port)
    finally:
        server.kill()
        server.wait()
