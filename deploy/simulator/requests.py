from typing import Annotated

from pydantic import BaseModel, StringConstraints
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

BATCH_SIZE = 500

Id = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]


class Submission(BaseModel):
    id: Id
    telephone: Annotated[str, StringConstraints(pattern=r"^\+[0-9]{5,15}$")]
    text: Annotated[str, StringConstraints(min_length=1)]


class Batch(BaseModel):
    messages: list[Submission]


class Query(BaseModel):
    ids: list[Id]


class BrokenAnswer(Response):
    """Promises more than it sends, upon which the server drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b'{"results":', "more_body": True})
