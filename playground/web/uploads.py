"""Pictures that people bring along to edit.

What comes is taken in as a composer's references are: hostile until decoded, and without
a word of where it was made afterwards. Its file is kept as long as its row. One that nobody
edited within a day goes again, and so does one whose bringer is gone, so that storage
holds only what is worked on.
"""

import posixpath
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.ids import new_id
from accounts.models import Account
from playground.generation.errors import OutOfService, TooMany
from playground.generation.links import TYPES
from playground.generation.request import Buyer
from playground.generation.tidy import files_in, removed_if_old
from playground.generation.uploads import file_of, no_longer_kept, size_of
from playground.web.models import EditTurn, Upload
from playground.web.people import current_account, current_person

FOLDER = "uploads"
MOST_A_DAY = 60
UNUSED_FOR = timedelta(days=1)


def keep(token: str, title: str, buyer: Buyer) -> Upload:
    """Keep a picture of a composer to be edited, under an address of its own."""
    waiting = file_of(buyer.account_id, token)
    if waiting is None:
        raise no_longer_kept()
    upload_id = new_id("upl")
    extension = waiting.rpartition(".")[2]
    name = f"{FOLDER}/{buyer.account_id}/{upload_id}.{extension}"
    try:
        width, height = size_of(waiting)
        with default_storage.open(waiting) as content:
            default_storage.save(name, content)
    except OSError as error:
        message = _("The picture could not be stored. Try again soon.")
        raise OutOfService(message, code="storage_unavailable") from error
    return Upload.objects.create(
        id=upload_id,
        account_id=buyer.account_id,
        person_id=buyer.person_id,
        network=buyer.network,
        file=name,
        title="".join(filter(str.isprintable, posixpath.basename(title)))[:200],
        format=TYPES[extension].removeprefix("image/"),
        width=width,
        height=height,
    )


def check_uploads(buyer: Buyer) -> None:
    """Refuse more pictures a day than anybody edits, by account and by network."""
    since = timezone.now() - UNUSED_FOR
    near = Q(account_id=buyer.account_id) | Q(network=buyer.network)
    if Upload.objects.filter(near, created_at__gte=since).count() < MOST_A_DAY:
        return
    message = _(
        "You brought %(count)d pictures within a day, which is the most. Edit one of"
        " those, or come back tomorrow."
    )
    raise TooMany(message % {"count": MOST_A_DAY}, param="image")


def own_uploads(request: HttpRequest) -> QuerySet[Upload]:
    """Return what whoever looks brought along: in a team it is not the team's."""
    person = current_person(request)
    mine = Q(account=current_account(request))
    return Upload.objects.filter(mine & Q(person=person) if person else mine)


@require_safe
def file(request: HttpRequest, upload_id: str) -> HttpResponse:
    """GET /edit/uploads/<id>: whoever brought it may see it, and nobody else."""
    upload = get_object_or_404(own_uploads(request), pk=upload_id)
    try:
        with default_storage.open(upload.file) as content:
            data = content.read()
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(data, content_type=f"image/{upload.format}")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def remove_unused() -> int:
    """Delete pictures that nobody edited within a day; say how many."""
    before = timezone.now() - UNUSED_FOR
    return sum(map(removed, unused().filter(created_at__lt=before)))


def remove_forsaken() -> int:
    """Delete pictures whose bringer deleted their account, or whose account was closed."""
    closed = Q(account__closed_at__isnull=False)
    left = Q(account__kind=Account.Kind.TEAM, person=None)
    return sum(map(removed, Upload.objects.filter(closed | left)))


def remove_orphans() -> int:
    """Delete files that no row names any more, as when an account's row was deleted."""
    files = list(files_in(FOLDER))
    known = set(Upload.objects.filter(file__in=files).values_list("file", flat=True))
    return sum(removed_if_old(file) for file in files if file not in known)


def unused() -> QuerySet[Upload]:
    turns = EditTurn.objects.filter(root=OuterRef("pk"))
    return Upload.objects.filter(~Exists(turns))


def removed(upload: Upload) -> bool:
    default_storage.delete(upload.file)
    upload.delete()
    return True
