"""Commissions as the studio would write them, for the tests of each adapter."""

import asyncio

import pytest

from playground.generation.providers.base import Answer, Commission, ProviderFailure


def commission(fault="none", **said) -> Commission:
    """One square picture; the fault is what the shop will do."""
    usual = {
        "prompt": f"a paper boat [fault:{fault}]",
        "n": 1,
        "shape": "1:1",
        "tier": "1K",
        "width": 1024,
        "height": 1024,
        "deadline_seconds": 20.0,
    }
    return Commission(**{**usual, **said})


async def painted(provider, fault="none", **said) -> Answer:
    """Have it painted, and let the provider go."""
    try:
        return await provider.paint(commission(fault, **said))
    finally:
        await provider.close()


async def failing(painting) -> ProviderFailure:
    """Return what a painting fails with, which it must."""
    with pytest.raises(ProviderFailure) as caught:
        await painting
    return caught.value


async def until(is_true) -> None:
    for _ in range(500):
        if is_true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("It never came to that.")
