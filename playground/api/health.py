"""Whether this process answers, and whether it can take orders: for load balancers."""

from datetime import timedelta

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from playground.generation import draining
from playground.generation.database import AWAY, in_thread
from playground.generation.studio import studio
from playground.trust.models import Component, Health, Look

BELIEVED = timedelta(minutes=3)


async def healthz(request: HttpRequest) -> JsonResponse:
    """GET /healthz: the process answers."""
    return JsonResponse({"status": "ok"})


async def readyz(request: HttpRequest) -> JsonResponse:
    """GET /readyz: it is not ending, its database answers, and its storage did lately.

    While no new orders are taken it is still ready for everything else, and says so.
    """
    wrong = await what_is_wrong()
    if not wrong and draining.current():
        return JsonResponse({"status": "draining", "wrong": []})
    said = {"status": "not ready" if wrong else "ready", "wrong": wrong}
    return JsonResponse(said, status=503 if wrong else 200)


async def what_is_wrong() -> list[str]:
    if studio().is_closing:
        return ["closing"]
    lately = Look.objects.filter(looked_at__gt=timezone.now() - BELIEVED)
    down = lately.filter(component=Component.STORAGE, health=Health.DOWN)
    try:
        return [Component.STORAGE.value] if await in_thread(down.exists) else []
    except AWAY:
        return [Component.DATABASE.value]
