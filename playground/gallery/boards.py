"""Boards: named collections of an account's pictures, in an order of one's own."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from playground.gallery.keeping import settle_ends
from playground.gallery.models import NAME_LENGTH, Board, Pin
from playground.generation.models import Picture


class WrongName(ValueError):
    """A board cannot have this name, in one sentence."""


def open_board(account_id: str, name: str) -> Board:
    """Begin a board, or say why it cannot have this name."""
    return named(Board(account_id=account_id), name)


def rename(board: Board, name: str) -> Board:
    return named(board, name)


def named(board: Board, name: str) -> Board:
    board.name = " ".join(name.split())
    if not board.name:
        raise WrongName(_("Give the board a name."))
    if len(board.name) > NAME_LENGTH:
        words = {"most": NAME_LENGTH}
        raise WrongName(_("A board's name has at most %(most)s letters.") % words)
    try:
        with transaction.atomic():
            board.save()
    except IntegrityError as error:
        message = _("There is a board called “%(name)s” already.")
        raise WrongName(message % {"name": board.name}) from error
    return board


def pin(board: Board, pictures: Sequence[Picture]) -> None:
    """Put pictures on a board, after those that are there."""
    last = board.pins.aggregate(last=Max("place"))["last"] or 0
    pins = [
        Pin(board=board, picture=picture, place=last + place)
        for place, picture in enumerate(pictures, start=1)
    ]
    Pin.objects.bulk_create(pins, ignore_conflicts=True)
    settle_ends(pictures)


def unpin(board: Board, pictures: Sequence[Picture]) -> None:
    board.pins.filter(picture__in=pictures).delete()
    if board.cover in pictures:
        board.cover = None
        board.save(update_fields=["cover"])
    settle_ends(pictures)


def bring_forward(board: Board, pictures: Sequence[Picture]) -> None:
    """Let these be the board's first, in the order they have on it."""
    first = board.pins.aggregate(first=Min("place"))["first"] or 0
    pins = list(board.pins.filter(picture__in=pictures).order_by("place", "pk"))
    for place, one in enumerate(pins):
        one.place = first - len(pins) + place
    Pin.objects.bulk_update(pins, ["place"])


def cover_with(board: Board, picture: Picture) -> None:
    """Let a picture of the board stand for it."""
    if board.pins.filter(picture=picture).exists():
        board.cover = picture
        board.save(update_fields=["cover"])


def close_board(board: Board) -> None:
    """Take a board away. Its pictures stay, for as long as they do otherwise."""
    pictures = list(Picture.objects.filter(pins__board=board))
    board.delete()
    settle_ends(pictures)
