"""The street of simulated providers, for those who test an adapter."""

import pytest

from tests.upstreams.street import open_street


@pytest.fixture(scope="session")
def _street():
    with open_street() as street:
        yield street


@pytest.fixture
def street(_street):
    """Each provider's shop, without a memory of other tests."""
    _street.forget()
    return _street
