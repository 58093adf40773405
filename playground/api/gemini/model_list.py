"""GET models, as Google's clients list them: names, what they read and what they do."""

from typing import Any

from django.utils.translation import gettext as _

from playground.api.gemini.tokens import LETTERS_A_TOKEN, picture_tokens
from playground.generation.catalogue import Model, catalogue
from playground.generation.errors import BadRequest

USUAL_PAGE, LARGEST_PAGE = 50, 1000
METHODS = ("generateContent", "streamGenerateContent", "countTokens", "predict")


def listed(page_size: str, page_token: str) -> dict[str, Any]:
    """Return one page of the models that can be asked for, and the next one's token."""
    models = [model for model in catalogue().models if not model.is_retired]
    size = number_in(page_size, "pageSize") or USUAL_PAGE
    start = number_in(page_token, "pageToken")
    end = start + min(size, LARGEST_PAGE)
    page: dict[str, Any] = {"models": [model_out(one) for one in models[start:end]]}
    if end < len(models):
        page["nextPageToken"] = str(end)
    return page


def number_in(text: str, name: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(
            _("%(name)s is a number that this list gave you, or none.")
            % {"name": name},
            param=name,
        )
    return int(text)


def model_out(model: Model) -> dict[str, Any]:
    return {
        "name": f"models/{model.id}",
        "version": "1",
        "displayName": model.name,
        "description": model.description,
        "inputTokenLimit": model.prompt_characters // LETTERS_A_TOKEN,
        "outputTokenLimit": model.n_max * max(map(picture_tokens, model.tiers)),
        "supportedGenerationMethods": list(METHODS),
    }
