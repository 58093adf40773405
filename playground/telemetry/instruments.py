"""The metrics there are: what each is called, what it counts, and by which labels.

A label is a word of ours or of the catalogue's: a door, a model, a provider, an
outcome. What a caller writes (prompts, keys, addresses) is never one.
"""

from bisect import bisect_left
from dataclasses import dataclass, field

from playground.telemetry.tally import tally

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
SLOW = (0.1, 0.25, 0.5, 1, 2, 4, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300)
SUM = "sum"


@dataclass(frozen=True, slots=True)
class Counter:
    """Something that happened so often, or came to so much."""

    name: str
    told: str
    labels: tuple[str, ...] = ()

    def add(self, *values: str, by: float = 1.0) -> None:
        tally.add(self.name, values, by)


@dataclass(frozen=True, slots=True)
class Gauge:
    """How something is just now, in each process that runs."""

    name: str
    told: str
    labels: tuple[str, ...] = ()

    def put(self, *values: str, to: float) -> None:
        tally.put(self.name, values, to)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How long something took, in buckets."""

    name: str
    told: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = QUICK
    parts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        named = tuple(f"{bound:g}" for bound in self.bounds)
        object.__setattr__(self, "parts", (*named, "+Inf", SUM))

    def observe(self, *values: str, seconds: float) -> None:
        at = bisect_left(self.bounds, seconds)
        tally.observe(self, values, at=at, amount=seconds)


REQUESTS = Counter("easel_requests", "Requests, by door.", ("door", "status"))
REQUEST_SECONDS = Histogram("easel_request_seconds", "How long they took.", ("door",))
ORDERS = Counter(
    "easel_orders",
    "Orders that ended: how, at which provider, and why if not well.",
    ("model", "provider", "outcome", "cause"),
)
PICTURES = Counter("easel_pictures", "Pictures delivered.", ("model", "provider"))
ATTEMPTS = Counter(
    "easel_attempts", "Calls to providers.", ("model", "provider", "outcome")
)
ATTEMPT_SECONDS = Histogram(
    "easel_attempt_seconds", "How long they took.", ("provider", "outcome"), SLOW
)
HOLDS = Counter("easel_holds", "Orders whose money was to be held.", ("result",))
HELD = Counter("easel_held_credits", "Credits that were held.")
SETTLES = Counter("easel_settles", "Holds that ended.", ("result",))
CHARGED = Counter("easel_charged_credits", "Credits that were charged.", ("model",))

PROCESSES = Gauge("easel_processes", "Processes that run.", ("role",))
MEMORY = Gauge("easel_process_memory_bytes", "Memory they hold.", ("role",))
OPEN_FILES = Gauge("easel_process_open_files", "Files and lines open.", ("role",))
CPU = Gauge("easel_process_cpu_seconds", "Processor time they took.", ("role",))
UNDER_WAY = Gauge("easel_orders_under_way", "Orders being painted.", ("role",))
CALLS = Gauge("easel_calls_under_way", "Calls under way.", ("provider",))
PAINTER = Gauge("easel_painter_jobs", "Pictures at the demo painter.", ("state",))
POOL = Gauge("easel_database_pool", "Database connections.", ("pool", "state"))

KEPT: tuple[Counter | Histogram, ...] = (
    *(REQUESTS, REQUEST_SECONDS, ORDERS, PICTURES, ATTEMPTS, ATTEMPT_SECONDS),
    *(HOLDS, HELD, SETTLES, CHARGED),
)
MOMENTARY: tuple[Gauge, ...] = (
    *(PROCESSES, MEMORY, OPEN_FILES, CPU, UNDER_WAY, CALLS, PAINTER, POOL),
)
