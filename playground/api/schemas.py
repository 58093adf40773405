"""What the OpenAI dialect reads, field by field. `null` equals absent."""

from dataclasses import fields
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from playground.generation.request import Ask, Fit, ResponseFormat
from playground.generation.terms import NOTHING_SAID, Said


class GenerationsIn(BaseModel):
    """The body of POST /v1/images/generations."""

    model_config = ConfigDict(extra="allow")

    prompt: StrictStr
    model: StrictStr | None = None
    n: StrictInt | None = None
    size: StrictStr | None = None
    aspect_ratio: StrictStr | None = None
    resolution: StrictStr | None = None
    fit: Fit | None = None
    quality: StrictStr | None = None
    seed: StrictInt | None = None
    negative_prompt: StrictStr | None = None
    response_format: ResponseFormat | None = None
    output_format: StrictStr | None = None
    output_compression: StrictInt | None = None
    stream: StrictBool | None = None
    partial_images: Annotated[StrictInt, Field(ge=0, le=3)] | None = None
    user: StrictStr | None = None
    safety_identifier: StrictStr | None = None
    metadata: dict[StrictStr, StrictStr] | None = None
    retention: StrictStr | None = None
    webhook_url: StrictStr | None = None
    webhook_events: list[StrictStr] | StrictStr | None = None
    quote_id: StrictStr | None = None
    dry_run: StrictBool | None = None
    dryRun: StrictBool | None = None
    provider: dict[StrictStr, Any] | StrictStr | None = None
    models: list[StrictStr] | StrictStr | None = None
    fallback_on_refusal: StrictBool | None = None

    def said(self) -> Said:
        """Return what is said beside the picture."""
        if self.model_fields_set.isdisjoint(BESIDE):
            return NOTHING_SAID
        return Said(
            user=self.safety_identifier or self.user,
            metadata=self.metadata,
            retention=self.retention,
            webhook_url=self.webhook_url,
            webhook_events=listed(self.webhook_events),
            quote_id=self.quote_id,
            dry_run=self.dryRun if self.dry_run is None else self.dry_run,
            stream=self.stream or None,
            previews=self.partial_images or None,
            provider=self.provider,
            models=listed(self.models),
            fallback_on_refusal=self.fallback_on_refusal,
        )

    def to_ask(self) -> Ask:
        """Say the same in the words of the house; what is unknown travels along."""
        extras = {
            name: value
            for name, value in (self.__pydantic_extra__ or {}).items()
            if value is not None
        }
        return Ask(
            prompt=self.prompt,
            model=self.model,
            n=self.n,
            size=self.size,
            aspect_ratio=self.aspect_ratio,
            resolution=self.resolution,
            fit=self.fit,
            quality=self.quality,
            seed=self.seed,
            negative_prompt=self.negative_prompt,
            response_format=self.response_format,
            output_format=self.output_format,
            output_compression=self.output_compression,
            extras=tuple(extras.items()),
        )


BESIDE = frozenset(GenerationsIn.model_fields) - {one.name for one in fields(Ask)}


def listed(events: list[str] | str | None) -> tuple[str, ...] | None:
    """Read names that may stand in a list, or in one line as forms have them."""
    if events is None:
        return None
    names = events.split(",") if isinstance(events, str) else events
    return tuple(name.strip() for name in names)


class Refusal(BaseModel):
    """OpenAI's error envelope."""

    class Error(BaseModel):
        message: str
        type: str
        param: str | None
        code: str | None

    error: Error


ERRORS = {
    status: Refusal
    for status in (400, 401, 402, 404, 409, 413, 415, 422, 429, 500, 502, 503, 504)
}
