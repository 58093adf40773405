"""The page for every other address: ours, in debug too.

Being an address like any other it hides from Django that a slash is missing, so
it says that itself.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer 404, or lead on to the same address with its slash."""
    if leads_on(f"{request.path_info}/"):
        address = request.get_full_path(force_append_slash=True)
        return redirect(address, permanent=True)
    return render(request, "404.html", status=404)


def leads_on(path: str) -> bool:
    """Say whether a page of another kind is at this path."""
    try:
        return resolve(path).func is not nowhere
    except Resolver404:
        return False
