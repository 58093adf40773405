"""Colour code by what its words are: by classes, since no style may stand in a page.

Four classes are enough, and they are the design's: names of fields and keywords,
strings, comments. Everything else stays as it is.
"""

from functools import lru_cache
from html import escape

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Keyword, Name, String, _TokenType
from pygments.util import ClassNotFound

CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "c"),
    (String, "s"),
    (Keyword, "k"),
    (Name.Tag, "k"),
)
ALSO_CALLED = {"curl": "bash", "sh": "bash", "py": "python", "request": "json"}


def coloured(code: str, language: str) -> str:
    """Return code as HTML."""
    parts: list[tuple[str, str]] = []
    for kind, text in lexer_for(language).get_tokens(code):
        name = class_of(kind) if text.strip() else ""
        if parts and (parts[-1][0] == name or not text.strip()):
            parts[-1] = (parts[-1][0], parts[-1][1] + text)
        else:
            parts.append((name, text))
    return "".join(span(*part) for part in parts).rstrip("\n")


def class_of(kind: _TokenType) -> str:
    return next((name for one, name in CLASSES if kind in one), "")


def span(name: str, text: str) -> str:
    shown = escape(text, quote=False)
    return f'<span class="{name}">{shown}</span>' if name else shown


@lru_cache
def lexer_for(language: str) -> Lexer:
    try:
        return get_lexer_by_name(ALSO_CALLED.get(language, language), stripnl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False)
