"""The stage of the proofs: a studio next door, and processes that know it."""

import json

import pytest

from playground.generation.audit import audit
from playground.generation.catalogue import catalogue
from tests.proof.stage import connected
from tests.upstreams.next_door import studio_next_door


@pytest.fixture
def next_door(settings, tmp_path):
    """The studio next door, known to this process and to its children."""
    with studio_next_door() as upstream:
        upstream.settings = connected(upstream, tmp_path)
        settings.CATALOGUE_DIR = str(tmp_path)
        servers = json.loads(upstream.settings["EASEL_COMPATIBLE_SERVERS"])
        settings.COMPATIBLE_SERVERS = servers
        catalogue.forget()
        yield upstream
    catalogue.forget()


@pytest.fixture
def books_that_balance(books_db):
    """Whatever dies, the books are in order afterwards."""
    yield
    assert audit() == []
