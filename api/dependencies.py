from dataclasses import replace
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

from api.permissions import Permission
from api.schemas.fields import Digits, Id
from supervision.foundation import clock, metrics
from supervision.foundation.actors import Actor, Proof
from supervision.foundation.database import enter
from supervision.foundation.driver import Row
from supervision.foundation.errors import Forbidden, Invalid, Unauthenticated
from supervision.foundation.paging import PageRequest
from supervision.identity import keys, sign_in, tokens
from supervision.identity.errors import InvalidToken, LockedOut, PersonNeeded
from supervision.identity.front_ends import representation
from supervision.identity.signing_keys import SigningKeys
from supervision.identity.tokens import CheckedToken, looks_like_token
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
ACTING_AS = "Ducha-Acting-As"
_id = TypeAdapter(Id)


async def know_caller(request: Request, session: AsyncSession) -> Actor:
    """Know who asks, enter their jurisdiction, and refuse what their role or key does not allow."""
    permission: Permission = request.scope["route"].permission
    if looks_like_token(bearer_of(request)):
        return await _know_person(request, session, permission)
    key = read_key(request)
    row = await keys.find_key(session, key.lookup)
    try:
        is_change = request.method != "GET"
        now, request_id = clock.real_now(), request.state.request_id
        actor = keys.authenticate(key, row, now=now, request_id=request_id, is_change=is_change)
    except Unauthenticated:
        _count_refusal(request, key.lookup, row)
        raise
    # Known from here on, even if it is refused: whose audit tells of it.
    request.state.actor = actor
    _remember_proof(request, str(actor.client_id))
    await enter(session, actor.jurisdiction_id)
    if permission.scope not in actor.scopes:
        raise Forbidden
    if row is not None and row["may_act_for_officials"]:
        actor = await representation.stand_for_all(session, actor)
    actor = await _act_in_person_or_for(request, session, actor, permission)
    if permission.needs_person and (actor.proof is Proof.KEY or permission.needs_fresh_sign_in):
        raise PersonNeeded
    return actor


async def _act_in_person_or_for(request: Request, session: AsyncSession, actor: Actor, permission: Permission) -> Actor:
    """Let a key act as itself, in its client's role, or for the official whom it names, in a role of theirs."""
    official_id, acting_as = _read_id(request, ON_BEHALF_OF), _read_id(request, ACTING_AS)
    if official_id is not None:
        actor = await representation.act_for(session, actor, official_id, roles=permission.roles, acting_as=acting_as)
        return replace(actor, scopes=actor.scopes & request.app.scopes_of(actor.role))
    # A key has no appointments to choose from.
    if actor.role not in permission.roles or acting_as is not None:
        raise Forbidden
    return actor


async def check_token(request: Request, session: AsyncSession) -> CheckedToken:
    """Check the bearer token of whoever has signed in at a provider that is trusted here; refuses what is none."""
    text = bearer_of(request)
    if not looks_like_token(text):
        raise InvalidToken
    head = tokens.read_head(text)
    provider = await sign_in.find_provider(session, head.issuer)
    if provider is None:
        raise InvalidToken
    known: SigningKeys = request.app.state.signing_keys
    if known.is_due(provider["jwks_url"], head.key_id):
        # No connection is held while another server is asked; the session opens anew with its next statement.
        await session.close()
        await known.refresh(provider["jwks_url"])
    return tokens.check_token(text, head, provider, known.find(provider["jwks_url"], head.key_id))


async def _token_of(request: Request, session: SessionDep) -> CheckedToken:
    return await check_token(request, session)


TokenDep = Annotated[CheckedToken, Depends(_token_of)]


def bearer_of(request: Request) -> str:
    """Return what a request carries as Bearer; empty if it carries nothing."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return text if scheme.lower() == "bearer" else ""


def read_key(request: Request) -> keys.ParsedKey:
    """Return the key that a request carries, without asking the database; refuses what cannot be one."""
    key = keys.parse(bearer_of(request))
    if key is None:
        raise Unauthenticated
    return key


def read_credentials(request: Request) -> None:
    """Refuse, without asking the database, who brings neither a key nor what could be a token."""
    if not looks_like_token(bearer_of(request)):
        read_key(request)


def _remember_proof(request: Request, who: str) -> None:
    # What is still to come of this request is the caller's too, as the next requests are from the start.
    request.state.caller = who
    request.app.edge.proven.remember(request.headers["authorization"], who)


def _count_refusal(request: Request, prefix: str, row: Row | None) -> None:
    jurisdiction_id = row["jurisdiction_id"] if row else None
    refused = request.app.state.refused_logins
    if refused.count(prefix=prefix, address=request.state.address, jurisdiction_id=jurisdiction_id):
        raise LockedOut


async def _know_person(request: Request, session: AsyncSession, permission: Permission) -> Actor:
    try:
        token = await check_token(request, session)
        await enter(session, token.jurisdiction_id)
        person, held = await sign_in.identify(session, token, request_id=request.state.request_id)
    except Unauthenticated:
        metrics.TOKENS_CHECKED.labels("refused").inc()
        raise
    metrics.TOKENS_CHECKED.labels("accepted").inc()
    # Known from here on, even if refused: whose audit tells of it.
    request.state.actor = person
    _remember_proof(request, str(person.official_id))
    if _read_id(request, ON_BEHALF_OF) is not None:
        # A person who has signed in acts for nobody else.
        raise Forbidden
    actor = sign_in.act_in(person, held, roles=permission.roles, acting_as=_read_id(request, ACTING_AS))
    if permission.needs_fresh_sign_in:
        sign_in.require_fresh(actor, now=clock.real_now())
    return replace(actor, scopes=request.app.scopes_of(actor.role))


def _read_id(request: Request, header: str) -> UUID | None:
    text = request.headers.get(header)
    try:
        return None if text is None else _id.validate_python(text)
    except ValidationError as error:
        raise RequestValidationError([{"type": "uuid_parsing", "loc": ("header", header)}]) from error


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
    # The same person in another appointment asks for something else.
    place = f"{actor.appointment_id or ''}{request.url.path}?{request.url.query}".encode()
    digest = sha256(place + b"\0" + await request.body()).digest()
    owner = {"client_id": actor.client_id, "person_id": actor.person, "operation": operation, "key": key}
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
