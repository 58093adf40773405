"""Handing batches in as a program does, and doing a worker's work step by step."""

import json

from playground.batches.carrying import carry, record, take
from playground.batches.ending import end_if_done
from playground.batches.feeding import hand_out
from playground.generation.studio import in_studio

GENERATIONS = "/v1/images/generations"
EDITS = "/v1/images/edits"


def a_line(number, url=GENERATIONS, **body):
    body = {"prompt": f"a fox, {number}", "resolution": "0.5K", **body}
    return {"custom_id": f"fox-{number}", "method": "POST", "url": url, "body": body}


def as_file(lines):
    said = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    return "\n".join(said).encode()


def send_file(api, who, content, *, key="", **words):
    """POST /v1/files as OpenAI's clients do."""
    boundary = "b0undary"
    words = {"purpose": "batch", **words}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n'
        for name, said in words.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file";'
        ' filename="foxes.jsonl"\r\n\r\n'
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    headers |= {"Idempotency-Key": key} if key else {}
    return api.request(
        "POST",
        "/v1/files",
        as_=who,
        data="".join(parts).encode() + content + f"\r\n--{boundary}--\r\n".encode(),
        headers=headers,
    )


def hand_in(api, who, lines, *, endpoint=GENERATIONS, key="", **said):
    """Send a file of lines and a batch of it; nobody has checked it yet."""
    file = send_file(api, who, as_file(lines)).json()
    return batch_of(api, who, file["id"], endpoint=endpoint, key=key, **said)


def batch_of(api, who, file_id, *, endpoint=GENERATIONS, key="", **said):
    body = {
        "input_file_id": file_id,
        "endpoint": endpoint,
        "completion_window": "24h",
        **said,
    }
    headers = {"Content-Type": "application/json"}
    headers |= {"Idempotency-Key": key} if key else {}
    return api.request(
        "POST", "/v1/batches", as_=who, data=json.dumps(body), headers=headers
    )


def seen(api, who, batch):
    return api.get(f"/v1/batches/{batch['id']}", as_=who).json()


def work_through(lines=None):
    """Carry what is handed out, here and now, until nothing is."""
    while handed := lines or hand_out():
        lines = None
        for line_id, order_id in handed:
            carry_here(line_id, order_id)


def carry_here(line_id, order_id):
    line = take(line_id, order_id)
    in_studio(carry(line))
    record(line_id, order_id)
    end_if_done(line.batch_id)


def lines_in(api, who, file_id):
    text = api.get(f"/v1/files/{file_id}/content", as_=who).text
    return [json.loads(line) for line in text.splitlines()]
