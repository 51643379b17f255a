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

from api.access_record import Access
from api.permissions import PERMISSIONS
from api.schemas.fields import Digits, Id
from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.errors import Forbidden, Invalid, Unauthenticated
from supervision.foundation.paging import PageRequest
from supervision.foundation.sessions import Row
from supervision.identity import keys
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
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    key = keys.parse(text) if scheme.lower() == "bearer" else None
    if key is None:
        raise Unauthenticated
    address = request.client.host if request.client else ""
    row = await keys.find_key(session, lookup=key.lookup, address=address)
    try:
        actor = keys.authenticate(key, row, now=clock.real_now(), request_id=request.state.trace_id)
    except Unauthenticated:
        await _remember_refusal(request, key.lookup, address, row)
        raise
    # Known from here on, even if it is refused: whose audit tells of it.
    request.state.actor = actor
    await enter(session, actor.jurisdiction_id)
    permission = PERMISSIONS[request.scope["route"].name]
    if actor.role not in permission.roles or permission.scope not in actor.scopes:
        raise Forbidden
    official = request.headers.get(ON_BEHALF_OF)
    if official is not None and row is not None:
        is_allowed = row["may_act_for_officials"]
        actor = await keys.act_for(session, actor, _read_official(official), is_allowed=is_allowed)
    return actor


def _read_official(text: str) -> UUID:
    try:
        return _official_id.validate_python(text)
    except ValidationError as error:
        raise RequestValidationError([{"type": "uuid_parsing", "loc": ("header", ON_BEHALF_OF)}]) from error


async def _remember_refusal(request: Request, lookup: str, address: str, row: Row | None) -> None:
    # The refusal rolls the request's transaction back, so it is written in one of its own.
    async with request.app.state.sessions() as session:
        await keys.count_refusal(session, lookup=lookup, address=address)
        if row is None:
            await audit.record_refused_login(
                session, at=clock.real_now(), lookup=lookup, address=address, request_id=request.state.trace_id
            )
        else:
            # Who asks is not proved, but whose key it would be is known: its county's audit tells of it.
            await enter(session, row["jurisdiction_id"])
            owner = Actor(
                row["jurisdiction_id"], Role(row["role"]), row["client_id"], request_id=request.state.trace_id
            )
            access = Access(owner, "login.refused", request.scope["route"].name, subject=lookup)
            await request.app.state.accesses.write(session, access, address=address)
        await session.commit()


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
    place = f"{request.url.path}?{request.url.query}".encode()
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
