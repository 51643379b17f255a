from hashlib import sha256
from typing import Annotated, Any, cast
from uuid import UUID

import structlog
from fastapi import Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from api.schemas.fields import Digits, Id
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.database import enter
from supervision.foundation.errors import Forbidden, Invalid, Unauthenticated
from supervision.foundation.paging import PageRequest
from supervision.foundation.sessions import Row
from supervision.identity import keys
from supervision.identity.errors import LockedOut
from supervision.operations.models import IdempotencyRecord

log = structlog.get_logger()


async def session_of(request: Request) -> AsyncSession:
    """Return the session that the route opened, and commits before the answer leaves."""
    return cast(AsyncSession, request.state.session)


async def actor_of(request: Request) -> Actor:
    """Return who asks, as the route found out before it read what they sent."""
    return cast(Actor, request.state.actor)


SessionDep = Annotated[AsyncSession, Depends(session_of)]
ActorDep = Annotated[Actor, Depends(actor_of)]

ON_BEHALF_OF = "Ducha-On-Behalf-Of"
_official_id = TypeAdapter(Id)


async def know_caller(request: Request, session: AsyncSession) -> Actor:
    """Know who asks, enter their jurisdiction, and refuse what their role or key does not allow."""
    key = read_key(request)
    row = await keys.find_key(session, key.lookup)
    try:
        actor = keys.authenticate(key, row, now=clock.real_now(), request_id=request.state.request_id)
    except Unauthenticated:
        _count_refusal(request, key.lookup, row)
        raise
    _remember_proof(request, str(actor.client_id))
    await enter(session, actor.jurisdiction_id)
    permission = request.scope["route"].permission
    if actor.role not in permission.roles or permission.scope not in actor.scopes:
        raise Forbidden
    official = request.headers.get(ON_BEHALF_OF)
    if official is not None and row is not None:
        is_allowed = row["may_act_for_officials"]
        actor = await keys.act_for(session, actor, _read_official(official), is_allowed=is_allowed)
    return actor


def read_key(request: Request) -> keys.ParsedKey:
    """Return the key that a request carries, without asking the database; refuses what cannot be one."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    key = keys.parse(text) if scheme.lower() == "bearer" else None
    if key is None:
        raise Unauthenticated
    return key


def _remember_proof(request: Request, client: str) -> None:
    # What is still to come of this request is the client's too, as the next requests are from the start.
    request.state.caller = client
    request.app.edge.proven.remember(request.headers["authorization"], client)


def _count_refusal(request: Request, prefix: str, row: Row | None) -> None:
    jurisdiction_id = row["jurisdiction_id"] if row else None
    refused = request.app.state.refused_logins
    if refused.count(prefix=prefix, address=request.state.address, jurisdiction_id=jurisdiction_id):
        raise LockedOut


def _read_official(text: str) -> UUID:
    try:
        return _official_id.validate_python(text)
    except ValidationError as error:
        raise RequestValidationError([{"type": "uuid_parsing", "loc": ("header", ON_BEHALF_OF)}]) from error


async def read_version(
    _actor: ActorDep,
    if_match: Annotated[
        str, Header(max_length=100, description="the ETag that was read; without it the change is refused")
    ] = "",
) -> int:
    """Return the version that the caller read: 428 without If-Match; what is no ETag of ours is stale."""
    if not if_match:
        raise HTTPException(428)
    tag = if_match.strip().removeprefix("W/").strip('"')
    return int(tag) if tag.isascii() and tag.isdigit() and len(tag) < 10 else -1  # noqa: PLR2004 - versions fit int32


VersionDep = Annotated[int, Depends(read_version)]


def _plain_digits(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    raise PydanticCustomError("int_type", "not a whole number")


Limit = Annotated[int, Query(ge=1, le=100, description="how many at most"), BeforeValidator(_plain_digits)]
_AFTER = "the last id of the page before, as `next` gave it"


# Asynchronous, though they wait for nothing: FastAPI would send plain functions to a thread.
async def _page_of_ids(
    limit: Limit = 50, after: Annotated[Id | None, Query(description=_AFTER)] = None
) -> PageRequest[UUID]:
    return PageRequest(limit, after)


async def _page_of_numbers(
    limit: Limit = 50, after: Annotated[Digits | None, Query(description=_AFTER)] = None
) -> PageRequest[int]:
    return PageRequest(limit, None if after is None else int(after))


PageDep = Annotated[PageRequest[UUID], Depends(_page_of_ids)]
MassPageDep = Annotated[PageRequest[int], Depends(_page_of_numbers)]


class KeyReused(Invalid):
    """The Idempotency-Key came before with another request."""

    code = "idempotency_key_reused"
    zh = "该 Idempotency-Key 已用于内容不同的请求。请为新的请求换一个新值。"
    en = "This Idempotency-Key was used with another request. Choose a new one for a new request."


class Replay(Exception):  # noqa: N818 - it carries the first answer, it is no failure
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def do_once(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            max_length=100,
            description="choose one for each thing to create; sent again, the first answer comes again (48 hours)",
        ),
    ] = "",
) -> None:
    """Claim the request's key in its own transaction, or answer what was answered the first time."""
    if not key:
        return
    operation = request.scope["route"].name
    # The same client asking for another official asks for something else.
    place = f"{actor.official_id or ''}{request.url.path}?{request.url.query}".encode()
    digest = sha256(place + b"\0" + await request.body()).digest()
    owner = {"client_id": actor.client_id, "operation": operation, "key": key}
    claim = insert(IdempotencyRecord).values(**owner, request_hash=digest).on_conflict_do_nothing()
    if (await session.execute(claim.returning(IdempotencyRecord.key))).one_or_none():
        request.state.idempotency = owner
        return
    first = (await session.execute(select(IdempotencyRecord).filter_by(**owner))).scalar_one()
    if first.request_hash != digest:
        raise KeyReused
    headers = {**(first.headers or {}), "Idempotent-Replayed": "true"}
    raise Replay(Response(first.body, first.status or 200, headers))


Once = Depends(do_once)
