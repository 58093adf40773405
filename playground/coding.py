"""What a code of an error is: how it is answered, what it means and what to do."""

from dataclasses import dataclass

from django.utils.functional import Promise

CALLER, KEY, MONEY = "invalid_request_error", "permission_error", "insufficient_quota"
RATE, REFUSED, OURS = "rate_limit_error", "image_generation_user_error", "server_error"


@dataclass(frozen=True, slots=True)
class Code:
    """One code. `is_final`: clients that try again by themselves should not."""

    status: int
    kind: str
    meaning: Promise
    hint: Promise
    is_final: bool = False
