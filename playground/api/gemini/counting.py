"""countTokens: how much a conversation would be, counted without painting anything."""

from typing import Any

from django.utils.translation import gettext as _

from playground.api.gemini.conversation import pictures_in, texts_in
from playground.api.gemini.reading import Body
from playground.api.gemini.tokens import details, prompt_tokens
from playground.api.gemini.words import Contents, GenerateIn, Words
from playground.generation.errors import BadRequest


class CountIn(Words):
    """The body of POST models/{model}:countTokens."""

    contents: Contents | None = None
    generate_content_request: GenerateIn | None = None


def counted(body: Body) -> dict[str, Any]:
    """Count the words and the pictures; the pictures are not opened."""
    words = body.checked(CountIn)
    whole = words.generate_content_request
    contents = words.contents or (whole.contents if whole else [])
    if not contents:
        raise BadRequest(
            _("Send contents, or generateContentRequest with contents in it."),
            param="contents",
            code="missing_required_parameter",
        )
    texts, pictures = "".join(texts_in(contents)), pictures_in(contents, 0)
    by_kind = prompt_tokens(texts, len(pictures))
    return {
        "totalTokens": sum(by_kind.values()),
        "promptTokensDetails": details(by_kind),
    }
