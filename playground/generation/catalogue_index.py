"""The models as their files have them, and every name they answer to.

One TOML file per model lies in `catalogue/` beside this module; an operator's
folder adds models or replaces them by id. A wrong file stops the start and
says where and why, so a running Easel never meets a half-understood model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation.catalogue_files import (
    CatalogueError,
    ModelFile,
    read_model_file,
)
from playground.generation.errors import ModelNotFound
from playground.generation.offered import Model
from playground.generation.quoting import quoted
from playground.generation.request import ImageRequest

OURS = Path(__file__).parent / "catalogue"


@dataclass(frozen=True, slots=True)
class Named:
    """A model under the name it was asked by; the tier, quality, provider it fixes."""

    name: str
    model: Model
    tier: str | None = None
    quality: str | None = None
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models, in display order, and every name they answer to."""

    models: tuple[Model, ...]
    names: Mapping[str, Named]
    # How many changes of price are in it: what was made of its prices is old after the next.
    changes: int = 0
    # What was asked of it lately, in its own terms: see `normalise`.
    normalised: dict[tuple[Any, ...], ImageRequest] = field(
        default_factory=dict, compare=False, repr=False
    )

    def find(self, name: str) -> Model:
        """Return the model of this id, alias or variant."""
        return self.named(name).model

    def known(self, model_id: str) -> Model | None:
        """Return the model of this id, unless it has left the catalogue."""
        named = self.names.get(model_id)
        return named.model if named else None

    def named(self, name: str) -> Named:
        """Return the model of this name and the tier the name fixes."""
        found = self.names.get(name) or self.names.get(name.strip().lower())
        if found := found or self.at_a_provider(name.strip().lower()):
            return found
        close = get_close_matches(
            name.strip().lower()[:80], self.names, n=1, cutoff=0.5
        )
        words = {"name": quoted(name), "close": close[0] if close else ""}
        if close:
            message = _("There is no model %(name)s; did you mean %(close)s?") % words
        else:
            message = (
                _("There is no model %(name)s; GET /v1/models lists them all.") % words
            )
        raise ModelNotFound(message, param="model")

    def at_a_provider(self, name: str) -> Named | None:
        """Read `provider/model`, if that is a model of ours, and one of its providers."""
        provider, slash, rest = name.partition("/")
        named = self.names.get(rest) if slash else None
        if named is None:
            return None
        known = {offer.provider for offer in named.model.offers}
        if provider in known:
            return replace(named, provider=provider)
        words = {"provider": quoted(provider), "model": named.model.id}
        words["known"] = ", ".join(sorted(known))
        message = _("%(provider)s is no provider of %(model)s; there is %(known)s.")
        raise ModelNotFound(message % words, param="model")

    def current(self, name: str) -> Named:
        """Return what this name stands for, or name what follows a model that is gone."""
        named = self.named(name)
        if not named.model.is_retired:
            return named
        successor = named.model.lifecycle.successor or ""
        words = {"model": named.model.id, "successor": successor}
        message = _("%(model)s is retired.")
        if successor:
            message = _("%(model)s is retired; use %(successor)s instead.")
        raise ModelNotFound(message % words, param="model", code="model_retired")

    def suggestions(self, count: int = 3) -> tuple[str, ...]:
        """Return the ids of a few models to try."""
        return tuple(model.id for model in self.models if not model.is_retired)[:count]


@cache
def from_files() -> Catalogue:
    """Return this installation's models at the prices of their files."""
    return load(settings.CATALOGUE_DIR)


def load(operators: str | Path = "") -> Catalogue:
    """Read our own models, then the operator's, who may replace ours by id."""
    files = _folder(OURS)
    if operators:
        if not Path(operators).is_dir():
            raise CatalogueError(
                Path(operators), 1, "EASEL_CATALOGUE_DIR is not a folder."
            )
        files |= _folder(Path(operators))
    names = _names(files)
    for file in files.values():
        _check_successor(file, names)
    models = sorted(
        (file.model for file in files.values()), key=lambda m: (m.position, m.id)
    )
    return Catalogue(tuple(models), names)


def _folder(folder: Path) -> dict[str, ModelFile]:
    """Read every file of one folder; an id may stand there once."""
    files: dict[str, ModelFile] = {}
    for path in sorted(folder.glob("*.toml")):
        file = read_model_file(path)
        if other := files.get(file.model.id):
            raise file.wrong("id", f"{file.model.id} is already in {other.path.name}.")
        files[file.model.id] = file
    return files


def _names(files: Mapping[str, ModelFile]) -> dict[str, Named]:
    """Collect every id, alias and variant; no two models may share one."""
    names: dict[str, Named] = {}
    for file in files.values():
        for name, fixed in file.model.names.items():
            if other := names.get(name):
                key = "id" if name == file.model.id else "aliases"
                raise file.wrong(
                    "variants" if fixed else key,
                    f"{name} is already a name of {other.model.id}.",
                )
            is_quality = fixed in file.model.qualities.values
            tier, quality = (None, fixed) if is_quality else (fixed, None)
            names[name] = Named(name, file.model, tier, quality)
    return names


def _check_successor(file: ModelFile, names: Mapping[str, Named]) -> None:
    successor = file.model.lifecycle.successor
    if successor and successor not in names:
        raise file.wrong(
            "lifecycle", f"Its successor {successor} is not in the catalogue."
        )
