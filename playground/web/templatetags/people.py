"""What the pages at the door, and a person's own pages, say."""

from django import template
from django.conf import settings
from django.urls import reverse

register = template.Library()
# The first sign that is found decides: most browsers also name others.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("OpenAI/Python", "openai-python"),
    ("python", "Python"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
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


@register.filter
def device(agent: str) -> str:
    """Name a browser and its system, as far as they say it: "Firefox, Linux"."""
    browser = next((name for sign, name in BROWSERS if sign in agent), agent[:40])
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return f"{browser}, {system}" if system else browser
