"""Every line has the request's id; none has a prompt, a key or a picture."""

import io
import json
import logging
import re

import pytest
import structlog

from accounts.keys import new_secret
from playground.logs import formatter

pytestmark = pytest.mark.check


@pytest.fixture
def written():
    """What is logged during the test, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(as_json=True))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    structlog.contextvars.clear_contextvars()


def last_line(stream):
    return json.loads(stream.getvalue().splitlines()[-1])


def test_our_lines_and_other_peoples_carry_the_requests_id(written):
    structlog.contextvars.bind_contextvars(request_id="req_1")
    structlog.get_logger("easel").info("painted", pictures=4)
    assert last_line(written)["pictures"] == 4
    assert last_line(written)["request_id"] == "req_1"
    logging.getLogger("celery.worker").warning("Task %s is late", "paint")
    assert last_line(written)["event"] == "Task paint is late"
    assert last_line(written)["request_id"] == "req_1"
    assert last_line(written)["level"] == "warning"


KEY = new_secret(is_test=False)
PRIVATE = re.compile(rf"{KEY[12:]}|iVBORw0KGgo|red.fox|dG9wOnNlY3JldA")


@pytest.mark.parametrize(
    "facts",
    [
        {"prompt": "a red fox"},
        {"negative_prompt": "no red fox"},
        {"body": {"prompt": "a red fox", "n": 1}},
        {"bodies": [{"prompt": "a red fox"}]},
        {"note": f"key {KEY} was used"},
        {"headers": {"Authorization": f"Bearer {KEY}"}},
        {"headers": [(b"authorization", b"Basic dG9wOnNlY3JldA")]},
        {"image": "data:image/png;base64,iVBORw0KGgo="},
        {"cookies": "sessionid=dG9wOnNlY3JldA"},
        {"asked": "Ask(prompt='a red fox', n=1)"},
        {"asked": '{"prompt": "a \\"red fox\\" in snow", "n": 1}'},
        {"path": "/create/quote?prompt=a+red+fox&n=1"},
        {"sent": "Authorization: Bearer dG9wOnNlY3JldA"},
    ],
)
def test_prompts_keys_and_pictures_are_struck_out(written, facts):
    structlog.get_logger("easel").info("asked", **facts)
    assert PRIVATE.findall(written.getvalue()) == []


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/confirm-email/MQ:1xUX1Q:jjS8urvQS9v/",
        "/accounts/password/reset/key/1-jjS8urvQS9v/",
        "/files/pic_1.png?exp=1&sig=jjS8urvQS9v",
    ],
)
def test_an_address_that_opens_something_is_struck_out_too(written, path):
    logging.getLogger("uvicorn.access").info('"GET %s HTTP/1.1" 200', path)
    assert "jjS8urvQS9v" not in written.getvalue()
    assert path[:10] in written.getvalue()


@pytest.mark.parametrize(
    "path",
    [
        "/?prompt=it's+a+red+fox&n=1",
        "/accounts/login/?next=/%3Fprompt%3Dred%20fox",
        "/accounts/login/?next=%2F%3Fprompt%3Dred%2Bfox%26n%3D1",
        "/accounts/login/?next=/%3fn%3d1%26negative_prompt%3dno+red+fox&n=1",
        "/accounts/login/?next=/%3Fnext%3D%252F%253Fprompt%253Dit's%252Bred+fox",
        "/accounts/login/?next=/%3Fprompt%3Dtea%2526a%2520red%2520fox%26n%3D1",
        "/accounts/signup/?next=%2F%3Fprompt=red+fox",
    ],
)
def test_a_prompt_in_an_address_is_struck_out_however_it_is_encoded(written, path):
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", path, "1.1", 302
    )
    assert PRIVATE.findall(written.getvalue()) == []
    assert "fox" not in written.getvalue()
    assert last_line(written)["event"].endswith('HTTP/1.1" 302')


def test_what_stands_beside_a_prompt_in_an_address_is_kept(written):
    path = "/accounts/login/?next=%2F%3Fprompt%3Dred%26model%3Dsketch-1&lang=en"
    logging.getLogger("uvicorn.access").info('"GET %s HTTP/1.1" 200', path)
    assert "%26model%3Dsketch-1&lang=en" in written.getvalue()


def test_tracebacks_and_other_peoples_lines_are_cleaned_too(written):
    try:
        raise ValueError(f"no such key {KEY}: prompt='a red fox'")
    except ValueError:
        logging.getLogger("django.request").exception("at data:image/png;base64,iVBOR")
    assert "ValueError" in last_line(written)["exception"]
    assert KEY not in written.getvalue()
    assert "red fox" not in written.getvalue()
    assert "iVBOR" not in written.getvalue()
