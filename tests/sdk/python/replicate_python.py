"""replicate, as its documentation says to use it."""

from replicate import Client
from replicate.exceptions import ModelError, ReplicateError
from told import obey


def client_at(where):
    client = Client(api_token=where["key"], base_url=where["base_url"])
    client.poll_interval = 0.05
    return client


def says_errors(deed):
    def tried(where, **words):
        try:
            return deed(client_at(where), **words)
        except ReplicateError as error:
            return {"error": {"status": error.status, "detail": error.detail}}
        except ModelError as error:
            return {"error": {"status": 200, "detail": error.prediction.error}}

    return tried


@says_errors
def run(client, model, **words):
    output = client.run(model, input=words)
    listed = output if isinstance(output, list) else [output]
    return {"urls": [str(one) for one in listed], "is_list": isinstance(output, list)}


@says_errors
def create_and_wait(client, model, **words):
    prediction = client.models.predictions.create(model=model, input=words)
    first = prediction.status
    prediction.wait()
    return {"first": first, "last": prediction.status, "output": prediction.output}


@says_errors
def cancel(client, model, **words):
    prediction = client.models.predictions.create(model=model, input=words)
    prediction.cancel()
    prediction.reload()
    return {"last": prediction.status}


DEEDS = {"run": run, "create_and_wait": create_and_wait, "cancel": cancel}

if __name__ == "__main__":
    obey(DEEDS, package="replicate")
