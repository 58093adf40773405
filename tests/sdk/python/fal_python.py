"""fal-client, as its documentation says to use it, at another address."""

import fal_client
from fal_client import client as addresses
from told import obey


def client_at(where):
    """The client knows hosts only, and speaks TLS to them: its two addresses are set."""
    addresses.QUEUE_URL_FORMAT = f"{where['base_url']}/"
    addresses.RUN_URL_FORMAT = f"{where['base_url']}/run/"
    return fal_client.SyncClient(key=where["key"])


def says_errors(deed):
    def tried(where, **words):
        try:
            return deed(client_at(where), **words)
        except fal_client.FalClientHTTPError as error:
            kinds = [one["type"] for one in error.response.json()["detail"]]
            return {"error": {"status": error.status_code, "types": kinds}}

    return tried


@says_errors
def run(client, app, **words):
    return client.run(app, arguments=words)


@says_errors
def subscribe(client, app, **words):
    seen = []
    note = lambda status: seen.append(type(status).__name__)  # noqa: E731
    told = client.subscribe(app, arguments=words, on_queue_update=note)
    return {**told, "seen": seen}


@says_errors
def submit_and_cancel(client, app, **words):
    handle = client.submit(app, arguments=words, start_timeout=30)
    first = type(handle.status()).__name__
    handle.cancel()
    return {"first": first, "last": type(handle.status()).__name__}


DEEDS = {
    "run": run,
    "subscribe": subscribe,
    "submit_and_cancel": submit_and_cancel,
}

if __name__ == "__main__":
    obey(DEEDS, package="fal-client")
