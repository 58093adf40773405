"""What the OpenAPI document says of each endpoint, laid out for a page.

The document is the API's own, so nothing here is written twice: what it does not say, a
page cannot show.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from playground.api.gemini.routes import api as google_api
from playground.api.openai import api
from playground.api.openapi.google import described_in_both
from playground.docs.shelf import ENGLISH, named_in

Json = dict[str, Any]
JSON, FORM = "application/json", "multipart/form-data"
FILE = "binary"
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One field of what is asked or answered. `place` is where a parameter stands."""

    name: str
    kind: str
    words: str = ""
    is_required: bool = False
    place: str = ""
    choices: tuple[str, ...] = ()
    example: str = ""

    @property
    def is_file(self) -> bool:
        return self.kind == FILE


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back when all is well."""

    status: str
    words: str
    fields: tuple[Field, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint: what it takes, what it answers, and which errors it knows."""

    slug: str
    name: str
    method: str
    path: str
    words: str
    needs_key: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    form: tuple[Field, ...]
    example: str
    answers: tuple[Answer, ...]
    errors: tuple[str, ...]

    @property
    def only_form(self) -> tuple[Field, ...]:
        """What can be sent as a form alone."""
        return () if self.body else self.form


@dataclass(frozen=True, slots=True)
class Group:
    """Endpoints that belong together."""

    name: str
    words: str
    operations: tuple[Operation, ...]


@cache
def groups(language: str = ENGLISH) -> tuple[Group, ...]:
    """Return every endpoint, in the order the document has them, as called in a language."""
    if language == ENGLISH:
        return described_groups()
    names = named_in(language)
    return tuple(
        replace(
            group,
            name=names["groups"].get(group.name, group.name),
            operations=tuple(
                replace(one, name=names["operations"].get(one.slug, one.name))
                for one in group.operations
            ),
        )
        for group in described_groups()
    )


def described_groups() -> tuple[Group, ...]:
    whole = described_in_both(api, google_api)
    reader = Reader(whole["components"]["schemas"])
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in whole["tags"]}
    for path, methods in whole["paths"].items():
        for method, said in methods.items():
            found[said["tags"][0]].append(reader.operation(method, path, said))
    return tuple(
        Group(tag["name"], tag["description"], tuple(found[tag["name"]]))
        for tag in whole["tags"]
    )


def operation_named(slug: str, language: str = ENGLISH) -> Operation | None:
    known = (one for group in groups(language) for one in group.operations)
    return next((one for one in known if one.slug == slug), None)


def as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the document, with the shapes it names."""

    shapes: Json

    def operation(self, method: str, path: str, said: Json) -> Operation:
        content = said.get("requestBody", {}).get("content", {})
        asked, form = content.get(JSON, {}), content.get(FORM, {})
        well = {code: one for code, one in said["responses"].items() if code < "300"}
        return Operation(
            slug=re.sub(r"\W+", "-", f"{method}{path}".lower()).strip("-"),
            name=said["summary"].capitalize(),
            method=method.upper(),
            path=path,
            words=said.get("description", ""),
            needs_key=said.get("security") != [],
            parameters=tuple(map(self.parameter, said.get("parameters", ()))),
            body=tuple(self.fields(asked.get("schema", {}))),
            form=tuple(self.fields(form.get("schema", {}))),
            example=as_text(asked["example"]) if "example" in asked else "",
            answers=tuple(self.answer(*pair) for pair in sorted(well.items())),
            errors=tuple(sorted(said["responses"].keys() - well.keys())),
        )

    def parameter(self, said: Json) -> Field:
        schema = said["schema"]
        return Field(
            name=said["name"],
            kind=self.kind(schema),
            words=said.get("description", ""),
            is_required=said.get("required", False),
            place=said["in"],
            choices=tuple(schema.get("enum", ())),
            example=str(said.get("example", "")),
        )

    def answer(self, status: str, said: Json) -> Answer:
        content = said.get("content", {})
        asked = content.get(JSON, {})
        named = [one["value"] for one in asked.get("examples", {}).values()]
        streamed = [one["example"] for one in content.values() if "example" in one]
        fields = tuple(self.fields(asked.get("schema", {})))
        examples = tuple(map(as_text, [*named, *streamed]))
        return Answer(status, said["description"], fields, examples)

    def shape(self, schema: Json) -> Json:
        """Return what a name stands for."""
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.shapes[name] if name else schema

    def variants(self, schema: Json) -> list[Json]:
        """Return what a value may be, each as it is described; nothing is left out."""
        some = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        return [self.shape(one) for one in some or [schema]]

    def kind(self, schema: Json) -> str:
        kinds = [self.kind_of_one(one) for one in self.variants(schema)]
        known = [one for one in dict.fromkeys(kinds) if one != "null"]
        return ", ".join(known)

    def kind_of_one(self, schema: Json) -> str:
        if "enum" in schema:
            return " | ".join(map(str, schema["enum"]))
        if schema.get("type") == "array":
            return f"[{self.kind(schema.get('items', {}))}]"
        return str(schema.get("format") or schema.get("type") or "any")

    def fields(self, schema: Json, before: str = "", depth: int = 0) -> Iterator[Field]:
        """Yield an object's fields, and those of the objects in it, by their paths."""
        if depth == DEEPEST:
            return
        for one in self.variants(schema):
            required = one.get("required", ())
            for name, said in one.get("properties", {}).items():
                path = f"{before}{name}"
                yield Field(
                    path,
                    self.kind(said),
                    said.get("description", ""),
                    name in required,
                    choices=tuple(said.get("enum", ())),
                    example=str(said.get("example", "")),
                )
                yield from self.fields(said, f"{path}.", depth + 1)
            if one.get("type") == "array" and before:
                items = one.get("items", {})
                yield from self.fields(items, f"{before[:-1]}[].", depth + 1)
