"""Adapters that an operator brings along: files in a folder, one for each provider.

`kiln.py` holds a `TRADE` of the name kiln. It stands beside our own adapters, or in the
place of the one of that name. What is wrong with a file stops the start.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from playground.generation.providers.base import Trade

SETTING = "EASEL_PROVIDERS_DIR"
OURS_ALONE = ("sketch", "rehearsal")
NAME = re.compile("[a-z][a-z0-9_]*")  # variables are named after it
WRONG = (ImportError, SyntaxError, NameError, AttributeError, TypeError, ValueError)


@cache
def trades_in(folder: str) -> Mapping[str, Trade]:
    """Read every adapter in a folder. Raises `ValueError` that names file and mistake."""
    if not folder:
        return {}
    if not Path(folder).is_dir():
        raise ValueError(f"{SETTING}: there is no folder {folder}")
    files = sorted(Path(folder).glob("[!_]*.py"))
    return {file.stem: trade_in(file) for file in files}


def trade_in(file: Path) -> Trade:
    if not NAME.fullmatch(file.stem):
        raise ValueError(f"{SETTING}: {file.name}: name it in a-z, 0-9 and _")
    trade = loaded(file)
    if not isinstance(trade, Trade):
        raise ValueError(f"{SETTING}: {file.name} must hold a TRADE, made of Trade(…)")
    if trade.name != file.stem:
        said = f"its TRADE is named {trade.name}, and the file must be, too"
        raise ValueError(f"{SETTING}: {file.name}: {said}")
    if trade.name in OURS_ALONE:
        raise ValueError(f"{SETTING}: {file.name}: that provider is always Easel's own")
    return trade


def loaded(file: Path) -> object:
    """Run a file, which may do anything: it is the operator's own program."""
    spec = spec_from_file_location(f"easel_provider_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ValueError(f"{SETTING}: {file.name} is no Python file")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except WRONG as error:
        raise ValueError(f"{SETTING}: {file.name}: {error!r}") from error
    return getattr(module, "TRADE", None)
