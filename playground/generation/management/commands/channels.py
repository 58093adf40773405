"""`channels`: the ways to providers, for operators: list, add, try, turn off and on.

What the settings name is there anyway. A credential comes from a file or from standard
input, never from the command line, where others could read it. The same is done in the
browser, at /operator/channels.
"""

import asyncio
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.generation.connecting import Said, change, connect, remove, switch
from playground.generation.errors import EaselError
from playground.generation.foreseeing import Scenario, foresee
from playground.generation.surveying import Surveyed, survey
from playground.generation.trial import Trial, on_trial, tried
from playground.generation.unpaid import brakes
from playground.generation.ways import ChannelRow


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
        test.add_argument("--model", default="")
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
        every = survey()
        for one in every:
            self.stdout.write(line_of(one))
        for one in every:
            for ill in one.ills:
                self.stdout.write(
                    f"set back: {ill.model} at {one.name} until {ill.until:%H:%M:%S}"
                    f" UTC, failed {ill.failures} times: {ill.reason}"
                )
        for (account, key), brake in brakes().items():
            self.stdout.write(
                f"braked: {key or 'all keys'} of {account} until {brake.ends_at:%H:%M:%S}"
                f" UTC, unpaid ${brake.microusd / 1e6:.2f}"
            )

    def do_add(self, name: str, provider: str, **told: Any) -> None:
        said = Said(
            name,
            provider,
            secret=secret_in(told["secret_file"]) if told["secret_file"] else "",
            base_url=told["base_url"],
            is_local=told["local"],
            options=options_in(told["option"]),
            priority=told["priority"],
            weight=told["weight"],
            concurrency=told["concurrency"],
            per_minute=told["per_minute"],
            groups=tuple(told["group"]),
        )
        row = ChannelRow.objects.filter(name=name).first()
        if row is None:
            connect(said)
        else:
            change(row, said)
        self.stdout.write(f"{name} is on. Try it: manage.py channels test {name}")

    def do_test(self, name: str, model: str, **_: Any) -> None:
        trial = asyncio.run(tried(on_trial(name), model))
        self.stdout.write(said_of(trial))
        if trial.picture is None:
            raise CommandError(f"{name} did not paint {trial.candidate.model}.")

    def do_on(self, name: str, **_: Any) -> None:
        switch(row_of(name), is_on=True)
        self.stdout.write(f"{name} is on.")

    def do_off(self, name: str, **_: Any) -> None:
        switch(row_of(name), is_on=False)
        self.stdout.write(f"{name} is off.")

    def do_remove(self, name: str, **_: Any) -> None:
        remove(row_of(name))
        self.stdout.write(f"{name} is gone.")

    def do_route(self, model: str, group: str, **_: Any) -> None:
        foreseen = foresee(Scenario(model, group=group))
        if foreseen.refusal:
            raise CommandError(foreseen.refusal)
        for place, one in enumerate(foreseen.asked, start=1):
            offer, when = one.candidate.offer, one.until
            self.stdout.write(
                f"{place}. {offer.provider}/{offer.upstream}"
                f" by {one.candidate.channel.name}: {one.standing}"
                + (f" until {when:%H:%M:%S} UTC" if when else "")
            )


def row_of(name: str) -> ChannelRow:
    row = ChannelRow.objects.filter(name=name).first()
    if row is None:
        raise CommandError(f"There is no channel {name} that was added here.")
    return row


def line_of(one: Surveyed) -> str:
    """Say what a channel is, and nothing that lets anybody in."""
    if not one.is_on or one.problem:
        return "  ".join((one.name, one.provider, one.problem if one.is_on else "off"))
    said = [one.name, one.provider, one.base_url or "at home"]
    said.append(f"priority {one.kept.priority}, weight {one.kept.weight}")
    if one.kept.concurrency:
        said.append(f"{one.kept.concurrency} at once")
    if one.kept.per_minute:
        said.append(f"{one.kept.per_minute} a minute")
    if one.kept.groups:
        said.append(f"for {', '.join(sorted(one.kept.groups))}")
    return "  ".join(said)


def said_of(trial: Trial) -> str:
    one, picture = trial.attempt, trial.picture
    asked = f"{one.provider}/{one.upstream}"
    took = f"in {trial.seconds:.1f} s, for about ${one.cost_microusd / 1e6:.4f}"
    if picture:
        size = f"{picture.width}x{picture.height}"
        return f"{asked}: a {picture.format} of {size} {took}"
    return f"{asked}: {one.outcome} {took}: {trial.reason}"


def secret_in(path: str) -> str:
    text = sys.stdin.read() if path == "-" else Path(path).read_text()
    return text.strip()


def options_in(said: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in said]
    if not all(separator for _name, separator, _value in pairs):
        raise CommandError("Write an option as NAME=VALUE.")
    return {name: value for name, _separator, value in pairs}
