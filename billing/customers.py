"""Who an account is at the card processor, and what stands on its invoices."""

from secrets import token_hex
from typing import Any

import structlog
from django.utils import timezone

from billing.models import BillingDetails, Customer, Wallet
from billing.processing import Refused
from billing.processor import mode, processor

# The kinds of tax ids that are offered, by the processor's names.
TAX_ID_KINDS = {
    "eu_vat": "EU VAT",
    "gb_vat": "GB VAT",
    "us_ein": "US EIN",
    "ae_trn": "AE TRN",
    "au_abn": "AU ABN",
    "br_cnpj": "BR CNPJ",
    "ca_gst_hst": "CA GST/HST",
    "ch_vat": "CH VAT",
    "cn_tin": "CN TIN",
    "hk_br": "HK BR",
    "in_gst": "IN GST",
    "jp_trn": "JP TRN",
    "kr_brn": "KR BRN",
    "mx_rfc": "MX RFC",
    "no_vat": "NO VAT",
    "nz_gst": "NZ GST",
    "sg_gst": "SG GST",
    "tw_vat": "TW VAT",
    "za_vat": "ZA VAT",
}
log = structlog.get_logger(__name__)


def customer_of(wallet: Wallet) -> Customer:
    """Return who a wallet is in this mode; the processor learns what is new of them."""
    customer = known_customer(wallet)
    if customer is None:
        # Not the wallet's alone: one that was deleted there would be answered again.
        key = f"easel-customer-{wallet.pk}-{token_hex(8)}"
        made = processor().save_customer(None, said(params_of(wallet)), key=key)
        customer, _ = Customer.objects.get_or_create(
            wallet=wallet, mode=mode(), defaults={"id": made}
        )
    try:
        send_details(wallet, customer)
    except Refused as refusal:
        log.warning("details_refused", wallet=wallet.pk, reason=str(refusal))
    return customer


def known_customer(wallet: Wallet) -> Customer | None:
    return Customer.objects.filter(wallet=wallet, mode=mode()).first()


def forget_customer(customer: Customer) -> None:
    """The processor knows them no more: the next purchase makes a new one."""
    log.warning("customer_forgotten", customer=customer.pk)
    customer.wallet.cards.filter(mode=customer.mode).delete()
    customer.delete()


def send_details(wallet: Wallet, customer: Customer) -> None:
    """Say who a customer is, when that changed since we said it last."""
    details = details_of(wallet)
    sent = customer.details_sent_at
    if details.pk is None or (sent and sent >= details.changed_at):
        return
    now = timezone.now()
    processor().save_customer(customer.pk, params_of(wallet), key="")
    customer.tax_id = processor().set_tax_id(
        customer.pk, customer.tax_id, details.tax_id_kind, details.tax_id
    )
    customer.details_sent_at = now
    customer.save(update_fields=["tax_id", "details_sent_at"])


def details_of(wallet: Wallet) -> BillingDetails:
    """Return a wallet's details, or empty ones that were not saved yet."""
    return BillingDetails.objects.filter(pk=wallet.pk).first() or BillingDetails()


def params_of(wallet: Wallet) -> Any:
    """Write a wallet's owner in the processor's words; what is empty is taken away."""
    details = details_of(wallet)
    return {
        "name": details.company or wallet.account.name,
        "email": invoice_email(wallet),
        "address": {
            "line1": details.line1,
            "line2": details.line2,
            "postal_code": details.postal_code,
            "city": details.city,
            "state": details.state,
            "country": details.country,
        },
        "metadata": {"wallet": wallet.pk},
    }


def said(params: Any) -> Any:
    """Leave out what is empty: it takes something away, and there is nothing yet."""
    if not isinstance(params, dict):
        return params
    return {name: said(value) for name, value in params.items() if said(value)}


def invoice_email(wallet: Wallet) -> str:
    """Return where receipts go: as the details say, or to the account's first person."""
    details = details_of(wallet)
    if details.invoice_email:
        return str(details.invoice_email)
    people = wallet.account.memberships.select_related("person").order_by("created_at")
    first = people.first()
    return first.person.email if first else ""
