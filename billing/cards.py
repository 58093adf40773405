"""Saved cards: enough to know them by, and which one is charged without being asked."""

from secrets import token_hex
from typing import cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from stripe.params.checkout import SessionCreateParams

from accounts.activity import OPERATOR, Actor, Facts, Words, note_change
from accounts.models import Deed
from billing.customers import customer_of
from billing.models import Card, Wallet
from billing.packs import packs
from billing.processing import Thing, id_of, in_full
from billing.processor import mode, processor
from billing.turns import one_writer

PURPOSE = "card"
SAVED: Words = _("Saved card")
DEFAULT: Words = _("The default card")


def cards_of(wallet: Wallet) -> list[Card]:
    """Return a wallet's cards in this mode, the default one first."""
    cards = Card.objects.filter(wallet=wallet, mode=mode())
    return list(cards.order_by("-is_default", "created_at", "pk"))


def default_card(wallet: Wallet) -> Card | None:
    return Card.objects.filter(wallet=wallet, mode=mode(), is_default=True).first()


def open_setup(wallet: Wallet, by: Actor, *, return_url: str, cancel_url: str) -> str:
    """Return the page where a card is saved without paying anything."""
    metadata = {
        "wallet": wallet.pk,
        "purpose": PURPOSE,
        "person": str(by.person_id or ""),
    }
    params: SessionCreateParams = {
        "mode": "setup",
        "customer": customer_of(wallet).pk,
        "currency": packs()[0].currency,
        "allowed_payment_method_types": ["card"],
        "metadata": metadata,
        "setup_intent_data": {"metadata": metadata},
        "success_url": f"{return_url}?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": cancel_url,
    }
    key = f"easel-{PURPOSE}-{wallet.pk}-{token_hex(8)}"
    return str(processor().open_session(params, key=key)["url"])


def keep_from_session(session: Thing) -> Card | None:
    """Keep the card of a finished setup page; of an unfinished one there is none."""
    wallet = Wallet.objects.get(pk=session["metadata"]["wallet"])
    if session.get("status") != "complete":
        return None
    full = session
    if not in_full(session.get("setup_intent")):
        full = processor().session(session["id"])
    person = str(session["metadata"].get("person") or "")
    by = Actor(person_id=int(person)) if person.isdecimal() else OPERATOR
    return keep(
        wallet, in_full(in_full(full["setup_intent"]).get("payment_method")), by
    )


def keep(wallet: Wallet, method: Thing, by: Actor) -> Card | None:
    """Write a card down; the first one a wallet has becomes its default."""
    if method.get("type") != "card":
        return None
    facts = facts_of(method)
    with one_writer(), transaction.atomic():
        Wallet.objects.select_for_update().get(pk=wallet.pk)
        card, is_new = Card.objects.update_or_create(
            pk=method["id"], wallet=wallet, mode=mode(), defaults=facts
        )
        if is_new:
            told: dict[Words, Words] = {SAVED: str(card)}
            if default_card(wallet) is None:
                choose(card)
                told[DEFAULT] = str(card)
            note_card(card, by, before={}, after=told)
    return card


def facts_of(method: Thing) -> dict[str, str | int]:
    card = method["card"]
    return {name: card[name] for name in ("brand", "last4", "exp_month", "exp_year")}


def make_default(card: Card, by: Actor) -> None:
    """Charge this one from now on."""
    with one_writer(), transaction.atomic():
        former = choose(card)
        before: Facts = {DEFAULT: str(former or "")}
        note_card(card, by, before=before, after={DEFAULT: str(card)})


def choose(card: Card) -> Card | None:
    """Make a card the default one; return which was."""
    all_of_them = Card.objects.filter(wallet=card.wallet_id, mode=card.mode)
    former = all_of_them.filter(is_default=True).first()
    all_of_them.update(is_default=False)
    all_of_them.filter(pk=card.pk).update(is_default=True)
    return former


def remove(card: Card, by: Actor) -> None:
    """Forget a card, there and here; the oldest of the others becomes the default."""
    processor().forget_card(card.pk)
    forget(card.pk, by)


def forget(card_id: str, by: Actor) -> None:
    card = Card.objects.filter(pk=card_id).first()
    if card is None:
        return
    with one_writer(), transaction.atomic():
        note_card(card, by, before={SAVED: str(card)}, after={})
        card.delete()
        if card.is_default and (rest := cards_of(card.wallet)):
            make_default(rest[0], by)


def note_card(card: Card, by: Actor, *, before: Facts, after: Facts) -> None:
    note_change(
        card.wallet.account,
        Deed.BILLING_CHANGED,
        by,
        subject=str(card),
        before=before,
        after=after,
    )


# What the processor tells of cards by itself.


def detached(method: Thing) -> None:
    forget(method["id"], OPERATOR)


def updated(method: Thing) -> None:
    """The bank sent a new card, with another number or date."""
    if method.get("type") == "card":
        Card.objects.filter(pk=method["id"]).update(**facts_of(method))


def words_for(method: Thing) -> str:
    """Name what was paid with, shortly."""
    card = in_full(method.get("card"))
    if card:
        return f"{card['brand'].title()} {card['last4']}"
    return cast(str, method.get("type") or id_of(method) or "")[:40]
