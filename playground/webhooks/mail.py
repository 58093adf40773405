"""Tell an account's people by mail that a webhook of theirs was shut."""

from smtplib import SMTPException

import structlog
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from playground.webhooks.models import Endpoint

log = structlog.get_logger()


def tell_the_owner(endpoint: Endpoint, reason: str) -> None:
    people = endpoint.account.people.filter(is_active=True)
    text = _(
        "Easel sends no more events to %(url)s.\n\n%(reason)s\n\n"
        "Once it works again, enable it with PATCH /v1/webhooks/%(id)s and resend what"
        " it missed: GET /v1/webhooks/%(id)s/deliveries lists it."
    ) % {"url": endpoint.url, "reason": reason, "id": endpoint.pk}
    try:
        send_mail(
            subject=_("A webhook was disabled"),
            message=text,
            from_email=None,
            recipient_list=[person.email for person in people],
        )
    except (OSError, SMTPException) as error:
        log.error("webhook.owner_not_told", endpoint=endpoint.pk, reason=str(error))
