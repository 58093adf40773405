"""Support begins here: whatever the customer quoted goes into one box.

It is sent and not asked for by address, so that nobody's e-mail is in a server's log.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.staff import Power
from playground.trust.models import Inquiry
from playground.web.operator.door import operates
from playground.web.operator.support.finding import find, only_in_logs


@operates(Power.SEE_CUSTOMERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def support(request: HttpRequest) -> HttpResponse:
    """GET /operator/support; POST: find who is meant, and go there if it is one."""
    wanted = request.POST.get("wanted", "").strip()
    found = find(wanted)
    if len(found) == 1:
        return redirect(found[0].url)
    context = {
        "wanted": wanted,
        "found": found,
        "logged_at": only_in_logs(wanted),
        "waiting": Inquiry.objects.filter(state=Inquiry.State.OPEN).count(),
    }
    return render(request, "operator/support.html", context)
