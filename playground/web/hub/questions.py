"""What people ask about a model, answered from what the catalogue knows of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.generation.facts import providers_of
from playground.generation.offered import Model
from playground.web.hub.licences import called


@dataclass(frozen=True, slots=True)
class Question:
    asked: str
    answer: str


def questions_of(model: Model) -> list[Question]:
    return [Question(asked, answer) for asked, answer in told(model)]


def told(model: Model) -> Iterable[tuple[str, str]]:
    yield (
        _("When am I charged?"),
        _(
            "When a picture arrives, and for nothing else. Credits are set aside when"
            " you ask; what is refused, empty, late or cancelled costs nothing."
        ),
    )
    yield _("What happens when a provider is down?"), fallback_words(model)
    yield _("Can it change a picture of mine?"), edit_words(model)
    yield _("Does a seed give the same picture again?"), seed_words(model)
    yield (
        _("Can I ask for several at once?"),
        _(
            "Yes, with n, up to %(most)d. Where a provider paints one at a time Easel"
            " asks several times at once."
        )
        % {"most": model.n_max},
    )
    yield _("Can I use the pictures commercially?"), licence_words(model)
    if last_day := model.lifecycle.shutdown:
        yield _("How long will it be there?"), lifecycle_words(model, last_day)


def fallback_words(model: Model) -> str:
    names = providers_of(model)
    if len(names) == 1:
        words = {"provider": names[0]}
        return (
            _(
                "%(provider)s is the only one who paints it, so the request fails and"
                " costs nothing. Name other models in `models` to have one stand in."
            )
            % words
        )
    return _(
        "The request goes on to the next of %(providers)s that is connected here, and"
        " its metadata lists every try."
    ) % {"providers": ", ".join(names)}


def edit_words(model: Model) -> str:
    can = model.capabilities
    if not can.edit:
        return _("No, it paints from words alone.")
    said = ngettext(
        "Yes: send a picture and say what to change.",
        "Yes: send up to %(count)d pictures and say what to change.",
        can.references,
    ) % {"count": can.references}
    if can.mask:
        return said + " " + _("A mask says where it may change.")
    return said + " " + _("It takes no mask: say in words where.")


def seed_words(model: Model) -> str:
    if not model.capabilities.seed:
        return _("It takes no seed, so every picture is new.")
    return _(
        "It takes a seed. The same provider may then paint the same again; another"
        " provider paints another picture."
    )


def licence_words(model: Model) -> str:
    words = {"licence": called(model.licence) or _("unknown to us")}
    return (
        _(
            "That is between you and the model's vendor: its licence is “%(licence)s”."
            " Easel claims no right to your pictures."
        )
        % words
    )


def lifecycle_words(model: Model, last_day: date) -> str:
    day = date_format(last_day, "SHORT_DATE_FORMAT")
    words = {"day": day, "next": model.lifecycle.successor}
    if model.lifecycle.successor:
        return _("Its vendor ends it on %(day)s; %(next)s follows.") % words
    return _("Its vendor promises it until %(day)s.") % words
