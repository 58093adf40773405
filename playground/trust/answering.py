"""Staff answer by mail, and it stays in the inbox beside what was asked.

Who never asked is written to as well: then the thread begins with the answer. What was
written is in the thread alone; the log of staff says that it was.
"""

from django.db import transaction
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import deeds
from accounts.models import Person
from accounts.notices import address, in_language_of, owner_of, written
from accounts.tasks import post
from playground.generation.errors import BadRequest
from playground.trust.inquiring import decide
from playground.trust.models import CustomerNote, Inquiry, Reply

LONGEST = 4000


def answer(inquiry: Inquiry, words: str, by: Person) -> Reply:
    """Mail an answer to whoever asked, and keep it in the thread."""
    words = words.strip()
    if not words or len(words) > LONGEST:
        message = _("Write something, of at most %(most)d characters.")
        raise BadRequest(message % {"most": LONGEST}, param="words")
    if not inquiry.email:
        raise BadRequest(_("There is no address to answer to."), param="to")
    with transaction.atomic():
        reply = Reply.objects.create(
            inquiry=inquiry, person=by, to=inquiry.email, words=words
        )
        send(inquiry, words)
        deeds.record(by, "inquiry.answered", subject=inquiry, after={"reply": reply.pk})
        if inquiry.state != Inquiry.State.ANSWERED:
            decide(inquiry, Inquiry.State.ANSWERED, by)
    return reply


def write_to(email: str, words: str, by: Person, *, about: str, account: str) -> Reply:
    """Write to a customer about something: in its thread, or in a new one."""
    with transaction.atomic():
        known = Inquiry.objects.filter(about=about, email__iexact=email)
        thread = known.order_by("-created_at").first() or Inquiry.objects.create(
            kind=Inquiry.Kind.SUPPORT,
            topic="support",
            email=email,
            about=about,
            words="",
            network="",
            account_id=account,
        )
        return answer(thread, words, by)


def send(inquiry: Inquiry, words: str) -> None:
    """Write the letter, in its reader's language around the operator's own words."""
    back = f"{address('contact')}?{urlencode({'about': inquiry.pk})}"
    request = inquiry.about if inquiry.about.startswith("img_") else ""
    told = {
        "words": words,
        "asked": inquiry.words,
        "request": request,
        "request_page": address("request", request) if request else "",
        "back": back,
    }
    with in_language_of(owner_of(inquiry.email)):
        post(written("answer", inquiry.email, told))


def note(account_id: str, words: str, by: Person) -> CustomerNote:
    """Leave a note on a customer for other staff."""
    words = words.strip()
    if not words or len(words) > 2000:
        raise BadRequest(_("Write something short."), param="words")
    with transaction.atomic():
        made = CustomerNote.objects.create(
            account_id=account_id, person=by, words=words
        )
        about = deeds.Subject("account", account_id)
        deeds.record(by, "customer.noted", subject=about, after={"note": made.pk})
    return made
