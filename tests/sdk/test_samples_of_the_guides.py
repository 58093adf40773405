"""Every sample of the documentation that a reader could run is run.

Those of the guides in curl, Python and JavaScript: all of a language in one process, and
the languages beside each other. Those of the API reference in curl. With a test key.
"""

import json
import os
import subprocess
import time

import pytest
import requests
from django.conf import settings
from PIL import Image

from accounts.issuing import issue_key
from accounts.limits import MANAGE_KEYS, Limits
from playground.api.openapi.batched import A_FILE
from playground.docs.marking import page_of
from playground.docs.operations import groups
from playground.docs.pages import text_of
from playground.docs.reference import curl
from playground.docs.shelf import guides
from playground.generation.models import Generation
from playground.webhooks.signing import new_secret, signature
from tests.sdk.clients import CLIENTS, HERE, NO_NODE, node_is_there, python
from tests.services.ports import wait_until
from tests.services.site import Client

ENDINGS = {"curl": "sh", "python": "py", "javascript": "mjs"}
RUNNERS = {
    "curl": ("bash", str(HERE / "samples.sh")),
    "python": python("now", "samples.py"),
    "javascript": ("node", str(HERE / "node" / "samples.mjs")),
}


def samples(origin):
    """Every block of code that is a program: `(language, name, text)`."""
    return [
        (snippet.slug, f"{guide.slug}-{language}-{block.name}", snippet.text)
        for language, _name in settings.LANGUAGES
        for guide in guides(language)
        if guide.written_in == language
        for row in page_of(
            text_of(guide.slug, language, origin), origin=origin, prefix="/docs/"
        ).rows
        for block in row.blocks
        for snippet in block.snippets
        if snippet.slug in ENDINGS
    ]


def test_every_sample_runs(live_site, worker, alice, tmp_path):
    if not node_is_there() or CLIENTS["openai-python"].lacks():
        pytest.skip(NO_NODE)
    test_key, manager = keys_of(alice)
    keys = {"EASEL_API_KEY": test_key, "MANAGER_KEY": manager}
    found = samples(live_site.base_url)
    for language in ENDINGS:
        lay_out(tmp_path / language)
    for language, name, text in found:
        (tmp_path / language / f"{name}.{ENDINGS[language]}").write_text(text)

    running = {
        language: subprocess.Popen(
            [*command, str(tmp_path / language)],
            env={**os.environ, **keys},
            stdout=subprocess.PIPE,
            text=True,
        )
        for language, command in RUNNERS.items()
    }
    wrong = {name: json.loads(one.communicate()[0]) for name, one in running.items()}

    assert wrong == {"curl": {}, "python": {}, "javascript": {}}
    assert {language for language, *_ in found} == set(ENDINGS)
    assert len(found) > 60
    assert set(Generation.objects.values_list("is_test", flat=True)) == {True}
    assert alice.credits() == 100


def keys_of(person):
    """A test key, and one that makes keys."""
    _, test_key = issue_key(person.account, name="test", is_test=True)
    only_keys = Limits(scopes=(MANAGE_KEYS,))
    _, manager = issue_key(person.account, name="manager", limits=only_keys)
    return test_key, manager


@pytest.mark.proof
def test_the_sample_of_every_endpoint_runs(live_site, worker, alice, tmp_path):
    test_key, manager = keys_of(alice)
    (tmp_path / "foxes.jsonl").write_text(CALL)
    known = what_there_is(Client(live_site.base_url), test_key, manager)
    last_of_all = [
        (one.method == "DELETE", one.method == "POST", group.name, one)
        for group in groups()
        for one in group.operations
    ]
    wrong = {}
    for _, _, group, one in sorted(last_of_all, key=lambda known: known[:2]):
        key = manager if group == "Keys" else test_key
        text = curl(one, live_site.base_url).replace(A_FILE["id"], known["FILE_ID"])
        ran = subprocess.run(
            [
                "bash",
                "-c",
                f'curl() {{ command curl -sS --fail-with-body "$@"; }}\n{text}',
            ],
            cwd=tmp_path,
            env={**os.environ, **known, "EASEL_API_KEY": key},
            capture_output=True,
            text=True,
        )
        if ran.returncode:
            wrong[one.slug] = f"{ran.stdout} {ran.stderr}"

    assert wrong == {}
    assert alice.credits() == 100


CALL = json.dumps(
    {
        "custom_id": "fox-1",
        "method": "POST",
        "url": "/v1/images/generations",
        "body": {"prompt": "a fox", "resolution": "0.5K"},
    }
)


def what_there_is(site, key, manager):
    """What only a reader knows: the ids of their own things, as the samples call them."""
    fox = {"prompt": "a fox", "resolution": "0.5K"}
    task = site.post("/v1/async/images/generations", as_=key, **fox).json()["id"]
    site.get(f"/v1/tasks/{task}?wait=30", as_=key)
    form = requests.post(
        f"{site.base_url}/v1/files",
        headers={"Authorization": f"Bearer {key}"},
        files={"file": ("foxes.jsonl", CALL)},
        data={"purpose": "batch"},
    )
    file = form.json()["id"]
    asked = {"input_file_id": file, "endpoint": "/v1/images/generations"}
    asked |= {"completion_window": "24h", "dry_run": True}
    batch = site.post("/v1/batches", as_=key, **asked).json()["id"]
    page = f"/v1/batches/{batch}"
    wait_until(lambda: site.get(page, as_=key).json()["status"] == "quoted", "quoted")
    hook = site.post("/v1/webhooks", as_=key, url="https://shop.example.com/x").json()[
        "id"
    ]
    delivery = site.post(f"/v1/webhooks/{hook}/test", as_=key).json()["id"]
    own = site.post("/v1/keys", as_=manager, name="one").json()["id"]
    names = ("TASK_ID", "REQUEST_ID", "FILE_ID", "BATCH_ID", "ENDPOINT_ID")
    names += ("DELIVERY_ID", "KEY_ID")
    return dict(zip(names, (task, task, file, batch, hook, delivery, own), strict=True))


def lay_out(folder):
    """What the samples find beside them: pictures, and Node's packages."""
    folder.mkdir()
    (folder / "node_modules").symlink_to(HERE / "node" / "node_modules")
    for name, colour in (("fox.png", "orange"), ("boat.png", "navy")):
        Image.new("RGB", (64, 64), colour).save(folder / name)
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(folder / "mask.png")


def test_the_check_of_signatures_that_the_guide_shows_takes_ours():
    code = next(
        text
        for language, name, text in samples("https://easel.example.com")
        if language == "python" and "is_from_easel" in text
    )
    shown = {}
    exec(code, shown)
    secret, body, now = new_secret(), b'{"type": "webhook.test"}', str(int(time.time()))
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": now,
        "webhook-signature": signature(secret, "msg_1", now, body),
    }
    assert shown["is_from_easel"](secret, headers, body)
    assert not shown["is_from_easel"](secret, headers, body + b" ")
    assert not shown["is_from_easel"](new_secret(), headers, body)
