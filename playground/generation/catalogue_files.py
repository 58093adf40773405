"""Turn one TOML file into a `Model`, or say which line of it is wrong and why.

Nothing is guessed about money: a model without a price is refused, and a price
of nothing must be said out loud (`free = true`). A key nobody knows is a slip.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from playground.generation.catalogue_money import read_amount, read_price, read_rates
from playground.generation.offered import (
    About,
    Behaviour,
    Capabilities,
    ChargesOn,
    Lifecycle,
    Model,
    Offer,
    Parameter,
    Qualities,
    Status,
)
from playground.generation.request import FORMATS, ResponseFormat
from playground.generation.sizes import (
    SHAPES,
    FreeSizes,
    Pixels,
    Sizes,
    area_of,
    is_sensible,
    native_by_area,
    nearest,
    pixels_in,
    ratio_in,
    tier_area_in,
)
from playground.generation.toml_table import CatalogueError, Source, Table, read_table

__all__ = ["CatalogueError", "ModelFile", "read_model_file"]

STATUSES = ("available", "preview", "deprecated", "retired")
BEHAVIOURS = ("passthrough", "renamed", "converted", "emulated")
CHARGES_ON = ("picture", "call", "nothing")
FIELDS = (
    *("prompt", "n", "size", "aspect_ratio", "resolution", "quality", "seed"),
    *("negative_prompt", "response_format", "output_format", "output_compression"),
    *("image", "mask", "background", "web_search", "width", "height"),
)
FORMS = {
    "size": ("", "star", "object"),
    "image": ("", "one"),
    "seed": ("", "31 bits"),
}
LACKS = ("edit", "mask", "transparent", "web_search")
_ID = re.compile(r"(?=.{1,80}$)[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)?")
_SUFFIX = re.compile(r"-[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model and the file it was read from, to point at when two files disagree."""

    model: Model
    source: Source

    @property
    def path(self) -> Path:
        return self.source.path

    def wrong(self, key: str, reason: str) -> CatalogueError:
        return self.source.wrong((key,), reason)


def read_model_file(path: Path) -> ModelFile:
    """Read and validate one model's file."""
    try:
        source = Source(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(path, 1, f"The file cannot be read: {error}.") from error
    table = read_table(source)
    model = _model(table)
    table.finish()
    if not model.offers and not model.is_retired:
        raise table.wrong("Nobody paints this model: it needs at least one [[offers]].")
    return ModelFile(model, source)


def _model(table: Table) -> Model:
    sizes = _sizes(table.table("sizes"))
    qualities = _qualities(table.table("quality"))
    identity = _name(table, "id", table.take("id", str))
    return Model(
        id=identity,
        name=table.take("name", str, identity),
        vendor=table.take("vendor", str, ""),
        family=table.take("family", str, ""),
        description=table.take("description", str, ""),
        aliases=tuple(
            _name(table, "aliases", alias) for alias in table.texts("aliases")
        ),
        variants=_variants(table.table("variants"), sizes, qualities),
        lifecycle=_lifecycle(table.table("lifecycle")),
        capabilities=_capabilities(table.table("capabilities")),
        sizes=sizes,
        qualities=qualities,
        price=read_price(table, sizes, qualities),
        official_usd=read_rates(table, "official_usd"),
        typical_seconds=_typical_seconds(table, sizes),
        offers=tuple(_offer(row, sizes) for row in table.tables("offers")),
        position=table.count("position", 100),
        n_max=table.count("n_max", 10, least=1),
        prompt_characters=table.count("prompt_characters", 32_000, least=1),
        formats=_formats(table),
        response_format=cast(
            ResponseFormat, table.choice("response_format", ("url", "b64_json"), "url")
        ),
        unknown=table.texts("unknown"),
        licence=table.take("licence", str, ""),
        open_weights=table.take("open_weights", bool, False),
        about=_about(table.table("about")),
    )


def _name(table: Table, key: str, name: str) -> str:
    if not _ID.fullmatch(name):
        raise table.wrong(
            f"“{name}” must be small letters, digits, dots, dashes, underscores, one slash.",
            key,
        )
    return name


def _formats(table: Table) -> tuple[str, ...]:
    formats = table.texts("formats", FORMATS)
    if not formats or not set(formats) <= set(FORMATS):
        raise table.wrong(f"“formats” may name {', '.join(FORMATS)}.", "formats")
    return formats


def _variants(table: Table, sizes: Sizes, qualities: Qualities) -> dict[str, str]:
    """Read which names fix a tier, or a quality of a model that has some."""
    variants = {suffix: table.take(suffix, str) for suffix in table.names}
    for suffix, fixed in variants.items():
        if not _SUFFIX.fullmatch(suffix):
            raise table.wrong("A variant's suffix looks like -2k.", suffix)
        if fixed not in (*sizes.tiers, *qualities.values):
            raise table.wrong(f"“{fixed}” is no tier of this model.", suffix)
    return variants


def _lifecycle(table: Table) -> Lifecycle:
    lifecycle = Lifecycle(
        status=cast(Status, table.choice("status", STATUSES, "available")),
        shutdown=table.take("shutdown", date) if "shutdown" in table else None,
        successor=table.take("successor", str, "") or None,
    )
    table.finish()
    return lifecycle


def _about(table: Table) -> About:
    about = About(**{item.name: table.texts(item.name) for item in fields(About)})
    table.finish()
    return about


def _capabilities(table: Table) -> Capabilities:
    references = table.count("references", 0)
    flags = {
        item.name: table.take(item.name, bool, bool(item.default))
        for item in fields(Capabilities)
        if item.name != "references"
    }
    table.finish()
    return Capabilities(references=references, **flags)


def _qualities(table: Table) -> Qualities:
    values = table.texts("values")
    default = table.take("default", str, values[len(values) // 2] if values else "")
    if values and default not in values:
        raise table.wrong(f"“default” must be one of {', '.join(values)}.", "default")
    aliases = table.table("aliases")
    also = {name: aliases.choice(name, values) for name in aliases.names}
    table.finish()
    return Qualities(values, default or None, also)


def _typical_seconds(table: Table, sizes: Sizes) -> dict[str, float]:
    """Read one number for every tier, or a number for each."""
    if "typical_seconds" not in table:
        return {}
    if table.holds_table("typical_seconds"):
        rows = table.table("typical_seconds")
        _only_tiers(rows, sizes)
        return {tier: float(rows.take(tier, Decimal)) for tier in rows.names}
    seconds = float(table.take("typical_seconds", Decimal))
    return dict.fromkeys(sizes.tiers, seconds)


def _only_tiers(table: Table, sizes: Sizes) -> None:
    for name in table.names:
        if name not in sizes.tiers:
            raise table.wrong(f"“{name}” is no tier of this model.", name)


def _sizes(table: Table) -> Sizes:
    """Read a table of the vendor's pixels, or work one out by the gateway's rule."""
    native = _ruled(table) if "native" not in table else _native(table.table("native"))
    shape = table.take(
        "default_shape", str, "1:1" if "1:1" in native else next(iter(native))
    )
    if shape not in native:
        raise table.wrong(f"“{shape}” is no shape of this model.", "default_shape")
    nearest_to_1k = nearest(
        area_of("1K"), {tier: area_of(tier) for tier in native[shape]}
    )
    tier = table.take("default_tier", str, nearest_to_1k)
    if tier not in native[shape]:
        raise table.wrong(f"“{tier}” is no tier of {shape}.", "default_tier")
    free = _free(table.table("free")) if "free" in table else None
    is_approximate = table.take("approximate", bool, False)
    table.finish()
    return Sizes(native, shape, tier, free, is_approximate)


def _ruled(table: Table) -> dict[str, dict[str, Pixels]]:
    table.choice("rule", ("area",), "area")
    shapes, tiers = table.texts("shapes", SHAPES), table.texts("tiers", ("1K",))
    _check_scales(table, "shapes", shapes)
    _check_scales(table, "tiers", tiers)
    native = native_by_area(shapes, tiers)
    if not all(
        is_sensible(pixels) for row in native.values() for pixels in row.values()
    ):
        raise table.wrong("These tiers make pictures that are too large.", "tiers")
    return native


def _native(table: Table) -> dict[str, dict[str, Pixels]]:
    if not table.names:
        raise table.wrong("“native” needs at least one shape.")
    native: dict[str, dict[str, Pixels]] = {}
    for shape in table.names:
        _check_scales(table, "shapes", (shape,))
        row = table.table(shape)
        _check_scales(row, "tiers", row.names)
        native[shape] = {tier: _pixels(row, tier) for tier in row.names}
    return native


def _check_scales(table: Table, kind: str, names: Iterable[str]) -> None:
    """Check that shapes look like 16:9 and tiers like 2K, and that there are some."""
    names = tuple(names)
    read, like = (ratio_in, "16:9") if kind == "shapes" else (tier_area_in, "2K or 4MP")
    if not names:
        raise table.wrong(f"At least one of the {kind} is needed, like {like}.")
    for name in names:
        if read(name) is None:
            raise table.wrong(
                f"“{name}” does not look like {like}.", name if name in table else kind
            )


def _pixels(row: Table, tier: str) -> Pixels:
    text = row.take(tier, str)
    pixels = pixels_in(text)
    if pixels is None or not is_sensible(pixels):
        raise row.wrong(f"“{text}” must be pixels, like 1376x768.", tier)
    return pixels


def _free(table: Table) -> FreeSizes:
    usual = FreeSizes()
    stretch = table.take("most_stretch", Decimal, Decimal(usual.most_stretch))
    limits = FreeSizes(
        multiple_of=table.count("multiple_of", usual.multiple_of, least=1),
        least_side=table.count("least_side", usual.least_side, least=1),
        most_side=table.count("most_side", usual.most_side, least=1),
        least_pixels=table.count("least_pixels", usual.least_pixels, least=1),
        most_pixels=table.count("most_pixels", usual.most_pixels, least=1),
        most_stretch=float(stretch),
    )
    table.finish()
    return limits


def _offer(table: Table, sizes: Sizes) -> Offer:
    offer = Offer(
        provider=table.take("provider", str),
        upstream=table.take("upstream", str),
        edit_upstream=table.take("edit_upstream", str, ""),
        parameters=_parameters(table.table("parameters")),
        passes=table.texts("passes"),
        always=table.take("always", dict, {}),
        n_per_call=table.count("n_per_call", 1, least=1),
        cost_usd=read_rates(table, "cost_usd"),
        reference_usd=read_amount(table, "reference_usd"),
        search_usd=read_amount(table, "search_usd"),
        charges_on=cast(ChargesOn, table.choice("charges_on", CHARGES_ON, "picture")),
        tiers=_some(table, "tiers", sizes.tiers),
        references=table.count("references", 0) if "references" in table else None,
        lacks=_some(table, "lacks", LACKS),
    )
    table.finish()
    return offer


def _some(table: Table, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Take a list of some of the words that are known."""
    words = table.texts(key)
    if not set(words) <= set(known):
        raise table.wrong(f"“{key}” may name {', '.join(known)}.", key)
    return words


def _parameters(table: Table) -> dict[str, Parameter]:
    for name in table.names:
        if name not in FIELDS:
            raise table.wrong(f"“{name}” is no field of ours.", name)
    return {name: _parameter(name, table.table(name)) for name in table.names}


def _parameter(name: str, table: Table) -> Parameter:
    renamed = "name" in table
    parameter = Parameter(
        behaviour=cast(
            Behaviour,
            table.choice(
                "behaviour", BEHAVIOURS, "renamed" if renamed else "passthrough"
            ),
        ),
        upstream=table.take("name", str, name),
        form=table.choice("form", FORMS.get(name, ("",)), ""),
        values=table.take("values", dict, {}),
    )
    table.finish()
    return parameter
