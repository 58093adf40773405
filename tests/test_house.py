"""The rules of the house, as far as a machine can check them.

Who may import whom, how large a thing may grow, what a template may hold, and
what must not be written down in the repository at all.
"""

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from json import loads
from pathlib import Path

import pytest

pytestmark = pytest.mark.check

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = re.compile(
    r"^\.(git|venv|venv-sdk|easel|env|\w+_cache)$|^\.hypothesis$|^__pycache__$"
    r"|^test-results$|^node_modules$"
)
TRACKED = [
    file
    for file in ROOT.rglob("*")
    if not any(NOT_OURS.search(part) for part in file.relative_to(ROOT).parts)
    and file.is_file()
]
OURS = ("accounts", "billing", "playground")
MODULES = [
    file
    for file in TRACKED
    if file.suffix == ".py"
    and file.relative_to(ROOT).parts[0] in OURS
    and "migrations" not in file.parts
]
TEMPLATES = [f for f in TRACKED if f.suffix == ".html" and "templates" in f.parts]
SETTINGS = "playground.settings"  # read top to bottom like a letter, so it may be long

# What a room may import of ours. The first prefix that fits a module decides.
ROOMS = {
    "accounts": ("accounts",),
    "billing": ("billing", "accounts"),
    "playground.generation.providers": (
        "playground.generation.providers",
    ),
    "playground.telemetry": ("playground.telemetry",),
    "playground.generation": ("playground.generation", "billing.ledger", "accounts")
    + ("playground.celery", "playground.telemetry"),
    # A batch is a door of its own: it reads and answers in the words of the API's.
    "playground.batches": ("playground", "billing", "accounts", "!playground.web"),
    "playground.webhooks": ("playground.webhooks", "playground.generation", "accounts")
    + ("playground.celery",),
    "playground.notices": ("playground.notices", "playground.generation", "billing")
    + ("accounts", "playground.celery"),
    "playground.arena": ("playground.arena", "playground.generation", "accounts")
    + ("playground.celery",),
    "playground.gallery": ("playground.gallery", "playground.generation", "accounts")
    + ("playground.celery",),
    "playground.retention": ("playground", "billing", "accounts", "!playground.web")
    + ("!playground.api",),
    "playground.trust": ("playground.trust", "playground.generation", "accounts")
    + ("playground.celery",),
    "playground.api": ("playground", "billing", "accounts", "!playground.web"),
    "playground.web": ("playground", "billing", "accounts", "!playground.api"),
    "playground.docs": ("playground", "billing", "accounts"),
    "playground.search": ("playground", "billing", "accounts"),
}  # fmt: skip
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "misc", "signals"}
NESTING = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith)
NESTING += (ast.Try, ast.Match)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


def dotted(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def imports(tree: ast.AST) -> list[str]:
    """Return what is imported, each name as far as it is spelled out."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def may_import(module: str, name: str) -> bool:
    """Say whether the room a module is in may know this name."""
    room = next((room for room in ROOMS if is_in(module, room)), None)
    if room is None or not name.startswith(OURS):
        return True
    refused = [rule[1:] for rule in ROOMS[room] if rule.startswith("!")]
    if any(is_in(name, rule) for rule in refused):
        return False
    return any(is_in(name, rule) for rule in ROOMS[room])


def functions(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(parsed(file)) if isinstance(node, FUNCTIONS)]


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    given = function.args
    every = given.posonlyargs + given.args + given.kwonlyargs
    return [one for one in every if one.arg not in ("self", "cls")]


def depth(node: ast.AST) -> int:
    """How deep blocks stand in each other; `elif` is beside its `if`, not inside."""
    deepest = 0
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, FUNCTIONS):
                continue
            is_elif = name == "orelse" and isinstance(node, ast.If) and len(value) == 1
            counts = isinstance(child, NESTING) and not is_elif
            deepest = max(deepest, depth(child) + counts)
    return deepest


def places(function_rule) -> list[str]:
    """Return where a rule about functions is broken."""
    return [
        f"{dotted(file)}.{function.name}"
        for file in MODULES
        for function in functions(file)
        if function_rule(function)
    ]


def test_imports_flow_one_way():
    wrong = [
        f"{dotted(file)} imports {name}"
        for file in MODULES
        for name in imports(parsed(file))
        if not may_import(dotted(file), name)
    ]
    assert wrong == []


def test_providers_know_no_django():
    wrong = [
        f"{dotted(file)} imports {name}"
        for file in MODULES
        for name in imports(parsed(file))
        if is_in(dotted(file), "playground.generation.providers")
        and name.split(".")[0] in ("django", "celery", "ninja", "allauth")
    ]
    assert wrong == []


def test_nothing_of_ours_is_imported_inside_a_function():
    def hides_an_import(function):
        return any(name.startswith(OURS) for name in imports(function))

    # An app may import its receivers and registries once Django is ready.
    wrong = [place for place in places(hides_an_import) if ".apps." not in place]
    assert wrong == []


def test_functions_fit_on_a_screen():
    assert places(lambda one: one.end_lineno - one.lineno + 1 > 60) == []


def test_modules_hold_one_idea():
    wrong = [
        dotted(file)
        for file in MODULES
        if len(file.read_text().splitlines()) > 400 and dotted(file) != SETTINGS
    ]
    assert wrong == []


def test_templates_are_short():
    wrong = [t.name for t in TEMPLATES if len(t.read_text().splitlines()) > 150]
    assert wrong == []


def test_blocks_are_nested_three_deep_at_most():
    assert places(lambda function: depth(function) > 3) == []


def test_functions_take_few_parameters():
    def takes_many(function):
        positional = len(function.args.posonlyargs + function.args.args)
        return positional > 6 or len(parameters(function)) > 9

    assert places(takes_many) == []


def test_every_function_is_annotated():
    def lacks_a_type(function):
        return function.returns is None or any(
            one.annotation is None for one in parameters(function)
        )

    assert places(lacks_a_type) == []


def test_every_module_says_why_it_exists():
    silent = [
        dotted(file)
        for file in MODULES
        if file.name not in ("__init__.py", "apps.py")
        and not ast.get_docstring(parsed(file))
    ]
    assert silent == []


def test_files_are_named_for_what_they_know():
    assert [f.name for f in MODULES if f.stem in FORBIDDEN_NAMES] == []


def test_exceptions_are_caught_by_name():
    """Bare `except:` is nowhere; an ignored type check names what is ignored."""
    wrong = [
        dotted(file)
        for file in MODULES
        if re.search(
            r"except:|# type: ignore(?!\[)|# noqa(?!:)|\bTODO\b", file.read_text()
        )
    ]
    assert wrong == []


def reads_environment(file: Path) -> bool:
    names = {
        getattr(node, "attr", getattr(node, "id", ""))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    return bool(names & {"environ", "getenv", "Env"})


def test_only_settings_reads_the_environment():
    allowed = (SETTINGS, "playground.supervisor", "playground.celery")
    wrong = [
        dotted(file)
        for file in MODULES
        if reads_environment(file)
        and not dotted(file).startswith(allowed)
        and "DJANGO_SETTINGS_MODULE" not in file.read_text()
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(r"\sstyle\s*=", id="a style attribute"),
        pytest.param(r"<style\b", id="a style element"),
        pytest.param(r"<script(?![^>]*\bsrc\s*=)[^>]*>", id="an inline script"),
        pytest.param(r"\son[a-z]+\s*=\s*[\"']", id="an event attribute"),
        pytest.param(r"javascript:", id="a script address"),
        pytest.param(r"\bhx-on\b|\bhx-vals=[\"']js:", id="htmx with eval"),
    ],
)
def test_templates_hold_nothing_the_content_policy_refuses(what):
    def markup(template):
        return re.sub(
            r"{%\s*comment.*?endcomment\s*%}", "", template.read_text(), flags=re.S
        )

    assert [t.name for t in TEMPLATES if re.search(what, markup(t), re.I)] == []


def test_links_for_htmx_work_without_it():
    def is_dead(tag):
        return "hx-get" in tag and tag.startswith("<a") and "href=" not in tag or (
            "hx-post" in tag and tag.startswith("<form") and "action=" not in tag
        )  # fmt: skip

    wrong = [
        f"{template.name}: {tag[:60]}"
        for template in TEMPLATES
        for tag in re.findall(r"<(?:a|form)\b[^>]*\bhx-[^>]*>", template.read_text())
        if is_dead(tag)
    ]
    assert wrong == []


def test_no_file_names_a_package_host_or_the_machine_it_was_made_on():
    hosts = "py" + r"pi\.org|pythonhosted|npm" + r"js\.(org|com)|deb\.debian\.org"
    machine = r"(?<![\w.])/(root|work|home/\w+)/|file:/{3}"
    wrong = [
        str(file.relative_to(ROOT))
        for file in TRACKED
        if file != Path(__file__)
        and "vendor" not in file.parts  # others' code, held still by its checksum
        and file.suffix not in (".png", ".webp", ".woff2", ".ttf", ".otf", ".mo")
        and re.search(f"{hosts}|{machine}", file.read_text(errors="ignore"))
    ]
    assert wrong == []


def test_the_lock_of_the_node_clients_holds_hashes_and_no_address():
    text = (ROOT / "tests/sdk/node/package-lock.json").read_text()
    assert "://" not in text and '"resolved"' not in text
    packages = {name: one for name, one in loads(text)["packages"].items() if name}
    assert packages
    assert [name for name, one in packages.items() if "integrity" not in one] == []


def test_the_locks_hold_hashes_and_no_address():
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert not re.search(r"https?:|@ |--(index|find|extra|trusted)|^-e", text, re.M)
        assert text.count("==") <= text.count("--hash=sha256:")


def test_what_is_imported_is_named_among_what_easel_needs():
    """A package that only another one brings along goes when that one changes its mind."""
    wanted = (ROOT / "requirements" / "run.in").read_text()
    named = {
        word.group().lower() for word in re.finditer(r"^[\w.-]+", wanted, re.MULTILINE)
    }
    brought_by = packages_distributions()
    missing = {
        (top, dotted(module))
        for module in MODULES
        for top in {name.partition(".")[0] for name in imports(parsed(module))}
        if top not in OURS and top not in sys.stdlib_module_names
        if not named & {one.lower().replace("_", "-") for one in brought_by[top]}
    }
    assert missing == set()
