"""The settings beside a conversation: which model, how large, how many, at what price.

Only models that edit are offered. One that takes no mask says so before a mask is paid
for, and names one that does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _

from playground.generation.catalogue import catalogue
from playground.generation.channels import connected
from playground.generation.errors import BadRequest, ModelNotFound
from playground.generation.normalise import normalise
from playground.generation.offered import Model
from playground.generation.price import price_for
from playground.generation.providers.base import Trade
from playground.generation.request import Buyer, ImageRequest
from playground.generation.sizes import Pixels
from playground.generation.usual import known_seconds
from playground.web.edit_plans import Scene, planned
from playground.web.edit_wishes import RATIOS, EditWish
from playground.web.options import COUNTS, Option, may_use_tier
from playground.web.templatetags.easel import pixels, price
from playground.web.tries import GUEST_MODEL, may_be_free

ANYTHING = "…"


@dataclass(frozen=True)
class EditPanel:
    """Everything the settings show for one version and one wish."""

    scene: Scene
    model: Model
    wish: EditWish
    buyer: Buyer
    changed: tuple[str, ...] = ()
    is_following: bool = False  # nobody chose a tier: the picture's own pixels are kept

    @cached_property
    def order(self) -> ImageRequest:
        """What one picture would be ordered as."""
        return order_of(self.wish, self.scene, self.model)

    @property
    def unit_price_microcredits(self) -> int:
        return price_in(self.order, self.model, self.buyer)

    @property
    def may_be_free(self) -> bool:
        """Say whether the day's free pictures are of this kind."""
        return may_be_free(self.order.model, self.order.tier, self.buyer)

    @property
    def can_mask(self) -> bool:
        """Say whether a mask would be followed; what extends a picture is one, too."""
        return takes_masks(self.model, self.buyer)

    @property
    def most_references(self) -> int:
        """How many pictures may come along with the one that is changed."""
        return max(0, self.model.capabilities.references - 1)

    @property
    def typical_seconds(self) -> float | None:
        return known_seconds(self.model, self.order.tier)

    @property
    def delivered(self) -> Pixels:
        """The size of what will come."""
        return self.order.target_width, self.order.target_height

    @cached_property
    def tiers(self) -> tuple[Option, ...]:
        return tuple(tier_options(self))

    @cached_property
    def counts(self) -> tuple[Option, ...]:
        return tuple(
            Option(str(count), str(count), is_chosen=count == self.wish.n)
            for count in COUNTS
            if count <= self.model.n_max
        )

    @property
    def ratios(self) -> tuple[Option, ...]:
        return tuple(
            Option(one, one, is_chosen=one == self.wish.ratio) for one in RATIOS
        )

    @property
    def masking_model(self) -> Model | None:
        """A model that takes masks, for whoever painted one for a model that does not."""
        able = (one for one in editors(self.buyer) if takes_masks(one, self.buyer))
        return next(able, None)


def panel_for(wish: EditWish, scene: Scene, buyer: Buyer) -> EditPanel:
    """Draw the settings for a wish, put right where the model cannot follow it."""
    model = chosen_model(wish, scene, buyer)
    fitted, changed = fit(wish, scene, model, buyer)
    return EditPanel(scene, model, fitted, buyer, changed, not wish.tier)


def editors(buyer: Buyer) -> list[Model]:
    """The models this buyer could have a picture changed by, here and now."""
    if buyer.lane == "guest":
        return [catalogue().find(GUEST_MODEL)]
    known = filter(is_editor, catalogue().models)
    return [one for one in known if buyer.is_test or can_edit(one)]


def can_edit(model: Model) -> bool:
    """Say whether somebody who paints this model here can be sent a picture."""
    return any(trade.edits for trade in trades_of(model, "edit"))


def takes_masks(model: Model, buyer: Buyer) -> bool:
    """Say whether whoever would paint this model here follows a mask.

    The demo painter does, wherever it stands in for a model that can.
    """
    if not model.capabilities.mask or buyer.is_test:
        return model.capabilities.mask
    return any(trade.masks for trade in trades_of(model, "mask"))


def trades_of(model: Model, need: str) -> Iterable[Trade]:
    ways = connected()
    for offer in model.offers:
        if need not in offer.lacks:
            yield from (one.trade for one in ways.by_provider.get(offer.provider, ()))


def is_editor(model: Model) -> bool:
    known = model.capabilities
    return known.edit and known.references > 0 and not model.is_retired


def chosen_model(wish: EditWish, scene: Scene, buyer: Buyer) -> Model:
    """Find the wished model; otherwise who painted the version; otherwise the painter."""
    able = editors(buyer)
    picture = scene.version.picture
    asked = (
        wish.model,
        picture.generation.model if picture else "",
        settings.DEFAULT_MODEL,
    )
    for name in filter(None, asked):
        try:
            model = catalogue().find(name)
        except ModelNotFound:
            continue
        if model in able:
            return model
    return catalogue().find(GUEST_MODEL)


def fit(
    wish: EditWish, scene: Scene, model: Model, buyer: Buyer
) -> tuple[EditWish, tuple[str, ...]]:
    """Keep what the model offers; name what had to change."""
    changed = []
    shape, usual = usual_place(wish, scene, model)
    tiers = [one for one in model.sizes.native[shape] if may_use_tier(one, buyer)]
    tier = wish.tier
    if tier not in tiers:
        tier = usual if usual in tiers else tiers[-1]
        if wish.tier:
            words = {"wished": wish.tier, "tier": tier}
            changed.append(_("%(wished)s is not offered, now %(tier)s") % words)
    counts = [count for count in COUNTS if count <= model.n_max]
    n = wish.n
    if n not in counts:
        n = max(count for count in counts if count <= max(n, 1))
        changed.append(_("Now %(count)s at once") % {"count": n})
    return wish.with_settings(model=model.id, tier=tier, n=n), tuple(changed)


def usual_place(wish: EditWish, scene: Scene, model: Model) -> tuple[str, str]:
    """Return the shape that comes nearest to what is wanted, and its nearest tier."""
    frame = wish.lenient_frame(scene.version.size)
    width, height = frame.around(scene.version.size)
    shape = model.sizes.nearest_shape(width / height)
    return shape, model.sizes.nearest_tier(width * height, shape)


def tier_options(panel: EditPanel) -> Iterable[Option]:
    """Each tier with the pixels that would come, and what a picture costs in it."""
    shape, _usual = usual_place(panel.wish, panel.scene, panel.model)
    for tier in panel.model.sizes.native[shape]:
        wish = replace(panel.wish, tier=tier)
        order = order_of(wish, panel.scene, panel.model)
        yield Option(
            value=tier,
            label=tier,
            note=pixels((order.target_width, order.target_height)),
            is_chosen=tier == panel.wish.tier and not panel.is_following,
            is_off=not may_use_tier(tier, panel.buyer),
        )


def price_in(order: ImageRequest, model: Model, buyer: Buyer) -> int:
    return price_for(buyer, model, order)


def order_of(wish: EditWish, scene: Scene, model: Model) -> ImageRequest:
    """Return what one picture would be ordered as.

    What cannot be ordered as it stands is told as if it were a plain edit; the reason
    is said when it is asked for.
    """
    words = replace(wish, prompt=wish.prompt or ANYTHING, n=1)
    try:
        return normalise(planned(words, scene, model).ask, catalogue(), "")
    except BadRequest:
        plain = EditWish(prompt=ANYTHING, model=model.id, tier=wish.tier)
        return normalise(planned(plain, scene, model).ask, catalogue(), "")


@dataclass(frozen=True, slots=True)
class Editor:
    """One row of the models to choose from. Only a usable one can be chosen."""

    model: Model
    cost: str
    typical_seconds: float | None
    note: str
    is_chosen: bool
    is_usable: bool


def editor_rows(panel: EditPanel) -> Callable[[], list[Editor]]:
    """List the models that edit when somebody looks; those that are here come first."""

    def listed() -> list[Editor]:
        rows = [row(one, panel) for one in catalogue().models if is_editor(one)]
        return sorted(rows, key=lambda one: not one.is_usable)

    return listed


def row(model: Model, panel: EditPanel) -> Editor:
    payer = replace(panel.buyer, is_test=False)
    if payer.lane == "guest" and model.id != GUEST_MODEL:
        payer = replace(payer, lane="browser")
    wish, _changed = fit(replace(panel.wish, tier="", n=1), panel.scene, model, payer)
    return Editor(
        model=model,
        cost=price(price_in(order_of(wish, panel.scene, model), model, payer)),
        typical_seconds=known_seconds(model, wish.tier),
        note=note_on(model, panel.buyer),
        is_chosen=model == panel.model,
        is_usable=model in editors(panel.buyer),
    )


def note_on(model: Model, buyer: Buyer) -> str:
    """Say why it cannot be chosen, or what it can do with a picture."""
    if model not in editors(buyer):
        is_here = can_edit(model)
        return _("Create an account to use") if is_here else _("Not connected here")
    known = model.capabilities
    said = [
        _("masks, more around the picture")
        if takes_masks(model, buyer)
        else _("takes no mask"),
        _("remembers the conversation") if known.multi_turn else "",
        _("up to %(count)d pictures") % {"count": known.references},
    ]
    return ", ".join(filter(None, said)).capitalize()
