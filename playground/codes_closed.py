"""The codes of what the operator has closed: some prompts, an account, the whole studio."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from playground.coding import KEY, OURS, REFUSED, Code

CLOSED: Mapping[str, Code] = MappingProxyType(
    {
        "content_policy_violation": Code(
            400,
            REFUSED,
            _("The operator's rules forbid this prompt. Nothing was charged."),
            _(
                "Change the prompt: the message names the rule; the content policy says why."
            ),
        ),
        "account_blocked": Code(
            403,
            KEY,
            _("The operator has blocked the account."),
            _(
                "Write to the operator by the contact page; what is under way is finished."
            ),
            is_final=True,
        ),
        "maintenance": Code(
            503,
            OURS,
            _("Easel is being worked on and takes no new orders for a while."),
            _("Wait as long as Retry-After says; what is under way is finished."),
        ),
        "moderation_unavailable": Code(
            503,
            OURS,
            _("The service that looks at prompts is away, and nothing passes unseen."),
            _("Wait as long as Retry-After says and try again."),
        ),
    }
)
