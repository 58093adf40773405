"""LiteLLM, which speaks OpenAI's dialect or Google's, as its model's prefix says."""

import asyncio

import litellm
import openai
from told import obey

litellm.suppress_debug_info = True
litellm.drop_params = False


def in_its_words(where, words):
    # Of a model it has not heard of, it lets only strangers' fields pass.
    extra = {name: words.pop(name) for name in ("response_format",) if name in words}
    is_gemini = words["model"].startswith("gemini/")
    return {
        **words,
        "api_base": where["base_url"] + ("/v1beta" if is_gemini else "/v1"),
        "api_key": where["key"],
        "max_retries": where["retries"],
        "extra_body": extra,
    }


def says_errors(deed):
    def tried(where, **words):
        if "/" not in words["model"]:
            dialect = "gemini/" if words["model"].startswith("gemini") else "openai/"
            words["model"] = dialect + words["model"]
        try:
            return answer_of(deed(in_its_words(where, words)))
        except openai.APIError as error:  # LiteLLM's own are made from these
            kind = type(error).__name__
            said = {"class": kind, "status": error.status_code, "message": str(error)}
            return {"error": said}

    return tried


def answer_of(answer):
    pictures = [
        {"url": one.url} if one.url else {"data": one.b64_json} for one in answer.data
    ]
    return {"pictures": pictures}


@says_errors
def generate(words):
    return litellm.image_generation(**words)


@says_errors
def generate_async(words):
    async def both():
        return await asyncio.gather(
            litellm.aimage_generation(**words), litellm.aimage_generation(**words)
        )

    first, second = asyncio.run(both())
    first.data += second.data
    return first


@says_errors
def edit(words):
    words.pop("how", None)
    files = [open(path, "rb") for path in words.pop("images")]
    if "mask" in words:
        words["mask"] = open(words["mask"], "rb")
    return litellm.image_edit(image=files, **words)


if __name__ == "__main__":
    deeds = {"generate": generate, "generate_async": generate_async, "edit": edit}
    obey(deeds, package="litellm")
