"""What the settings say by themselves: nothing else is asked."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from playground.doctor.finding import Finding, good, look, wrong

LONG_ENOUGH = 32
NEW_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def debug() -> Iterator[Finding]:
    if settings.DEBUG:
        yield wrong(
            "debug",
            "EASEL_DEBUG is on: a demo account, readable errors, mail for everybody.",
            "Set EASEL_DEBUG=false.",
        )
    else:
        yield good("debug", "Off.")


def secrets() -> Iterator[Finding]:
    named = {"SECRET_KEY": settings.SECRET_KEY, "EASEL_KEY_PEPPER": settings.KEY_PEPPER}
    short = [name for name, secret in named.items() if len(secret) < LONG_ENOUGH]
    if short:
        yield wrong(
            "secrets",
            f"{' and '.join(short)}: too short to be safe.",
            f"Make a new one: {NEW_SECRET}. A new pepper ends all API keys.",
        )
    elif len(set(named.values())) < len(named):
        yield wrong(
            "secrets",
            "SECRET_KEY and EASEL_KEY_PEPPER are the same.",
            f"Make a SECRET_KEY of its own: {NEW_SECRET}.",
        )
    elif settings.DEVELOPMENT:
        yield wrong(
            "secrets",
            f"They are those that Easel made for itself in {settings.DATA_DIR}.",
            "Set SECRET_KEY, EASEL_KEY_PEPPER and EASEL_ENCRYPTION_KEY, or name a file"
            " for each: SECRET_KEY_FILE=….",
        )
    else:
        yield good("secrets", "Set, long enough, and different.")


def hosts() -> Iterator[Finding]:
    host = urlsplit(settings.SITE_URL).hostname or ""
    if "*" in settings.ALLOWED_HOSTS:
        yield look(
            "hosts",
            "ALLOWED_HOSTS lets every name in.",
            "Name the site's own, such as ALLOWED_HOSTS=easel.example.com.",
        )
    elif not host:
        yield wrong(
            "hosts",
            "EASEL_SITE_URL is not set: links in mails and at Stripe lead nowhere.",
            "Set EASEL_SITE_URL=https://easel.example.com.",
        )
    elif not validate_host(host, settings.ALLOWED_HOSTS):
        yield wrong(
            "hosts",
            f"EASEL_SITE_URL is at {host}, which ALLOWED_HOSTS does not let in.",
            f"Add {host} to ALLOWED_HOSTS.",
        )
    else:
        yield good("hosts", f"{host} is let in.")


def https() -> Iterator[Finding]:
    if not settings.IS_HTTPS:
        yield wrong(
            "https",
            "Cookies and redirects are not made for https.",
            "Set EASEL_HTTPS=true, with a proxy in front that speaks TLS.",
        )
    elif not settings.TRUSTED_PROXIES:
        yield wrong(
            "https",
            "No proxy is trusted, so every page would be redirected to itself for ever,"
            " and all guests are one network.",
            "Set EASEL_TRUSTED_PROXIES to your proxy's address, such as 127.0.0.1/32.",
        )
    elif not settings.SITE_URL.startswith("https://"):
        yield wrong(
            "https",
            "EASEL_SITE_URL does not begin with https://.",
            "Write the address that people use.",
        )
    elif {"0.0.0.0/0", "::/0"} & set(settings.TRUSTED_PROXIES):
        yield wrong(
            "https",
            "Everybody is trusted as a proxy, so anybody may say where they come from.",
            "Narrow EASEL_TRUSTED_PROXIES to your proxy's own network.",
        )
    else:
        yield good("https", "On, behind a trusted proxy.")


def stripe() -> Iterator[Finding]:
    if settings.TEST_TILL and not settings.DEBUG:
        yield wrong(
            "stripe",
            "The test till is open: anybody takes credits for play money.",
            "Set EASEL_TEST_TILL=false.",
        )
    elif not settings.STRIPE_SECRET_KEY:
        yield look(
            "stripe",
            "No Stripe key: nothing is sold.",
            "Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or give credits by hand.",
        )
    elif not settings.STRIPE_WEBHOOK_SECRET.startswith("whsec_"):
        yield wrong(
            "stripe",
            "STRIPE_WEBHOOK_SECRET does not begin with whsec_: no payment would arrive.",
            "Copy the signing secret of the endpoint /billing/stripe/webhook.",
        )
    elif not settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")):
        yield look(
            "stripe",
            "The Stripe key is not a live one: no money moves.",
            "Set the live key, then run manage.py drop_test_credits.",
        )
    else:
        yield good("stripe", "Live, with a webhook secret.")


def cache_setting() -> Iterator[Finding]:
    is_shared = not settings.CACHE_URL.startswith("locmem")
    if settings.WEB_WORKERS > 1 and not is_shared:
        yield wrong(
            "cache",
            f"{settings.WEB_WORKERS} web processes and no cache that they share.",
            "Set CACHE_URL=redis://host:6379/1.",
        )
    elif not is_shared:
        yield look(
            "cache",
            "Each process has its own.",
            "Set CACHE_URL=redis://host:6379/1 before there is a second web process.",
        )


CHECKS = (debug, secrets, hosts, https, stripe, cache_setting)
