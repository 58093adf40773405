"""Where Stripe and the test till knock: raw bytes in, one word out."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.webhook import receive

# Stripe's events are a few kilobytes; nobody else has anything to send here.
MAX_BYTES = 256 * 1024


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Take one signed event. The signature is over the very bytes that came."""
    payload = request.read(MAX_BYTES + 1)
    if len(payload) > MAX_BYTES:
        return HttpResponse("too large\n", status=413, content_type="text/plain")
    receipt = receive(payload, request.headers.get("Stripe-Signature", ""))
    return HttpResponse(
        f"{receipt.message}\n", status=receipt.status, content_type="text/plain"
    )
