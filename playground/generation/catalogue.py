"""The catalogue: every model Easel sells, at the price it has now.

The models are those of the files, which are read once. What operators changed of their
prices since is laid over them, anew whenever that changes: see `tariff`.
"""

from dataclasses import replace

from playground.generation.catalogue_files import CatalogueError
from playground.generation.catalogue_index import Catalogue, Named, from_files, load
from playground.generation.offered import (
    Capabilities,
    Lifecycle,
    Model,
    Offer,
    Parameter,
    Price,
    Rates,
)
from playground.generation.tariff import Tariff, in_force

__all__ = [
    "Capabilities",
    "Catalogue",
    "CatalogueError",
    "Lifecycle",
    "Model",
    "Named",
    "Offer",
    "Parameter",
    "Price",
    "Rates",
    "catalogue",
    "load",
    "priced_by",
]


class Current:
    """`catalogue()` returns the models at today's prices; it never waits for them."""

    def __init__(self) -> None:
        self._kept: tuple[Tariff, Catalogue] | None = None

    def __call__(self) -> Catalogue:
        tariff, kept = in_force(), self._kept
        if kept is None or kept[0] is not tariff:
            kept = self._kept = (tariff, priced_by(tariff, from_files()))
        return kept[1]

    def forget(self) -> None:
        """Read the files and the changes of price anew."""
        from_files.cache_clear()
        in_force.forget()
        self._kept = None


def priced_by(tariff: Tariff, files: Catalogue) -> Catalogue:
    """Return the same models under the same names, at a tariff's prices."""
    if not tariff.changes:
        return files
    models = {model.id: tariff.priced(model) for model in files.models}
    names = {
        name: replace(named, model=models[named.model.id])
        for name, named in files.names.items()
    }
    return Catalogue(tuple(models.values()), names, tariff.changes)


catalogue = Current()
