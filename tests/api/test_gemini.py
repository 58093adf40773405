"""The Gemini dialect, as Google's clients speak it."""

import base64
import io
import json
from contextlib import suppress

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from accounts.issuing import issue_key
from playground.generation.audit import audit
from playground.generation.models import Generation

MODEL = "/v1beta/models/sketch-1"
GENERATE = f"{MODEL}:generateContent"
SMALL = {"imageConfig": {"imageSize": "512"}}


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


def said(text: str, *pictures: bytes, role: str = "user") -> dict:
    shown = [
        {"inlineData": {"mimeType": "image/png", "data": b64(one)}} for one in pictures
    ]
    return {"role": role, "parts": [{"text": text}, *shown] if text else shown}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def plain(colour, width=512, height=512) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def noise(side=600) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(file, "PNG")
    return file.getvalue()


def send(api, who, body, path=GENERATE, **headers):
    """POST a body with the key where Google's clients put it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if who is not None:
        named["x-goog-api-key"] = who if isinstance(who, str) else who.secret
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return api.request(
        "POST", path, data=data, headers={"Content-Type": "application/json", **named}
    )


def ask(api, who, *contents, path=GENERATE, config=None, headers=None, **more):
    body = {"contents": list(contents) or [said("a red fox")], **more}
    body["generationConfig"] = {**SMALL, **(config or {})}
    return send(api, who, body, path, **(headers or {}))


def picture(answer, place=0) -> Image.Image:
    assert answer.status_code == 200, answer.text
    part = answer.json()["candidates"][place]["content"]["parts"][0]
    data = base64.b64decode(part["inlineData"]["data"], validate=True)
    return Image.open(io.BytesIO(data)).convert("RGB")


def middle(image) -> tuple[int, int, int]:
    return image.resize((1, 1)).getpixel((0, 0))


def warned(answer) -> list[str]:
    return [note["field"] for note in answer.json()["metadata"]["warnings"]]


def problem(answer) -> dict:
    """The envelope of an error, known to be whole."""
    error = answer.json()["error"]
    assert {"code", "message", "status", "details"} == set(error)
    assert error["code"] == answer.status_code
    return error


def reason(answer) -> str:
    return problem(answer)["details"][0]["reason"]


def test_words_become_a_picture_for_one_credit(api, alice):
    answer = ask(api, alice, said("a red fox"))

    body = answer.json()
    candidate = body["candidates"][0]
    assert picture(answer).size == (512, 512)
    assert candidate["content"]["role"] == "model"
    assert (candidate["finishReason"], candidate["index"]) == ("STOP", 0)
    assert body["modelVersion"] == "sketch-1"
    assert body["responseId"] == answer.headers["x-request-id"]
    assert alice.credits() == 99


def test_the_order_is_like_any_other(api, alice):
    answer = ask(api, alice)

    order = Generation.objects.get()
    task = api.get(f"/v1/tasks/{order.pk}", as_=alice).json()
    assert order.pk.startswith("img_")
    assert order.endpoint == "gemini.generateContent"
    assert answer.headers["x-easel-credits"] == "1"
    assert task["status"] == "succeeded"
    assert answer.json()["metadata"]["cost"]["credits"] == 1


@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("version", ["/v1", "/v1beta"])
def test_both_versions_answer_with_and_without_a_slash(api, alice, version, end):
    path = f"{version}/models/sketch-1:generateContent{end}"

    assert ask(api, alice, path=path).status_code == 200


def test_a_model_may_be_named_as_the_list_names_it(api, alice):
    path = "/v1beta/models/models/sketch-1:generateContent"

    assert ask(api, alice, path=path).status_code == 200


def test_a_key_is_taken_in_each_of_googles_ways(api, alice):
    body = {"contents": [said("a fox")], "generationConfig": SMALL}
    bearer = {"Authorization": f"Bearer {alice.secret}"}

    answers = [
        send(api, alice, body),
        send(api, None, body, f"{GENERATE}?key={alice.secret}"),
        send(api, None, body, **bearer),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_usage_counts_the_words_and_the_pictures(api, alice):
    usage = ask(api, alice, said("a red fox"), config={"candidateCount": 2}).json()

    counted = usage["usageMetadata"]
    assert counted["candidatesTokenCount"] == 2 * 747
    assert counted["totalTokenCount"] == counted["promptTokenCount"] + 2 * 747
    assert counted["promptTokensDetails"] == [{"modality": "TEXT", "tokenCount": 3}]


def test_candidates_are_pictures_and_each_is_paid(api, alice):
    answer = ask(api, alice, config={"candidateCount": 3})

    assert [one["index"] for one in answer.json()["candidates"]] == [0, 1, 2]
    assert picture(answer, 2).size == (512, 512)
    assert alice.credits() == 97


CONFIGS = [
    pytest.param({"imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"}}, id="camel"),
    pytest.param(
        {"image_config": {"aspect_ratio": "16:9", "image_size": "1k"}}, id="snake"
    ),
    pytest.param(
        {"imageConfig": {"aspect_ratio": "16:9", "imageSize": "1024px"}}, id="mixed"
    ),
    pytest.param(
        {
            "responseFormat": [
                {
                    "image": {
                        "aspectRatio": "ASPECT_RATIO_SIXTEEN_BY_NINE",
                        "imageSize": "IMAGE_SIZE_ONE_K",
                    }
                }
            ]
        },
        id="as enums",
    ),
]  # fmt: skip


@pytest.mark.parametrize("config", CONFIGS)
def test_the_size_is_read_in_every_spelling(api, alice, config):
    answer = send(api, alice, {"contents": [said("a fox")], "generationConfig": config})

    assert answer.json()["metadata"]["shape"] == "16:9"
    assert picture(answer).size == (1365, 768)
    assert warned(answer) == []


@pytest.mark.parametrize("size", ["2k", "2K"])
def test_a_scale_is_read_in_either_case(api, alice, size):
    answer = ask(api, alice, config={"imageConfig": {"imageSize": size}})

    assert picture(answer).size == (2048, 2048)


def test_a_seed_paints_the_same_picture_as_at_openais_door(api, alice):
    here = ask(api, alice, said("a fox"), config={"seed": 7})
    there = api.post(
        "/v1/images/generations",
        as_=alice,
        prompt="a fox",
        seed=7,
        resolution="0.5K",
        response_format="b64_json",
    )

    theirs = base64.b64decode(there.json()["data"][0]["b64_json"])
    data = here.json()["candidates"][0]["content"]["parts"][0]["inlineData"]["data"]
    assert base64.b64decode(data) == theirs


def test_a_format_is_delivered_as_asked(api, alice):
    options = {"mimeType": "image/jpeg", "compressionQuality": 50}
    config = {"imageConfig": {"imageSize": "512", "imageOutputOptions": options}}

    answer = ask(api, alice, config=config)

    part = answer.json()["candidates"][0]["content"]["parts"][0]
    assert part["inlineData"]["mimeType"] == "image/jpeg"
    assert base64.b64decode(part["inlineData"]["data"]).startswith(b"\xff\xd8")


def test_a_picture_is_given_by_address_when_that_is_asked(api, alice):
    config = {"responseFormat": [{"image": {"imageSize": "512", "delivery": "URI"}}]}

    answer = send(api, alice, {"contents": [said("a fox")], "generationConfig": config})

    part = answer.json()["candidates"][0]["content"]["parts"][0]["fileData"]
    assert part["mimeType"] == "image/png"
    assert api.request("GET", part["fileUri"]).body.startswith(b"\x89PNG")


def test_nothing_but_contents_is_needed(api, alice):
    body = {"contents": [{"parts": [{"text": "a fox"}]}]}

    assert picture(send(api, alice, body)).size == (1024, 1024)


def test_null_and_empty_are_as_if_they_were_absent(api, alice):
    body = {
        "contents": {"role": None, "parts": {"text": "a fox", "inlineData": None}},
        "generationConfig": {"imageConfig": None, "seed": None, "responseFormat": None},
        "safetySettings": None,
        "systemInstruction": None,
    }

    answer = send(api, alice, body)

    assert picture(answer).size == (1024, 1024)
    assert warned(answer) == []


def test_what_has_no_effect_is_accepted_and_said(api, alice):
    answer = ask(
        api,
        alice,
        said("a fox"),
        config={
            "temperature": 0.5,
            "thinkingConfig": {"include_thoughts": True},
            "imageConfig": {"imageSize": "512", "personGeneration": "ALLOW_ALL"},
        },
        system_instruction={"parts": [{"text": "be bold"}]},
        safetySettings=[{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        model="models/sketch-1",
    )

    assert answer.status_code == 200
    assert sorted(warned(answer)) == [
        "generationConfig.imageConfig.personGeneration",
        "generationConfig.temperature",
        "generationConfig.thinkingConfig",
        "safetySettings",
        "systemInstruction",
    ]


def test_warnings_name_the_fields_as_google_does(api, alice):
    config = {"imageConfig": {"aspectRatio": "17:9", "imageSize": "512"}}

    answer = ask(api, alice, config=config)

    assert warned(answer) == ["generationConfig.imageConfig.aspectRatio"]


def test_labels_and_a_user_are_kept_and_echoed(api, alice):
    answer = ask(api, alice, labels={"team": "red"}, user="mo", metadata={"a": "b"})

    metadata = answer.json()["metadata"]
    assert metadata["user"] == "mo"
    assert metadata["metadata"] == {"team": "red", "a": "b"}
    assert warned(answer) == []


def test_a_picture_of_ones_own_is_changed_by_its_name(api, alice):
    made = api.post("/v1/images/generations", as_=alice, prompt="a fox", seed=1)
    name = made.json()["data"][0]["id"]
    shown = {"file_data": {"file_uri": name, "mime_type": "image/png"}}

    answer = ask(api, alice, {"parts": [shown, {"text": "black and white"}]})

    red, green, blue = middle(picture(answer))
    assert max(red, green, blue) - min(red, green, blue) < 12


def test_words_in_several_parts_are_one_prompt(api, alice):
    ask(api, alice, {"parts": [{"text": "a fox"}, {"text": "in the snow"}]})

    assert Generation.objects.get().prompt == "a fox\nin the snow"


def test_a_picture_is_changed_by_words(api, alice):
    answer = ask(api, alice, said("rotate it by 90 degrees", plain("red", 768, 512)))

    red = middle(picture(answer))
    assert red[0] > 150 and red[2] < 100
    assert answer.json()["usageMetadata"]["promptTokensDetails"][1] == {
        "modality": "IMAGE",
        "tokenCount": 258,
    }
    assert alice.credits() == 99


def test_the_result_has_the_pictures_shape_unless_another_is_asked(api, alice):
    answer = ask(api, alice, said("make it night", plain("red", 640, 360)))

    assert answer.json()["metadata"]["shape"] == "16:9"


SPELLINGS = [
    pytest.param(lambda data: b64(data), id="the standard alphabet"),
    pytest.param(lambda data: base64.urlsafe_b64encode(data).decode(), id="URL-safe"),
    pytest.param(lambda data: b64(data).rstrip("="), id="without padding"),
    pytest.param(
        lambda data: f"data:image/png;base64,{b64(data)}", id="as a data URI"
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    "data", [plain("red", 300, 301), noise()], ids=["small", "large"]
)
@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_picture_is_read_in_every_spelling_of_base64(api, alice, spelled, data):
    part = {"inline_data": {"mime_type": "image/png", "data": spelled(data)}}

    answer = ask(api, alice, {"parts": [part, {"text": "mirror it"}]})

    assert answer.status_code == 200, answer.text
    (name,) = Generation.objects.get().request["references"]
    with default_storage.open(name) as kept:
        assert kept.read() == data


def test_the_last_words_change_the_models_last_picture(api, alice):
    blue, green = plain("blue"), plain("green")
    before = [
        said("a fox"),
        said("", plain("red"), role="model"),
        said("make it blue"),
        said("here you are", blue, role="model"),
    ]

    answer = ask(api, alice, *before, said("blur it"))

    colour = middle(picture(answer))
    assert colour[2] > 150 and colour[0] < 100
    assert Generation.objects.get().prompt == "blur it"
    assert "contents" in warned(answer)
    assert green != blue


def test_pictures_shown_with_the_last_words_come_after_the_models(api, alice):
    answer = ask(
        api,
        alice,
        said("a fox"),
        said("", plain("red"), role="model"),
        said("side by side with this one", plain("blue")),
    )

    image = picture(answer)
    assert image.getpixel((image.width // 4, image.height // 2))[0] > 150
    assert image.getpixel((3 * image.width // 4, image.height // 2))[2] > 150


def test_what_a_model_thought_aloud_is_no_picture_of_its(api, alice):
    drawn = said("", plain("red"), plain("blue"), role="model")
    drawn["parts"][1]["thought"] = True

    answer = ask(api, alice, said("a fox"), drawn, said("blur it"))

    assert middle(picture(answer))[0] > 150


def test_a_person_who_shows_first_and_speaks_then_is_understood(api, alice):
    answer = ask(api, alice, said("", plain("red")), said("blur it"))

    assert middle(picture(answer))[0] > 150
    assert warned(answer) == []


def test_an_answer_without_a_picture_leaves_what_was_shown(api, alice):
    answer = ask(
        api,
        alice,
        said("blur it", plain("red")),
        said("I would rather not", role="model"),
        said("do blur it"),
    )

    assert middle(picture(answer))[0] > 150


# A model that follows conversations, painted by the stand-in of a test key.
FOLLOWS = "/v1beta/models/gemini-3.1-flash-image-preview:generateContent"
SIGNATURE = base64.b64encode(bytes(range(256)) * 40).decode()


def test_a_conversation_is_kept_for_a_model_that_follows_it(api, alice):
    _key, secret = issue_key(alice.account, name="rehearsal", is_test=True)
    drawn = said("here", plain("red"), role="model")
    drawn["parts"][0]["thoughtSignature"] = "c2lnbmVk-_+/"
    drawn["parts"][1]["thought_signature"] = SIGNATURE

    answer = ask(
        api,
        secret,
        said("a fox like this", plain("blue")),
        drawn,
        said("blur it"),
        path=FOLLOWS,
    )

    order = Generation.objects.get().request
    assert middle(picture(answer))[0] > 150
    assert warned(answer) == []
    assert len(order["references"]) == len(order["earlier"]) == 1
    assert [turn["role"] for turn in order["turns"]] == ["user", "model", "user"]
    assert [piece["signature"] for piece in order["turns"][1]["pieces"]] == [
        "c2lnbmVk-_+/",
        SIGNATURE,
    ]
    assert [
        piece["picture"] for turn in order["turns"] for piece in turn["pieces"]
    ] == [None, 1, None, 0, None]


@pytest.mark.parametrize("tool", [{"googleSearch": {}}, {"google_search": {}}])
def test_a_search_of_the_web_is_handed_to_a_model_that_can(api, alice, tool):
    _key, secret = issue_key(alice.account, name="rehearsal", is_test=True)

    answer = ask(api, secret, said("today's paper"), tools=[tool], path=FOLLOWS)

    assert warned(answer) == []
    assert Generation.objects.get().request["extras"] == [["web_search", True]]


@pytest.mark.parametrize("tools", [[{"codeExecution": {}}], [], [{}], "search"])
def test_other_tools_have_no_effect_and_that_is_said(api, alice, tools):
    answer = ask(api, alice, said("a fox"), tools=tools)

    assert warned(answer) == ["tools"]


def test_a_long_prompt_among_pictures_stays_whole(api, alice):
    words = "a fox; " + "ü" * 5000

    body = {"contents": [said(words, noise())], "generationConfig": SMALL}

    send(api, alice, json.dumps(body, ensure_ascii=False).encode())

    assert Generation.objects.get().prompt == words


def test_a_key_makes_a_repeated_call_cost_once(api, alice):
    headers = {"Idempotency_Key": "order-1"}

    first = ask(api, alice, said("a fox", plain("red")), headers=headers)
    second = ask(api, alice, said("a fox", plain("red")), headers=headers)
    other = ask(api, alice, said("a bear"), headers=headers)

    assert first.json()["candidates"] == second.json()["candidates"]
    assert second.headers["idempotent-replayed"] == "true"
    assert (other.status_code, problem(other)["status"]) == (422, "FAILED_PRECONDITION")
    assert alice.credits() == 99


@pytest.mark.parametrize("verb", ["generateContent", "streamGenerateContent"])
def test_a_dry_run_says_the_price_and_stores_nothing(api, alice, verb):
    path = f"{MODEL}:{verb}?dry_run=true"

    answer = ask(api, alice, said("blur it", plain("red")), path=path)

    assert answer.json()["object"] == "quote"
    assert answer.json()["total_price"]["credits"] == 1
    assert alice.credits() == 100
    assert not Generation.objects.exists()


def test_a_quote_is_taken_with_the_order(api, alice):
    quote = ask(api, alice, dryRun=True).json()

    answer = ask(api, alice, quoteId=quote["quote_id"])

    assert answer.status_code == 200, answer.text
    assert warned(answer) == []


def test_who_wants_no_changes_gets_none(api, alice):
    config = {"imageConfig": {"aspectRatio": "17:9", "imageSize": "512"}}

    answer = ask(api, alice, config=config, headers={"X_Easel_Strict": "1"})

    violations = problem(answer)["details"][1]["fieldViolations"]
    assert violations[0]["field"] == "generationConfig.imageConfig.aspectRatio"
    assert reason(answer) == "WOULD_BE_CHANGED"
    assert alice.credits() == 100


def test_count_tokens_counts_and_costs_nothing(api, alice):
    contents = [said("a red fox", plain("red"))]

    answers = [
        send(api, alice, {"contents": contents}, f"{MODEL}:countTokens"),
        send(
            api,
            alice,
            {"generateContentRequest": {"contents": contents}},
            "/v1/models/sketch-1:countTokens/",
        ),
    ]

    assert [answer.json()["totalTokens"] for answer in answers] == [261, 261]
    assert alice.credits() == 100
    assert not Generation.objects.exists()


def test_predict_paints_as_litellm_asks(api, alice):
    body = {
        "instances": [{"prompt": "a fox"}],
        "parameters": {"sampleCount": 2, "aspectRatio": "16:9", "sampleImageSize": "1K"},
    }  # fmt: skip

    answer = send(api, alice, body, f"{MODEL}:predict")

    predictions = answer.json()["predictions"]
    pictures = [base64.b64decode(one["bytesBase64Encoded"]) for one in predictions]
    assert [one["mimeType"] for one in predictions] == ["image/png"] * 2
    assert Image.open(io.BytesIO(pictures[1])).size == (1365, 768)
    assert alice.credits() == 98


# Lists of models, and whose they are.


def test_models_are_listed_a_page_at_a_time(api, alice):
    first = api.get("/v1beta/models?pageSize=2", x_goog_api_key=alice.secret).json()
    token = first["nextPageToken"]
    second = api.get(
        f"/v1beta/models?pageSize=1000&pageToken={token}", x_goog_api_key=alice.secret
    ).json()

    names = [one["name"] for one in first["models"] + second["models"]]
    assert len(first["models"]) == 2
    assert "models/sketch-1" in names and len(names) == len(set(names))
    assert "nextPageToken" not in second


@pytest.mark.parametrize("name", ["sketch-1", "sketch-1-4k", "models/sketch-1/"])
def test_a_model_is_found_by_any_name(api, alice, name):
    one = api.get(f"/v1beta/models/{name}", x_goog_api_key=alice.secret).json()

    assert one["name"] == "models/sketch-1"
    assert "generateContent" in one["supportedGenerationMethods"]


def test_the_kind_of_key_decides_whose_list_it_is(api, alice):
    googles = [
        api.get("/v1/models", x_goog_api_key=alice.secret),
        api.get("/v1/models/sketch-1", x_goog_api_key=alice.secret),
        api.get(f"/v1/models?key={alice.secret}"),
        api.get("/v1/models", as_=alice, x_goog_api_client="google-genai-sdk/3.4.0"),
    ]
    openais = [
        api.get("/v1/models", as_=alice),
        api.get("/v1/models/sketch-1", as_=alice),
    ]

    assert [set(answer.json()) & {"models", "name"} for answer in googles] == [
        {"models"}, {"name"}, {"models"}, {"models"}
    ]  # fmt: skip
    assert [answer.json()["object"] for answer in openais] == ["list", "model"]


def test_an_unknown_model_is_said_in_the_dialect_that_asked(api, alice):
    google = api.get("/v1/models/nothing", x_goog_api_key=alice.secret)
    openai = api.get("/v1/models/nothing", as_=alice)

    assert problem(google)["status"] == "NOT_FOUND"
    assert openai.json()["error"]["code"] == "model_not_found"


# What goes wrong, in Google's envelope, and for nothing.


@pytest.mark.parametrize("path", [GENERATE, "/v1/models/sketch-1:generateContent"])
@pytest.mark.parametrize("secret", [None, "nonsense", "esl_live_nonsense"])
def test_nobody_comes_in_without_a_key(api, books_db, secret, path):
    answer = ask(api, secret, path=path)

    assert (answer.status_code, problem(answer)["status"]) == (401, "UNAUTHENTICATED")
    assert reason(answer) == "INVALID_API_KEY"


def test_an_empty_wallet_says_what_is_missing(api, bob):
    answer = ask(api, bob)

    assert (answer.status_code, problem(answer)["status"]) == (402, "PAYMENT_REQUIRED")
    assert "1 credit" in problem(answer)["message"]
    assert problem(answer)["details"][0]["metadata"]["available_credits"] == "0"


@pytest.mark.parametrize(
    "path",
    [
        "/v1beta/models/sketch-7:generateContent",
        "/v1beta/models/sketch-1:batchGenerateContent",
        "/v1/models/sketch-1:embedContent",
        "/v1beta/interactions",
        "/v1/interactions",
        "/v1beta/nothing",
        "/v1beta/",
        "/v1beta",
    ],
)
def test_an_unknown_path_is_not_found_in_googles_words(api, alice, path):
    answer = ask(api, alice, path=path)

    assert (answer.status_code, problem(answer)["status"]) == (404, "NOT_FOUND")


def test_what_both_dialects_have_goes_by_the_key(api, alice):
    google = api.get("/v1/operations", x_goog_api_key=alice.secret)
    openai = api.get("/v1/operations", as_=alice)

    assert problem(google)["status"] == "NOT_FOUND"
    assert "type" in openai.json()["error"]


@pytest.mark.parametrize("path", [GENERATE, "/v1/models/sketch-1:generateContent"])
def test_a_wrong_method_is_said_in_googles_words(api, alice, path):
    answer = api.get(path, as_=alice)

    assert (answer.status_code, problem(answer)["status"]) == (405, "UNIMPLEMENTED")
    assert answer.headers["Allow"] == "POST"


def test_a_body_that_is_too_large_is_a_413(api, alice, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    with suppress(ConnectionError):
        answer = ask(api, alice, said("a" * 2000))

    assert (answer.status_code, reason(answer)) == (413, "PAYLOAD_TOO_LARGE")


BROKEN = [
    "", "{", "[]", "7", "null", '"contents"', "[" * 5000, '{"a":' * 900 + "1" + "}" * 900,
    '{"contents": [' + "[" * 200 + "]" * 200 + "]}", '{"contents": "\\ud800"}',
    '{"contents": [{"parts": [{"text": "\\ud800"}]}]}', b"\xff\xfe",
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN)
def test_json_that_is_none_is_a_400(api, alice, body):
    answer = send(api, alice, body)

    assert (answer.status_code, problem(answer)["status"]) == (400, "INVALID_ARGUMENT")
    assert alice.credits() == 100


CANDIDATES = "generationConfig.candidateCount"
SIZE = "generationConfig.imageConfig.imageSize"
RATIO = "generationConfig.imageConfig.aspectRatio"
FOX = [said("a fox")]


def wrong(field: str, name: str, **body) -> object:
    return pytest.param(body, field, id=name)


WRONG = [
    wrong("contents", "nothing"),
    wrong("contents", "no turn", contents=[]),
    wrong("contents", "no words", contents=[{"parts": []}]),
    wrong("contents", "blank words", contents=[said("  ")]),
    wrong("contents", "the model speaks last", contents=[*FOX, said("", role="model")]),
    wrong("contents", "an unknown role", contents=[said("a", role="wizard")]),
    wrong("contents[0].parts[1]", "no picture", contents=[said("a", b"no picture")]),
    wrong("contents[0].parts[1]", "half a picture", contents=[said("a", noise()[:9000])]),
    wrong(
        "contents[0].parts[0]",
        "no base64",
        contents=[{"parts": [{"inlineData": {"data": "!!!"}}, {"text": "a"}]}],
    ),
    wrong(
        "contents[0].parts[0]",
        "an address next door",
        contents=[{"parts": [{"fileData": {"fileUri": "https://127.0.0.1/a.png"}}]}],
    ),
    wrong(
        "contents[0].parts[0]",
        "an address of Google's storage",
        contents=[{"parts": [{"file_data": {"file_uri": "gs://bucket/a.png"}}]}],
    ),
    wrong("contents", "too many pictures", contents=[said("a", *[plain("red", 9, 9)] * 17)]),
    wrong(CANDIDATES, "none", contents=FOX, generationConfig={"candidateCount": 0}),
    wrong(CANDIDATES, "many", contents=FOX, generationConfig={"candidateCount": 10**20}),
    wrong(CANDIDATES, "true", contents=FOX, generationConfig={"candidateCount": True}),
    wrong(SIZE, "no scale", contents=FOX, generationConfig={"imageConfig": {"imageSize": "big"}}),
    wrong(RATIO, "none", contents=FOX, generationConfig={"imageConfig": {"aspectRatio": "0:0"}}),
    wrong(
        "generationConfig.responseModalities",
        "words only",
        contents=FOX,
        generationConfig={"responseModalities": ["text"]},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field"), WRONG)
def test_what_is_wrong_is_named_as_google_names_it(api, alice, body, field):
    answer = send(api, alice, body)

    assert (answer.status_code, problem(answer)["status"]) == (400, "INVALID_ARGUMENT")
    violations = problem(answer)["details"][1]["fieldViolations"]
    assert violations[0]["field"] == field
    assert alice.credits() == 100
    assert not Generation.objects.exists()
