"""What agents may ask of Easel and what they are told, field by field.

The schemas that `tools/list` shows are made from these classes, so what is described,
what is checked and what is answered cannot differ.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from playground.api.schemas import GenerationsIn

BESIDE = {"idempotency_key", "background", "images", "mask"}
Shown = Literal["whole", "small", "not"]


class Asked(BaseModel):
    """Arguments of a tool. A name that is not known is an error, not passed over."""

    model_config = ConfigDict(extra="forbid")


class Wish(Asked):
    """What generating and editing have in common."""

    prompt: Annotated[
        str, Field(min_length=1, description="What to paint, or what to change.")
    ]
    model: Annotated[
        str | None,
        Field(description="A model id of list_models. Left out: the server's default."),
    ] = None
    n: Annotated[
        int | None, Field(ge=1, le=10, description="How many pictures; 1 if left out.")
    ] = None
    aspect_ratio: Annotated[
        str | None, Field(description="A shape such as 1:1, 16:9 or 9:16.")
    ] = None
    resolution: Annotated[
        str | None, Field(description="0.5K, 1K, 2K or 4K. Larger ones cost more.")
    ] = None
    size: Annotated[
        str | None,
        Field(description="Pixels such as 1024x768; wins over the two above."),
    ] = None
    quality: Annotated[
        str | None, Field(description="low, medium or high, where the model has them.")
    ] = None
    seed: Annotated[
        int | None,
        Field(description="The same seed paints the same picture, where a model can."),
    ] = None
    negative_prompt: Annotated[
        str | None, Field(description="What should not be in the picture.")
    ] = None
    output_format: Annotated[
        Literal["png", "jpeg", "webp", "avif"] | None,
        Field(description="The file's format. Left out: as the model paints it."),
    ] = None
    idempotency_key: Annotated[
        str | None,
        Field(
            description="A name of your own for this order. Send the same one when you"
            " repeat a call whose answer you did not get: it is not painted or charged"
            " twice within 24 hours."
        ),
    ] = None
    background: Annotated[
        bool,
        Field(
            description="true: answer at once with a task_id, and fetch the pictures"
            " with get_task. Good for 4K and for many pictures."
        ),
    ] = False

    def body(self) -> GenerationsIn:
        """Say it as the API's own door would have read it."""
        return GenerationsIn(**self.model_dump(exclude=BESIDE, exclude_none=True))


class Generate(Wish):
    """Arguments of generate_image."""


class Edit(Wish):
    """Arguments of edit_image."""

    images: Annotated[
        list[str],
        Field(
            min_length=1,
            max_length=14,
            description="Pictures to start from: ids of pictures that Easel made for you"
            " (pic_…), https addresses, or data: URIs.",
        ),
    ]
    mask: Annotated[
        str | None,
        Field(
            description="A PNG as large as the first picture, by id, address or data:"
            " URI; only what it leaves transparent changes."
        ),
    ] = None


class ListModels(Asked):
    """Arguments of list_models."""

    model: Annotated[
        str | None,
        Field(description="One model by id or alias, with its sizes and prices."),
    ] = None
    mode: Annotated[
        Literal["generate", "edit", "mask"] | None,
        Field(description="Only models that can do this."),
    ] = None
    all_models: Annotated[
        bool, Field(description="Also those that no provider paints here just now.")
    ] = False


class GetBalance(Asked):
    """get_balance takes nothing."""


class GetTask(Asked):
    """Arguments of get_task."""

    task_id: Annotated[
        str, Field(description="The task_id of an earlier answer (img_…).")
    ]
    wait_seconds: Annotated[
        float, Field(ge=0, le=50, description="Wait so long for it to be done.")
    ] = 20


class Credits(BaseModel):
    """An amount: credits, and the same as a whole number of millionths."""

    credits: float
    microcredits: int

    @classmethod
    def of(cls, microcredits: int) -> Self:
        return cls(credits=microcredits / 1_000_000, microcredits=microcredits)


class PictureOut(BaseModel):
    """One picture. `shown` says how it stands in the answer's content."""

    id: str
    url: str
    url_expires_at: int
    width: int
    height: int
    format: str
    bytes: int
    seed: int | None
    shown: Shown


class Problem(BaseModel):
    """Why there is no picture, or not all: and what to do."""

    code: str
    message: str
    hint: str = ""


class OrderOut(BaseModel):
    """How an order stands, what it cost, and its pictures."""

    task_id: str
    status: str
    model: str
    charged: Credits
    held: Credits
    is_test: bool
    is_replay: bool = False
    pictures: list[PictureOut] = []
    warnings: list[str] = []
    error: Problem | None = None


class ModelOut(BaseModel):
    """A model, as far as choosing one needs it; sizes and prices where one was named."""

    id: str
    name: str
    description: str
    aliases: list[str]
    modes: list[str]
    tiers: list[str]
    shapes: list[str]
    max_pictures: int
    from_credits: float
    is_connected: bool
    qualities: list[str] = []
    sizes: dict[str, Any] = {}
    prices: list[dict[str, Any]] = []


class ModelsOut(BaseModel):
    """What can be asked for; prices are those of this key."""

    default_model: str
    models: list[ModelOut]


class BalanceOut(BaseModel):
    """What the key's account can spend, and what is set aside for running orders."""

    available: Credits
    held: Credits
    balance: Credits
