"""What billing remembers: the books, what is sold, and whose credits they were."""

from billing.models.books import Clawback, Hold, KeyBudget, Transfer, Wallet
from billing.models.closed import ClosedMonth
from billing.models.gifts import PromoCode, PromoUse
from billing.models.lots import Draw, Lot, Reckoning
from billing.models.sales import (
    BillingDetails,
    Card,
    Customer,
    Mode,
    Reversal,
    StripeEvent,
    StripePayment,
    TillObject,
    TopUpRule,
)

__all__ = [
    "BillingDetails",
    "Card",
    "Clawback",
    "ClosedMonth",
    "Customer",
    "Draw",
    "Hold",
    "KeyBudget",
    "Lot",
    "Mode",
    "PromoCode",
    "PromoUse",
    "Reckoning",
    "Reversal",
    "StripeEvent",
    "StripePayment",
    "TillObject",
    "TopUpRule",
    "Transfer",
    "Wallet",
]
