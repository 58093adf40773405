"""`channels`: the ways to providers, for operators: list, add, try, turn off and on.

What the settings name is there anyway. A credential comes from a file or from standard
input, never from the command line, where others could read it.
"""

import asyncio
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.generation.channels import connected, from_settings, made_of
from playground.generation.errors import EaselError
from playground.generation.health import board
from playground.generation.providers.base import Channel
from playground.generation.sealing import sealed
from playground.generation.trial import Trial, tried, usual_model, ways_of
from playground.generation.unpaid import brakes
from playground.generation.ways import ChannelRow, Health


class Command(BaseCommand):
    help = "List, add, test, turn off and remove channels, and preview their routing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="every channel, what is set back, who is braked")
        add = acts.add_parser("add", help="add a channel, or change one")
        add.add_argument("name")
        add.add_argument("provider", help="gemini, openai, …, or a server's name")
        add.add_argument("--secret-file", help="where its credential is; - is stdin")
        add.add_argument("--base-url", default="")
        add.add_argument("--local", action="store_true", help="on a private network")
        add.add_argument("--priority", type=int, default=0, help="higher goes first")
        add.add_argument("--weight", type=int, default=1, help="its share among equals")
        add.add_argument("--concurrency", type=int, help="calls at once, per process")
        add.add_argument("--per-minute", type=int, help="calls a minute, per process")
        add.add_argument("--group", action="append", default=[], help="only for these")
        add.add_argument("--option", action="append", default=[], metavar="NAME=VALUE")
        test = acts.add_parser("test", help="ask it for one small picture")
        test.add_argument("name")
        test.add_argument("--model")
        for act in ("on", "off", "remove"):
            acts.add_parser(act).add_argument("name")
        preview = acts.add_parser("route", help="whom an order would ask, in order")
        preview.add_argument("model")
        preview.add_argument("--group", default="")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        try:
            getattr(self, f"do_{act}")(**options)
        except EaselError as error:
            raise CommandError(error.message) from error

    def do_list(self, **_: Any) -> None:
        for channel in connected().by_name.values():
            self.stdout.write(line_of(channel))
        for row in ChannelRow.objects.filter(is_on=False).order_by("name"):
            self.stdout.write(f"{row.name}  {row.provider}  off")
        for ill in Health.objects.order_by("channel", "model"):
            self.stdout.write(
                f"set back: {ill.model} at {ill.channel} until {ill.until:%H:%M:%S} UTC,"
                f" failed {ill.failures} times: {ill.reason}"
            )

        for (account, key), brake in brakes().items():
            self.stdout.write(
                f"braked: {key or 'all keys'} of {account} until {brake.ends_at:%H:%M:%S}"
                f" UTC, unpaid ${brake.microusd / 1e6:.2f}"
            )

    def do_add(self, name: str, provider: str, **said: Any) -> None:
        if name in from_settings().by_name:
            raise CommandError(f"The settings have a channel {name}: choose another.")
        row = ChannelRow.objects.filter(name=name).first() or ChannelRow(name=name)
        row.provider, row.base_url = provider, said["base_url"]
        row.is_local, row.is_on = said["local"], True
        row.priority, row.weight = said["priority"], said["weight"]
        row.concurrency, row.per_minute = said["concurrency"], said["per_minute"]
        row.groups, row.options = said["group"], options_in(said["option"])
        if said["secret_file"]:
            row.secret = sealed(secret_in(said["secret_file"]))
        try:
            made_of(row)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if row.weight < 0:
            raise CommandError("A weight is 0 or more.")
        row.save()
        self.stdout.write(f"{name} is on. Try it: manage.py channels test {name}")

    def do_test(self, name: str, model: str | None, **_: Any) -> None:
        channel = connected().by_name.get(name)
        if channel is None:
            raise CommandError(f"There is no channel {name} that is on.")
        known = usual_model(channel)
        if model is None and known is None:
            raise CommandError("No model of the catalogue has an offer of it.")
        asked = model or (known.id if known else "")
        trial = asyncio.run(tried(channel, asked))
        self.stdout.write(said_of(trial))
        if not trial.pictures:
            raise CommandError(f"{name} did not paint {asked}.")

    def do_on(self, name: str, **_: Any) -> None:
        self.switch(name, is_on=True)

    def do_off(self, name: str, **_: Any) -> None:
        self.switch(name, is_on=False)

    def switch(self, name: str, *, is_on: bool) -> None:
        self.found(name)
        ChannelRow.objects.filter(name=name).update(is_on=is_on)
        self.stdout.write(f"{name} is {'on' if is_on else 'off'}.")

    def do_remove(self, name: str, **_: Any) -> None:
        self.found(name).delete()
        Health.objects.filter(channel=name).delete()
        self.stdout.write(f"{name} is gone.")

    def found(self, name: str) -> ChannelRow:
        row = ChannelRow.objects.filter(name=name).first()
        if row is None:
            raise CommandError(f"There is no channel {name} that was added here.")
        return row

    def do_route(self, model: str, group: str, **_: Any) -> None:
        for place, one in enumerate(ways_of(model, connected(), group), start=1):
            standing, until = board.standing(one.way)
            when = f" until {datetime.fromtimestamp(until, UTC):%H:%M:%S} UTC" * bool(
                until
            )
            how = standing.name.lower().replace("_", " ")
            self.stdout.write(
                f"{place}. {one.offer.provider}/{one.offer.upstream}"
                f" by {one.channel.name}: {how}{when}"
            )


def line_of(channel: Channel) -> str:
    """Say what a channel is, and nothing that lets anybody in."""
    said = [channel.name, channel.trade.name, channel.access.base_url or "at home"]
    said.append(f"priority {channel.priority}, weight {channel.weight}")
    if channel.concurrency:
        said.append(f"{channel.concurrency} at once")
    if channel.per_minute:
        said.append(f"{channel.per_minute} a minute")
    if channel.groups:
        said.append(f"for {', '.join(sorted(channel.groups))}")
    return "  ".join(said)


def said_of(trial: Trial) -> str:
    one = trial.attempt
    asked = f"{one.provider}/{one.upstream}"
    took = (
        f"in {one.duration_ms / 1000:.1f} s, for about ${one.cost_microusd / 1e6:.4f}"
    )
    if trial.pictures:
        picture = trial.pictures[0]
        size = f"{picture.width}x{picture.height}"
        return f"{asked}: a {picture.format} of {size} {took}"
    return f"{asked}: {one.outcome} {took}: {one.reason}"


def secret_in(path: str) -> str:
    text = sys.stdin.read() if path == "-" else Path(path).read_text()
    return text.strip()


def options_in(said: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in said]
    if not all(separator for _name, separator, _value in pairs):
        raise CommandError("Write an option as NAME=VALUE.")
    return {name: value for name, _separator, value in pairs}
