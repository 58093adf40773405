"""Which card processor this instance has: Stripe with a key, else the test till, or none."""

from django.conf import settings

from billing import till
from billing.at_stripe import Stripe
from billing.models import Mode
from billing.processing import Processor
from billing.till import Till

LIVE_KEYS = ("sk_live_", "rk_live_")


def processor() -> Processor:
    return Stripe() if settings.STRIPE_SECRET_KEY else Till()


def is_open() -> bool:
    """Say whether credits can be bought here at all."""
    return bool(settings.STRIPE_SECRET_KEY) or till.is_open()


def is_live() -> bool:
    """Say whether real money is taken here: the two modes never mix."""
    return settings.STRIPE_SECRET_KEY.startswith(LIVE_KEYS)


def mode() -> Mode:
    """Say whose customers and cards are known here."""
    if is_live():
        return Mode.LIVE
    return Mode.TEST if settings.STRIPE_SECRET_KEY else Mode.TILL
