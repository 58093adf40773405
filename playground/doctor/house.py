"""What this machine has to have: room, closed doors, a painter, mail, providers."""

import asyncio
import shutil
import smtplib
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError

from playground.doctor.finding import Finding, good, look, wrong
from playground.doctor.parts import reach_database
from playground.generation.channels import read_ways
from playground.generation.providers.base import Commission, ProviderFailure
from playground.generation.providers.sketch import SketchProvider

GIGABYTE = 1024**3
OWN = {"sketch", "rehearsal"}


def disk() -> Iterator[Finding]:
    folder = Path(settings.DATA_DIR)
    if not folder.is_dir():
        yield wrong(
            "disk",
            f"{folder} is no folder.",
            "Make it, or set EASEL_DATA_DIR to one that is there.",
        )
        return
    room = shutil.disk_usage(folder)
    told = f"{room.free / GIGABYTE:.1f} GB free at {folder}."
    mend = "Make room, or move pictures to a bucket with EASEL_S3_BUCKET."
    if room.free < GIGABYTE:
        yield wrong("disk", told, mend)
    elif room.free < room.total * 0.1:
        yield look("disk", told, mend)
    else:
        yield good("disk", told)


def permissions() -> Iterator[Finding]:
    """See whether others on this machine can read what only Easel should."""
    private = ["secrets.json", "easel.sqlite3", "mail"]
    places = [Path(settings.DATA_DIR) / name for name in private]
    places.append(Path(settings.BASE_DIR) / ".env")
    is_closed = is_private(Path(settings.DATA_DIR))
    open_to_all = [
        place
        for place in places
        if place.exists()
        and not is_private(place)
        and not (is_closed and place.is_relative_to(settings.DATA_DIR))
    ]
    if open_to_all:
        yield wrong(
            "permissions",
            f"Everybody on this machine can read {open_to_all[0]}.",
            f"chmod o-rwx {' '.join(map(str, open_to_all))}",
        )
    else:
        yield good("permissions", "Nobody else reads secrets, mail or the database.")


def is_private(place: Path) -> bool:
    return not place.stat().st_mode & stat.S_IRWXO if place.exists() else True


def static_files() -> Iterator[Finding]:
    if settings.DEBUG:
        return
    if (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield good("static files", "They are collected.")
    else:
        yield wrong(
            "static files",
            f"There are none in {settings.STATIC_ROOT}: every page would fail.",
            "Run manage.py collectstatic --noinput.",
        )


def mail() -> Iterator[Finding]:
    if settings.EMAIL_BACKEND == "playground.web.mailbox.MailboxBackend":
        yield wrong(
            "mail",
            "Mail is kept in a folder and sent to nobody: no account can be confirmed.",
            "Set EMAIL_URL=smtp+tls://user:password@host:587.",
        )
        return
    try:
        line = get_connection(timeout=5)
        line.open()
        line.close()
    except (OSError, smtplib.SMTPException) as error:
        yield wrong(
            "mail",
            f"The mail server does not let us in: {error}",
            "Mend EMAIL_URL: host, port, user, password.",
        )
        return
    if "localhost" in settings.DEFAULT_FROM_EMAIL:
        yield look(
            "mail",
            f"Mail is from {settings.DEFAULT_FROM_EMAIL}, which many refuse.",
            "Set EASEL_FROM_EMAIL to an address of yours.",
        )
    else:
        yield good("mail", "The mail server lets us in.")


def painter() -> Iterator[Finding]:
    """Have the demo painter paint the smallest picture."""
    try:
        asyncio.run(painted())
    except (ProviderFailure, OSError) as error:
        yield wrong(
            "painter",
            f"It does not paint: {error}",
            "Install what requirements/run.txt says, and let Easel start processes.",
        )
    else:
        yield good("painter", "It paints.")


async def painted() -> None:
    provider = SketchProvider(processes=1)
    try:
        await provider.paint(
            Commission(
                upstream="sketch-1",
                prompt="a dot",
                n=1,
                shape="1:1",
                tier="0.5K",
                width=64,
                height=64,
                deadline_seconds=30,
                seed=1,
            )
        )
    finally:
        await provider.close()


def providers() -> Iterator[Finding]:
    try:
        reach_database()
        names = sorted(set(read_ways().by_provider) - OWN)
    except DatabaseError:
        return  # the database's own check says it
    if names:
        yield good("providers", f"Connected: {', '.join(names)}.")
    else:
        yield look(
            "providers",
            "None is connected: only the demo painter paints.",
            "Set a key, such as GEMINI_API_KEY, or add a channel at /operator/channels.",
        )


CHECKS = (disk, permissions, static_files, mail, painter, providers)
