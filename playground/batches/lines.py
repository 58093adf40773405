"""One line of a batch's file: read, checked, and said in the words of the house.

A line's body is what the endpoint itself would take, and is read by the same schema and
the same functions. What belongs to the batch as a whole is refused in a line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.utils.translation import gettext as _
from pydantic import ValidationError

from playground.api.edits import EditsIn, form_said_by
from playground.api.errors import wrong_field
from playground.api.forms import PictureForm
from playground.api.schemas import GenerationsIn
from playground.batches.models import LONGEST_CUSTOM_ID, Batch
from playground.generation.errors import BadRequest, EaselError, TooLarge
from playground.generation.quoting import is_text, quoted
from playground.generation.request import Ask, Terms
from playground.generation.terms import terms_of

MEGABYTE = 1024 * 1024
MOST_BYTES = 32 * MEGABYTE  # pictures may stand in it, as data: URIs
SCHEMAS = {Batch.Endpoint.GENERATIONS: GenerationsIn, Batch.Endpoint.EDITS: EditsIn}
DOORS = {
    Batch.Endpoint.GENERATIONS: "images.generations",
    Batch.Endpoint.EDITS: "images.edits",
}
OF_THE_BATCH = frozenset(
    {"stream", "webhook_url", "webhook_events", "quote_id", "dry_run", "dryRun"}
)
OF_PICTURES = frozenset(EditsIn.model_fields) - frozenset(GenerationsIn.model_fields)


@dataclass(frozen=True, slots=True)
class Read:
    """A line that can be read. Where its pictures are stands in `form`, for an edit."""

    number: int
    custom_id: str
    body: dict[str, Any]
    asked: GenerationsIn
    form: PictureForm | None = None

    @property
    def words(self) -> dict[str, Any]:
        """Return the body without its pictures, which are kept elsewhere."""
        return {
            name: said for name, said in self.body.items() if name not in OF_PICTURES
        }


def read_line(text: bytes, number: int, endpoint: str) -> Read:
    """Read one line, or say what is wrong with it; nothing is looked up."""
    if len(text) > MOST_BYTES:
        message = _("A line is at most %(limit)d MB.")
        raise TooLarge(message % {"limit": MOST_BYTES // MEGABYTE})
    try:
        line = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest(_("This line is not valid JSON."), code="bad_json") from error
    if not isinstance(line, dict):
        raise BadRequest(_("A line is one JSON object."), code="bad_json")
    custom_id = custom_id_in(line)
    check_address(line, endpoint)
    body = line.get("body")
    if not isinstance(body, dict):
        raise missing("body")
    asked, form = body_in(body, endpoint)
    return Read(number, custom_id, body, asked, form)


def custom_id_in(line: Mapping[str, Any]) -> str:
    name = line.get("custom_id")
    if name is None:
        raise missing("custom_id")
    if isinstance(name, str) and 0 < len(name) <= LONGEST_CUSTOM_ID and is_text(name):
        return name
    message = _("custom_id is a text of 1 to %(limit)d characters.")
    raise BadRequest(message % {"limit": LONGEST_CUSTOM_ID}, param="custom_id")


def check_address(line: Mapping[str, Any], endpoint: str) -> None:
    if line.get("method") != "POST":
        raise BadRequest(_("method is POST."), param="method")
    if line.get("url") != endpoint:
        message = _("url is the endpoint of the batch: %(endpoint)s.")
        raise BadRequest(message % {"endpoint": endpoint}, param="url")


def missing(name: str) -> BadRequest:
    message = _("This line has no %(name)s.") % {"name": name}
    return BadRequest(message, param=name, code="missing_required_parameter")


def body_in(
    body: dict[str, Any], endpoint: str
) -> tuple[GenerationsIn, PictureForm | None]:
    """Read a body as its endpoint would; what is wrong is named within the line."""
    for name in sorted(OF_THE_BATCH & body.keys()):
        if body[name] not in (None, False):
            message = _("%(name)s is said of a batch as a whole, or not at all.")
            raise BadRequest(message % {"name": name}, param=f"body.{name}")
    try:
        asked = SCHEMAS[Batch.Endpoint(endpoint)].model_validate(body)
        form = form_said_by(body, asked) if isinstance(asked, EditsIn) else None
    except ValidationError as error:
        raise in_line(wrong_field(error.errors(include_url=False))) from error
    except EaselError as error:
        raise in_line(error) from error
    return asked, form


def in_line(error: EaselError) -> EaselError:
    """Name the field as it is found in the line."""
    if error.param:
        error.param = f"body.{error.param}"
    return error


def named_twice(custom_id: str, first: int) -> BadRequest:
    message = _("The custom_id %(name)s stands in line %(first)d already.")
    words = {"name": quoted(custom_id), "first": first}
    return BadRequest(message % words, param="custom_id")


def asked_again(
    body: dict[str, Any], sources: dict[str, Any] | None, endpoint: str
) -> tuple[Ask, Terms]:
    """Read back what a line that was checked asks for, with its stored pictures."""
    asked = SCHEMAS[Batch.Endpoint(endpoint)].model_validate(body)
    ask, terms = asked.to_ask(), terms_of(asked.said())
    if sources is None:
        return ask, terms
    width, height = sources["first_size"]
    stored = replace(
        ask,
        references=tuple(sources["references"]),
        mask=sources["mask"],
        first_size=(width, height),
    )
    return stored, terms


def sources_in(ask: Ask) -> dict[str, Any]:
    """Return what has to be kept of an edit's pictures."""
    return {
        "references": list(ask.references),
        "mask": ask.mask,
        "first_size": ask.first_size,
    }
