"""Logs an operator can read and a customer need not fear.

One line each: JSON in production, plain in debug, with the request's id. Prompts,
keys and pictures never get there: fields named for them are dropped, and texts
that look like them are struck out, in tracebacks and other people's logs too.
"""

import logging.config
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

STRUCK_OUT = "[removed]"
OTHER_PEOPLES = (
    "django",
    "uvicorn",
    "celery",
    "allauth",
    "asyncio",
    "aiohttp",
    "stripe",
)
CALLED_ON_THEIR_OWN = ("django.server", "uvicorn.access", "uvicorn.error")
PRIVATE_FIELD = re.compile(
    r"prompt$|authorization|cookie|password|secret|^api[-_]?key$|^x-api-key$|b64_json",
    re.I,
)
PRIVATE_TEXT: tuple[tuple[str, str], ...] = (
    (r"esl_(live|test)_\w+", rf"esl_\1_{STRUCK_OUT}"),
    (r"data:image/[^\s\"'<>)]+", f"data:image/{STRUCK_OUT}"),
    (
        r"(authorization)[\"']?\s*[:=,]\s*(b?[\"'])?(\w+\s+)?[^\s\"',}]+",
        rf"\1: {STRUCK_OUT}",
    ),
    (r"\b(bearer|basic)\s+[^\s\"',}]+", rf"\1 {STRUCK_OUT}"),
    (r"(prompt[\"']?\s*[:=]\s*)([\"'])(?:\\.|(?!\2).)*\2", rf"\1{STRUCK_OUT}"),
    (r"\b(sig=)[\w-]+", rf"\1{STRUCK_OUT}"),
    (r"(/confirm-email/|/reset/key/|[?&]sig=)[^/&\s\"']+", rf"\1{STRUCK_OUT}"),
    (r"(prompt=)(?![\"'\[])[^&\s\"]+", rf"\1{STRUCK_OUT}"),
    # An address inside an address is percent-encoded, once for every time.
    (
        r"(prompt%(?P<times>(?:25)*)3D)(?:(?!%(?P=times)26)[^&\s\"])+",
        rf"\1{STRUCK_OUT}",
    ),
)
PRIVATE_PATTERNS = [
    (re.compile(pattern, re.IGNORECASE), instead) for pattern, instead in PRIVATE_TEXT
]


def configure(config: Mapping[str, Any]) -> None:
    """Set up structlog and the standard library alike, from `settings.LOGGING`."""
    structlog.configure(
        processors=[
            *before_formatting(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    passed_up = {"handlers": [], "level": "NOTSET", "propagate": True}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"easel": {"()": formatter, "as_json": config["as_json"]}},
            "handlers": {
                "stderr": {"class": "logging.StreamHandler", "formatter": "easel"}
            },
            "root": {"handlers": ["stderr"], "level": config["level"]},
            "loggers": {
                **{name: passed_up for name in (*OTHER_PEOPLES, *CALLED_ON_THEIR_OWN)},
                "mcp": {**passed_up, "level": "WARNING"},  # it tells of every call
            },
        }
    )


def formatter(as_json: bool) -> structlog.stdlib.ProcessorFormatter:
    """Write one line, whoever logged it."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before_formatting(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            strike_out,
            renderer(as_json),
        ],
    )


def before_formatting() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def renderer(as_json: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def strike_out(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Take prompts, keys and pictures out of everything that is about to be written."""
    return {name: without_secrets(name, value) for name, value in event.items()}


def without_secrets(name: str, value: Any) -> Any:
    if PRIVATE_FIELD.search(name):
        return STRUCK_OUT
    if isinstance(value, Mapping):
        return {
            str(key): without_secrets(str(key), inner) for key, inner in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [without_secrets("", inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return without_private_text(value if isinstance(value, str) else repr(value))


def without_private_text(text: str) -> str:
    for pattern, instead in PRIVATE_PATTERNS:
        text = pattern.sub(instead, text)
    return text
