"""Pictures that were made here, and are named again to be edited.

Only the account that a picture was made for may name it; to anybody else, and once it is
no longer kept, it does not exist.
"""

import asyncio
import re
from typing import IO

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from playground.generation.database import in_thread
from playground.generation.errors import BadRequest
from playground.generation.models import Picture

NAME = re.compile(r"pic_[0-9A-Za-z]{1,36}")


def is_name(text: str) -> bool:
    """Say whether this is what one of our pictures could be called."""
    return NAME.fullmatch(text) is not None


async def brought_back(name: str, account_id: str, param: str) -> IO[bytes]:
    """Open a picture of this account. Close the file when it has been read."""
    own = Picture.objects.filter(pk=name, account_id=account_id)
    picture = await in_thread(own.first)
    if picture is None:
        raise missing(name, param)
    try:
        file: IO[bytes] = await asyncio.to_thread(default_storage.open, picture.file)
    except FileNotFoundError as error:
        raise missing(name, param) from error
    return file


def missing(name: str, param: str) -> BadRequest:
    message = _(
        "%(param)s: your account keeps no picture %(name)s. Send it as a file, or by its"
        " https address."
    )
    message %= {"param": param, "name": name}
    return BadRequest(message, param=param, code="picture_not_found")
