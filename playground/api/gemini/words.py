"""What the Gemini dialect reads, field by field, in either of Google's spellings.

One call mixes `imageConfig` with `mime_type`; `null` equals absent. What is unknown
travels along under its own name and is remarked on if nobody wants it.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool, StrictStr
from pydantic.alias_generators import to_camel

from playground.generation.terms import Said


def listed(said: Any) -> Any:
    """Read one thing as a list of one."""
    return [said] if isinstance(said, dict | str) else said


def number(said: Any) -> Any:
    if isinstance(said, bool):
        raise ValueError("Input should be a number")
    return said


Number = Annotated[int, BeforeValidator(number)]


class Words(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="allow"
    )

    def unread(self, under: str = "") -> dict[str, Any]:
        """Return what was said and is unknown here, by where it stands."""
        said = self.__pydantic_extra__ or {}
        return {under + to_camel(name): said[name] for name in said}


class InlineData(Words):
    data: StrictStr
    mime_type: StrictStr | None = None


class FileData(Words):
    file_uri: StrictStr
    mime_type: StrictStr | None = None


class Part(Words):
    text: StrictStr | None = None
    inline_data: InlineData | None = None
    file_data: FileData | None = None
    thought: StrictBool | None = None
    thought_signature: StrictStr | None = None

    @property
    def has_picture(self) -> bool:
        return bool(self.inline_data or self.file_data)


Parts = Annotated[list[Part], BeforeValidator(listed)]


class Content(Words):
    role: StrictStr | None = None
    parts: Parts | None = None


Contents = Annotated[list[Content], BeforeValidator(listed)]


class OutputOptions(Words):
    mime_type: StrictStr | None = None
    compression_quality: Number | None = None


class ImageConfig(Words):
    aspect_ratio: StrictStr | None = None
    image_size: StrictStr | None = None
    image_output_options: OutputOptions | None = None
    output_mime_type: StrictStr | None = None
    output_compression_quality: Number | None = None


class ImageFormat(Words):
    aspect_ratio: StrictStr | None = None
    image_size: StrictStr | None = None
    mime_type: StrictStr | None = None
    delivery: StrictStr | None = None


class ResponseFormat(Words):
    image: ImageFormat | None = None


class GenerationConfig(Words):
    response_modalities: Annotated[list[StrictStr], BeforeValidator(listed)] | None = (
        None
    )
    image_config: ImageConfig | None = None
    response_format: Annotated[list[ResponseFormat], BeforeValidator(listed)] | None = (
        None
    )
    candidate_count: Number | None = None
    seed: Number | None = None


class Terms(Words):
    """What is said beside the picture: Google's labels, or ours by our names."""

    user: StrictStr | None = None
    labels: dict[StrictStr, StrictStr] | None = None
    metadata: dict[StrictStr, StrictStr] | None = None
    retention: StrictStr | None = None
    quote_id: StrictStr | None = None
    dry_run: StrictBool | None = None
    provider: dict[StrictStr, Any] | StrictStr | None = None
    models: list[StrictStr] | None = None
    fallback_on_refusal: StrictBool | None = None

    def said(self) -> Said:
        labels = {**(self.labels or {}), **(self.metadata or {})}
        return Said(
            user=self.user,
            metadata=labels or None,
            retention=self.retention,
            quote_id=self.quote_id,
            dry_run=self.dry_run,
            provider=self.provider,
            models=tuple(self.models) if self.models else None,
            fallback_on_refusal=self.fallback_on_refusal,
        )


class GenerateIn(Terms):
    """The body of POST models/{model}:generateContent."""

    contents: Contents
    generation_config: GenerationConfig | None = None
