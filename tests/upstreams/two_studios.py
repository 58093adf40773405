"""Two studios that paint the same models, connected as an operator connects them.

with two_studios(settings, folder) as (left, right):
    left.fault = "500"   # from now on, until it is "" again
"""

from collections.abc import Iterator
from contextlib import contextmanager

from playground.generation.catalogue import catalogue
from tests.upstreams.next_door import StudioNextDoor, studio_next_door

OFFER = """
[[offers]]
provider = "{provider}"
upstream = "{id}"
n_per_call = 4
cost_usd = {cost}
charges_on = "{charges_on}"
"""
MODEL = """
id = "{id}"
price = {price}
typical_seconds = 1
[capabilities]
edit = true
references = 4
[sizes]
default_shape = "1:1"
default_tier = "1K"
[sizes.native]
"1:1" = {{ "1K" = "64x64" }}
"""


def model_file(name, price, *offers, charges_on="picture"):
    """Write a model: `offers` are providers and what a picture costs us there."""
    words = [
        OFFER.format(id=name, provider=provider, cost=cost, charges_on=charges_on)
        for provider, cost in offers
    ]
    return MODEL.format(id=name, price=price) + "".join(words)


def boats(charges_on="picture"):
    """Three models: one of both studios, and a dearer and a cheaper one of the right one."""
    both = (("left", "0.02"), ("right", "0.04"))
    return {
        "boat": model_file("boat", 5, *both, charges_on=charges_on),
        "ship": model_file("ship", 8, ("right", "0.04")),
        "raft": model_file("raft", 2, ("right", "0.01")),
    }


@contextmanager
def two_studios(
    settings, folder, models=None
) -> Iterator[tuple[StudioNextDoor, StudioNextDoor]]:
    for name, text in (models or boats()).items():
        (folder / f"{name}.toml").write_text(text)
    with studio_next_door() as left, studio_next_door() as right:
        settings.CATALOGUE_DIR = str(folder)
        settings.COMPATIBLE_SERVERS = {
            name: {
                "base_url": studio.url,
                "api_key": "sk",
                "local": True,
                "edits": "form:image",
            }
            for name, studio in (("left", left), ("right", right))
        }
        catalogue.forget()
        try:
            yield left, right
        finally:
            catalogue.forget()
