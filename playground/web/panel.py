"""The settings beside the prompt: what this model can do, drawn and priced.

A wish is made to fit the model: what still fits is kept, and what had to change
is said in one line. Each tier carries its price, so that the page can multiply at
once while the server answers.
"""

from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.generation.catalogue import Model, catalogue
from playground.generation.channels import connected
from playground.generation.errors import ModelNotFound
from playground.generation.quoting import quoted
from playground.generation.request import Buyer
from playground.generation.usual import known_seconds
from playground.web.advanced import Advanced, advanced_of
from playground.web.options import (
    FORMATS,
    Option,
    count_options,
    counts_of,
    may_use_tier,
    shape_options,
    sizes_of,
    tier_options,
    unit_price_of,
)
from playground.web.tries import GUEST_MODEL
from playground.web.wishes import AUTO, FORMAT, Wish


@dataclass(frozen=True, slots=True)
class Rival:
    """Another model of a comparison: what it would be asked, and what had to change."""

    model: Model
    wish: Wish
    unit_price_microcredits: int
    changed: tuple[str, ...] = ()

    @property
    def typical_seconds(self) -> float | None:
        return known_seconds(self.model, self.wish.tier)


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the settings show for one wish. Its price is that of all its models."""

    model: Model
    wish: Wish
    shapes: tuple[Option, ...]
    tiers: tuple[Option, ...]
    counts: tuple[Option, ...]
    formats: tuple[Option, ...]
    advanced: Advanced
    own_price_microcredits: int
    rivals: tuple[Rival, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def unit_price_microcredits(self) -> int:
        others = sum(rival.unit_price_microcredits for rival in self.rivals)
        return self.own_price_microcredits + others

    @property
    def typical_seconds(self) -> float | None:
        return known_seconds(self.model, self.wish.tier)

    @property
    def most_references(self) -> int:
        """How many pictures all of these models can look at."""
        models = [self.model, *(rival.model for rival in self.rivals)]
        return min(references_of(model) for model in models)

    @property
    def blind(self) -> Model | None:
        """The model that cannot look at the pictures that were added, if there is one."""
        models = [self.model, *(rival.model for rival in self.rivals)]
        cannot = [model for model in models if not references_of(model)]
        return cannot[0] if cannot and self.wish.references else None


def references_of(model: Model) -> int:
    return model.capabilities.references if model.capabilities.edit else 0


def panel_for(wish: Wish, buyer: Buyer) -> Panel:
    """Draw the settings for a wish, put right where the model cannot follow it."""
    model = chosen_model(wish, buyer)
    fitted, changed = fit(wish, model, buyer)
    rivals = tuple(rivals_of(fitted, buyer))
    if wish.is_compared and not rivals and buyer.lane != "guest":
        changed = (*changed, _("Only one model is here: rehearse to compare others"))
    models = [model, *(rival.model for rival in rivals)]
    if (n := fewest(fitted.n, counts_of(models))) != fitted.n:
        changed = (*changed, _("Now %(count)s at once") % {"count": n})
        rivals = tuple(replace(one, wish=replace(one.wish, n=n)) for one in rivals)
    named = tuple(rival.model.id for rival in rivals)
    fitted = replace(fitted, n=n, rivals=named)
    return Panel(
        model=model,
        wish=fitted,
        shapes=tuple(shape_options(fitted, model)),
        tiers=tuple(tier_options(fitted, models, buyer)),
        counts=tuple(count_options(fitted, models)),
        formats=tuple(
            Option(value, label, is_chosen=value == fitted.output_format)
            for value, label in FORMATS.items()
        ),
        advanced=advanced_of(fitted, model),
        own_price_microcredits=unit_price_of(fitted, model, buyer),
        rivals=rivals,
        changed=changed,
    )


def rivals_of(wish: Wish, buyer: Buyer) -> list[Rival]:
    """Make the wish fit each other model; guests compare nothing."""
    if buyer.lane == "guest":
        return []
    rivals = []
    for name in wish.rivals or first_rival(wish, buyer):
        model = usable_model(name, wish, buyer)
        if model is None:
            continue
        own, changed = fit(wish, model, buyer)
        price = unit_price_of(own, model, buyer)
        rivals.append(Rival(model, own, price, changed))
    return rivals


def first_rival(wish: Wish, buyer: Buyer) -> tuple[str, ...]:
    """Propose whom to compare with, when somebody begins to compare."""
    if not wish.is_compared:
        return ()
    others = (one.id for one in catalogue().models if one.id != wish.model)
    able = (name for name in others if usable_model(name, wish, buyer))
    return tuple(list(able)[:1])


def chosen_model(wish: Wish, buyer: Buyer) -> Model:
    """Find the wished model; a guest, or somebody without a wish, gets the painter."""
    if buyer.lane == "guest":
        return catalogue().find(GUEST_MODEL)
    wished = wish.model or settings.DEFAULT_MODEL or GUEST_MODEL
    return usable_model(wished, wish, buyer) or catalogue().find(GUEST_MODEL)


def usable_model(name: str, wish: Wish, buyer: Buyer) -> Model | None:
    """Find a model that could paint this from here; a rehearsal needs no provider."""
    try:
        model = catalogue().find(name)
    except ModelNotFound:
        return None
    is_able = is_for_words(model) or (wish.references and references_of(model))
    is_here = buyer.is_test or is_connected(model)
    return model if is_able and is_here and not model.is_retired else None


def is_for_words(model: Model) -> bool:
    """Say whether it paints from words alone, and still does."""
    return model.capabilities.generate and not model.is_retired


def is_connected(model: Model) -> bool:
    """Say whether any provider of this model could be called from here."""
    return any(offer.provider in connected() for offer in model.offers)


def fit(wish: Wish, model: Model, buyer: Buyer) -> tuple[Wish, tuple[str, ...]]:
    """Keep what the model offers; name what had to change."""
    changed = []
    shape, tier, kind = wish.shape, wish.tier, wish.output_format
    if shape != AUTO and shape not in model.shapes:
        shape = AUTO
        changed.append(_("%(shape)s is not offered, now Auto") % {"shape": wish.shape})
    tiers = [one for one in sizes_of(model, shape) if may_use_tier(one, buyer)]
    if tier not in tiers:
        tier = model.default_tier if model.default_tier in tiers else tiers[-1]
        if wish.tier:
            words = {"wished": wish.tier, "tier": tier}
            changed.append(_("%(wished)s is not offered, now %(tier)s") % words)
    if (n := fewest(wish.n, counts_of([model]))) != wish.n:
        changed.append(_("Now %(count)s at once") % {"count": n})
    if kind not in FORMATS:
        words = {"wished": quoted(kind)[1:-1], "format": FORMATS[FORMAT]}
        changed.append(_("%(wished)s is not offered, now %(format)s") % words)
        kind = FORMAT
    fitted = replace(
        wish, model=model.id, shape=shape, tier=tier, n=n, output_format=kind
    )
    fitted, dropped = without_what_is_unknown(fitted, model)
    return fitted, (*changed, *dropped)


def fewest(n: int, counts: list[int]) -> int:
    """Return the number of pictures that is offered, and is not more than was asked."""
    return n if n in counts else max(one for one in counts if one <= max(n, 1))


def without_what_is_unknown(wish: Wish, model: Model) -> tuple[Wish, list[str]]:
    """Leave out what this model has no use for, aloud."""
    changed, known = [], model.capabilities
    most = references_of(model)
    if most and len(wish.references) > most:
        said = ngettext("Now %(n)s reference", "Now %(n)s references", most)
        changed.append(said % {"n": most})
        wish = replace(wish, references=wish.references[:most])
    if wish.quality and wish.quality not in model.qualities.values:
        wish = replace(wish, quality="")
    if wish.avoid and not known.negative_prompt:
        changed.append(_("Avoid is not known to it"))
        wish = replace(wish, avoid="")
    if wish.is_transparent and not known.transparent:
        changed.append(_("A transparent background is not offered"))
        wish = replace(wish, is_transparent=False)
    if wish.searches and not known.web_search:
        changed.append(_("It does not search the web"))
        wish = replace(wish, searches=False)
    named = wish.provider.partition(":")[2]
    if named and named not in {offer.provider for offer in model.offers}:
        wish = replace(wish, provider="")
    return wish, changed
