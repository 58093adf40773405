"""Everything that can go wrong with an order, and who can mend it.

    EaselError                      costs nothing, whoever's fault it is
    ├── BadRequest            400   the caller: change the request
    │   ├── ModelNotFound     404   the caller: pick another model
    │   ├── AgainstRules      400   the caller: the operator's rules forbid this prompt
    │   ├── TooLarge          413   the caller: send less
    │   └── WrongMedia        415   the caller: send it another way
    ├── NotFound              404   the caller: this is not, or no longer, yours
    ├── Unauthorized          401   the caller: use a key that is known here
    ├── Forbidden             403   the account's owner: this key may not
    │   └── Blocked           403   the operator: this account may not
    ├── CannotPay             402   the account's owner: buy credits
    ├── KeyReused             422   the caller: a new request needs a new key
    ├── TwinAhead             409   the caller: the same order is under way; wait
    ├── TooMany               429   the caller: wait
    ├── Unpainted                   nobody delivered a picture
    │   ├── RefusedByModel    400   the caller: ask for something else
    │   ├── CalledOff         409   nobody: the account called it off itself
    │   ├── AllProvidersFailed 502  nobody; try again
    │   ├── AllProvidersBusy  429   nobody; try again in a moment
    │   └── TimedOut          504   nobody; try again
    └── OutOfService          503   the operator: database or storage is away
        ├── Draining          503   the operator: no new orders for a while
        └── PutBack           503   nobody: the order waits and will be painted

Each has a stable `code` and one sentence that is safe to show and says what to
do next. Only the doors turn them into statuses and words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass
class EaselError(Exception):
    """The root: a sentence for the caller, and the field it is about, if any."""

    message: str
    param: str | None = None
    code: str = "server_error"

    def __str__(self) -> str:
        return self.message

    @property
    def facts(self) -> Mapping[str, Any]:
        """What a program may want to know beside the words."""
        return {}


@dataclass
class BadRequest(EaselError):
    code: str = "invalid_value"


@dataclass
class ModelNotFound(BadRequest):
    code: str = "model_not_found"


@dataclass
class AgainstRules(BadRequest):
    code: str = "content_policy_violation"


@dataclass
class TooLarge(BadRequest):
    code: str = "payload_too_large"


@dataclass
class WrongMedia(BadRequest):
    code: str = "unsupported_media_type"


@dataclass
class NotFound(EaselError):
    code: str = "not_found"


@dataclass
class Unauthorized(EaselError):
    code: str = "invalid_api_key"


@dataclass
class Forbidden(EaselError):
    code: str = "model_not_allowed"


@dataclass
class Blocked(Forbidden):
    code: str = "account_blocked"


@dataclass
class CannotPay(EaselError):
    code: str = "insufficient_quota"
    required_credits: Decimal | None = None
    available_credits: Decimal | None = None

    @property
    def facts(self) -> Mapping[str, Any]:
        return {
            "required_credits": self.required_credits,
            "available_credits": self.available_credits,
        }


@dataclass
class KeyReused(EaselError):
    code: str = "idempotency_key_reused"


@dataclass
class TwinAhead(EaselError):
    code: str = "idempotency_in_progress"
    retry_after_seconds: int | None = 2


@dataclass
class TooMany(EaselError):
    code: str = "rate_limit_exceeded"
    retry_after_seconds: int | None = None


@dataclass
class Unpainted(EaselError):
    code: str = "not_painted"


@dataclass
class RefusedByModel(Unpainted):
    code: str = "moderation_blocked"


@dataclass
class CalledOff(Unpainted):
    code: str = "cancelled"


@dataclass
class AllProvidersFailed(Unpainted):
    code: str = "upstream_error"


@dataclass
class AllProvidersBusy(Unpainted):
    code: str = "upstream_busy"
    retry_after_seconds: int | None = None


@dataclass
class TimedOut(Unpainted):
    code: str = "timeout"


@dataclass
class OutOfService(EaselError):
    code: str = "out_of_service"
    retry_after_seconds: int | None = 5


@dataclass
class Draining(OutOfService):
    code: str = "maintenance"


@dataclass
class PutBack(OutOfService):
    code: str = "put_back"
