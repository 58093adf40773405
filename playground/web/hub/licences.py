"""What a licence is called in the reader's language, where it goes by words and no name."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

IN_WORDS: Mapping[str, Promise] = {
    "Proprietary, by API only": _("Proprietary, by API only"),
    "MIT, part of Easel": _("MIT, part of Easel"),
}


def called(licence: str) -> str:
    return str(IN_WORDS.get(licence, licence))
