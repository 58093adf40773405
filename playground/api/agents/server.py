"""The official SDK's server around our tools, without sessions.

Every call stands alone, so any process answers any of them. This is the only module
that knows the SDK; it is loaded when the first agent calls (see `door`).
"""

from typing import Any, Protocol, cast

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    ImageContent,
    ListToolsResult,
    PaginatedRequestParams,
    ResourceLink,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import ValidationError

from playground.api.agents import tools
from playground.api.agents.bridge import AGENT, MOST_BYTES, Receive, Scope, Send
from playground.api.agents.showing import Told, problem_of
from playground.api.errors import unforeseen, wrong_field
from playground.generation.errors import EaselError

Context = ServerRequestContext[Any, Any]


class Request(Protocol):
    """An HTTP request, as far as we look at it."""

    scope: Scope


ABOUT = (
    "Easel paints pictures with many models from one prepaid balance. Pick a model with"
    " list_models, paint with generate_image, change with edit_image. Prices are in"
    " credits; a call that fails costs nothing."
)


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one call. `scope` says who calls; the door has seen to that."""
    manager = StreamableHTTPSessionManager(
        server, stateless=True, max_request_body_size=scope[MOST_BYTES]
    )
    async with manager.run():
        await manager.handle_request(scope, receive, cast(Any, send))


async def list_tools(
    context: Context, params: PaginatedRequestParams | None
) -> ListToolsResult:
    return ListToolsResult(tools=[described(tool) for tool in tools.TOOLS])


def described(tool: tools.Tool) -> Tool:
    """Describe a tool by what it really takes and answers."""
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.about,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.answers.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.is_reading,
            destructive_hint=False,
            open_world_hint=not tool.is_reading,
        ),
    )


async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
    """Do it, or say plainly what is wrong: a model reads that, and may mend it."""
    request = cast(Request, context.request)  # every call comes by HTTP
    agent: tools.Agent = request.scope[AGENT]
    try:
        tool = tools.named(params.name)
        asked = tool.takes.model_validate(params.arguments or {})
        return answered(await tool.does(asked, agent))
    except EaselError as error:
        return refused(error)
    except ValidationError as error:
        return refused(wrong_field(error.errors(include_url=False)))
    except Exception as error:
        return refused(unforeseen(error))


def answered(told: Told) -> CallToolResult:
    content: list[ContentBlock] = [TextContent(text=told.words)]
    content += [
        ImageContent(data=one.base64, mime_type=one.media_type) for one in told.pictures
    ]
    content += [
        ResourceLink(
            uri=one.url, name=one.name, mime_type=one.media_type, size=one.size
        )
        for one in told.links
    ]
    data = told.data.model_dump(mode="json")
    return CallToolResult(content=content, structured_content=data)


def refused(error: EaselError) -> CallToolResult:
    problem = problem_of(error)
    words = f"{problem.message} {problem.hint}".strip()
    return CallToolResult(
        content=[TextContent(text=f"{words} ({problem.code})")],
        structured_content={"error": problem.model_dump() | dict(error.facts)},
        is_error=True,
    )


server: Server[Any] = Server(
    "easel",
    title="Easel",
    version="1",
    instructions=ABOUT,
    on_list_tools=list_tools,
    on_call_tool=call_tool,
)
