"""Make all that Easel needs to be measured, then run `bench.py`, then audit the books.

A PostgreSQL of its own with durable commits, accounts with credits and keys, a
catalogue of models that the fake provider paints, and production settings.
Nothing is left behind but the peers, which are kept for the next run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

from tests.bench.peers import find_peers
from tests.services.commands import PRODUCTION, ROOT, surroundings
from tests.services.postgres import DURABLE, throwaway_postgres

HERE = Path(__file__).parent
PEERS = "litellm,portkey,nginx"
QUICK = ["--parts", "abdh", "--seconds", "3", "--repeat", "1"]
SIDES = {"small": 64, "1k": 1024, "4k": 4096}
DELAYS = (0, 50, 2000, 20000)
ACCOUNTS = 100
MODEL = """
id = "{id}"
response_format = "b64_json"
price = 1

[sizes.native]
"1:1" = {{ "{tier}K" = "{side}x{side}" }}

[[offers]]
provider = "bench"
upstream = "{id}"
cost_usd = 0.01
"""


def main() -> int:
    options, passed_on = arguments()
    peers, environment = find_peers([one for one in options.against.split(",") if one])
    # The database shares the second core with the provider and the client.
    if options.pin and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    with throwaway_postgres(DURABLE) as url, tempfile.TemporaryDirectory() as folder:
        own = ours(Path(folder), url)
        settings = surroundings(**(PRODUCTION | own | environment))
        os.environ.update(settings)
        keys = customers()
        # Under its own name for `start` only: LiteLLM would take it for its own.
        settings["BENCH_DATABASE_URL"] = settings.pop("DATABASE_URL")
        passed_on += ["--against", ",".join(peers), "--pin", str(options.pin)]
        code = subprocess.run(
            [sys.executable, HERE / "bench.py", *passed_on],
            env=settings | {"EASEL_KEY": keys[0], "EASEL_KEYS": " ".join(keys)},
        ).returncode
        tell_failed_tries()
        call_command("ledger_audit")
    return code


def arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a, b, d and h, short")
    parser.add_argument("--against", default=PEERS)
    parser.add_argument("--pin", type=int, default=1)
    options, passed_on = parser.parse_known_args()
    return options, (QUICK if options.quick else []) + passed_on


def ours(folder: Path, database: str) -> dict[str, str]:
    """The settings of a production instance without TLS in front of it."""
    catalogue = folder / "catalogue"
    catalogue.mkdir()
    for size, side in SIDES.items():
        for delay in DELAYS:
            name = f"fake-{size}-d{delay}"
            text = MODEL.format(id=name, side=side, tier=f"{side / 1024:g}")
            (catalogue / f"{name}.toml").write_text(text)
    return {
        "ALLOWED_HOSTS": "127.0.0.1",
        "BENCH_PYTHON": sys.executable,
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "playground.settings",
        "EASEL_CATALOGUE_DIR": str(catalogue),
        "EASEL_CMD": str(HERE / "start"),
        "EASEL_DATA_DIR": str(folder / "data"),
        "EASEL_HTTPS": "false",
        "EASEL_LOG_LEVEL": "WARNING",
    }


def customers() -> list[str]:
    """Open the database and accounts with plenty of credits; return their keys."""
    sys.path.insert(0, str(ROOT))
    django.setup()
    from tests.cast import customer  # needs Django set up

    call_command("migrate", interactive=False, verbosity=0)
    return [customer(f"b{n}", credits=100_000_000).secret for n in range(ACCOUNTS)]


def tell_failed_tries() -> None:
    """Say what the books know of orders that brought no picture."""
    from django.db.models import Count  # needs Django set up

    from playground.generation.models import Attempt, Generation

    failed = Generation.objects.exclude(error_code="")
    tries = Attempt.objects.exclude(outcome=Attempt.Outcome.SUCCEEDED)
    for rows, names in (
        (failed, ("state", "error_code", "error_message")),
        (tries, ("outcome", "reason")),
    ):
        for *words, count in rows.values_list(*names).annotate(Count("pk")):
            print(f"{count} times:", *words)


if __name__ == "__main__":
    sys.exit(main())
