"""Fetch a picture from an address that a stranger wrote.

Only https, only the usual ports, only public addresses: judged again after every
redirect, on the very address the socket goes to. No cookies, no proxies, no
unpacking. Whatever cannot be reached is answered with one and the same sentence,
so that nobody can explore a network by asking us.
"""

import asyncio
import socket
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from ssl import SSLContext, create_default_context
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    DummyCookieJar,
    TCPConnector,
)
from django.conf import settings
from django.utils.translation import gettext as _
from yarl import URL

from playground.generation.containers.sniff import ENOUGH_BYTES, format_of
from playground.generation.errors import BadRequest, TooLarge
from playground.generation.inputs import MOST_BYTES
from playground.generation.providers.encoded import NotReadable, decoded
from playground.generation.providers.internet import (
    any_socket,
    public_socket,
    web_address,
)

REDIRECTS = 3
MOST_CHARACTERS = 8_192
MOST_DATA_CHARACTERS = 20_971_520  # as OpenAI has it
IN_MEMORY = 1024 * 1024
MOVED = (301, 302, 303, 307, 308)
HEADERS = {
    "User-Agent": "Easel",
    "Accept": "image/png, image/jpeg, image/webp, image/gif, image/heic",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a stranger's address may lead. The defaults are for strangers."""

    schemes: tuple[str, ...] = ("https",)
    ports: tuple[int, ...] | None = (80, 443)
    near: tuple[str, ...] = ()  # gone to although they are not public
    origins: tuple[str, ...] = ()  # likewise, by name, and on any port
    authorities: str = ""  # a file of certificates to trust besides the usual ones
    most_bytes: int = MOST_BYTES
    timeout_seconds: float = 20.0


PUBLIC = Reach()


def usual_reach() -> Reach:
    """Strangers go to the public internet, and where the operator keeps pictures."""
    origins = tuple(settings.PICTURE_ORIGINS)
    return replace(PUBLIC, origins=origins, authorities=settings.PICTURE_CA_FILE)


async def fetch_picture(
    address: str, *, param: str = "image_url", reach: Reach | None = None
) -> IO[bytes]:
    """Return what an https address or a data URI holds: it begins like a picture.

    Raises `BadRequest` that names the field. Close the file when it has been read.
    """
    if address[:5].lower() == "data:":
        return BytesIO(await asyncio.to_thread(unfolded, address, param))
    reach = reach or usual_reach()
    try:
        async with asyncio.timeout(reach.timeout_seconds):
            return await Fetch(param, reach).follow(address)
    except TimeoutError as error:
        message = _("nothing whole arrived from there within %(seconds)d seconds.")
        reason = message % {"seconds": reach.timeout_seconds}
        raise refusal(reason, param) from error


def refusal(sentence: str, param: str) -> BadRequest:
    return BadRequest(f"{param}: {sentence}", param=param, code="invalid_image_url")


def too_large(limit: int, param: str) -> TooLarge:
    message = _("%(param)s: the picture is larger than %(limit)d MB. Send it smaller.")
    return TooLarge(message % {"param": param, "limit": limit // 1024**2}, param=param)


def checked_start(start: bytes, param: str) -> None:
    """Know a picture by its first bytes, whatever the server calls it."""
    if format_of(start) is None:
        message = _("there is no picture there. It takes PNG, JPEG, WebP, GIF or HEIC.")
        raise refusal(message, param)


def unfolded(address: str, param: str) -> bytes:
    """Decode a data URI."""
    if len(address) > MOST_DATA_CHARACTERS:
        message = _(
            "%(param)s: a data URI may have %(limit)d characters."
            " Send the picture as a file or by its https address."
        )
        raise TooLarge(
            message % {"param": param, "limit": MOST_DATA_CHARACTERS}, param=param
        )
    try:
        data = decoded(address).data
    except (NotReadable, ValueError) as error:
        message = _("write a data URI as data:image/png;base64,… and the base64.")
        raise refusal(message, param) from error
    checked_start(data[:ENOUGH_BYTES], param)
    return data


@lru_cache(maxsize=4)
def trusting(authorities: str) -> SSLContext | bool:
    """Return what certificates are checked against: the usual ones, and this file's."""
    if not authorities:
        return True
    context = create_default_context()
    context.load_verify_locations(authorities)
    return context


class Fetch:
    """One errand: a session of its own, so that nothing is shared with other callers."""

    def __init__(self, param: str, reach: Reach) -> None:
        self.param = param
        self.reach = reach
        self.is_known = False

    async def follow(self, address: str) -> IO[bytes]:
        """Go there, and on to where it sends us, a few times."""
        url = self.allowed(address)
        async with self.session() as session:
            for _turn in range(1 + REDIRECTS):
                found = await self.visit(session, url)
                if not isinstance(found, URL):
                    return found
                url = found
        raise refusal(_("that address redirects too often."), self.param)

    def allowed(self, address: str, base: URL | None = None) -> URL:
        """Read an address, and check what can be checked before it is resolved."""
        if len(address) > MOST_CHARACTERS:
            raise refusal(_("the address is too long."), self.param)
        try:
            url = web_address(address, base)
        except ValueError as error:
            message = _("it is no web address. Send an https address or a data URI.")
            raise refusal(message, self.param) from error
        if url.scheme not in self.reach.schemes:
            raise refusal(
                _("only https addresses and data URIs are fetched."), self.param
            )
        self.is_known = str(url.origin()) in self.reach.origins
        if not (
            self.is_known or self.reach.ports is None or url.port in self.reach.ports
        ):
            raise refusal(_("only the usual ports are fetched from."), self.param)
        if url.user or url.password:
            raise refusal(_("leave user name and password out."), self.param)
        return url.with_fragment(None)

    def session(self) -> ClientSession:
        connector = TCPConnector(
            limit=1,
            force_close=True,
            use_dns_cache=False,
            ssl=trusting(self.reach.authorities),
            socket_factory=self.socket_to,
        )
        return ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            headers=HEADERS,
        )

    def socket_to(self, address: tuple[Any, ...]) -> socket.socket:
        """Judge an address that has been resolved, and is about to be connected to."""
        is_near = self.is_known or address[4][0] in self.reach.near
        return any_socket(address) if is_near else public_socket(address)

    async def visit(self, session: ClientSession, url: URL) -> IO[bytes] | URL:
        try:
            async with session.get(url, allow_redirects=False) as response:
                if response.status in MOVED:
                    return self.allowed(response.headers.get("Location", ""), url)
                if response.status != 200:
                    message = _(
                        "that address answered %(status)d instead of a picture."
                    )
                    raise refusal(message % {"status": response.status}, self.param)
                return await self.collect(response)
        except (ClientError, OSError, ValueError) as error:
            if isinstance(error, TimeoutError):
                raise
            message = _("that address cannot be reached over the public internet.")
            raise refusal(message, self.param) from error

    async def collect(self, response: ClientResponse) -> IO[bytes]:
        """Read the body to memory or disk, no further than its limit."""
        limit = self.reach.most_bytes
        if (response.content_length or 0) > limit:
            raise too_large(limit, self.param)
        file = SpooledTemporaryFile(max_size=IN_MEMORY)
        try:
            checked_start(await first_bytes(response, file), self.param)
            async for chunk in response.content.iter_any():
                file.write(chunk)
                if file.tell() > limit:
                    raise too_large(limit, self.param)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file


async def first_bytes(response: ClientResponse, file: IO[bytes]) -> bytes:
    """Read just enough to know what it is."""
    start = b""
    while len(start) < ENOUGH_BYTES and not response.content.at_eof():
        start += await response.content.readany()
    file.write(start)
    return start[:ENOUGH_BYTES]
