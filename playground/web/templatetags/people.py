"""What the pages at the door say about this instance."""

from django import template
from django.conf import settings
from django.urls import reverse

register = template.Library()
KEPT_AS_FILES = "playground.web.mailbox.MailboxBackend"


@register.simple_tag
def mail_here() -> str:
    """Return where mail can be read, while nothing sends it; empty otherwise."""
    is_here = settings.DEBUG and settings.EMAIL_BACKEND == KEPT_AS_FILES
    return reverse("mailbox") if is_here else ""


@register.simple_tag
def welcome_credits() -> int:
    return int(settings.WELCOME_CREDITS)


@register.simple_tag
def tries_a_day() -> int:
    return int(settings.GUEST_PICTURES_A_DAY)
