"""The codes of files and batches."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from playground.coding import CALLER, Code

BATCHES: Mapping[str, Code] = MappingProxyType(
    {
        "file_not_found": Code(
            404,
            CALLER,
            _("There is no file of this id in your account, or it is no longer kept."),
            _("GET /v1/files lists them; their ids begin with file_."),
        ),
        "batch_not_found": Code(
            404,
            CALLER,
            _("There is no batch of this id in your account."),
            _("GET /v1/batches lists them; their ids begin with batch_."),
        ),
        "over_max_credits": Code(
            400,
            CALLER,
            _("The lines of the batch may cost more than max_credits together."),
            _("Take lines out, or allow more."),
        ),
        "batch_not_quoted": Code(
            409,
            CALLER,
            _("The batch does not wait to be started."),
            _("GET /v1/batches/<id> says how it stands."),
            is_final=True,
        ),
        "batch_cancelled": Code(
            409,
            CALLER,
            _("The batch was cancelled before this line was begun."),
            _("Send the line in another batch if it is still wanted."),
            is_final=True,
        ),
        "batch_expired": Code(
            409,
            CALLER,
            _("The batch's day was over before this line was begun."),
            _("Send the line in another batch."),
            is_final=True,
        ),
    }
)
