"""Groups of officials that the office keeps, to tell them together."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.insertion import refusing
from supervision.foundation.locks import get_locked, require_version
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.identity.errors import UnknownOfficial
from supervision.identity.models import Official
from supervision.messaging.errors import RecipientGroupExists
from supervision.messaging.models import RecipientGroup, RecipientGroupMember

_MEMBERS = (
    select(func.count())
    .where(RecipientGroupMember.group_id == RecipientGroup.id)
    .correlate(RecipientGroup)
    .scalar_subquery()
)
GROUP_COLUMNS = (
    RecipientGroup.id,
    RecipientGroup.name,
    _MEMBERS.label("members"),
    RecipientGroup.amended_at,
    RecipientGroup.version,
)


async def list_recipient_groups(session: AsyncSession, _actor: Actor, request: PageRequest[UUID]) -> Page:
    return await page(session, select(*GROUP_COLUMNS), request, identity=RecipientGroup.id)


async def get_recipient_group(session: AsyncSession, _actor: Actor, group_id: UUID) -> Row:
    """Return a group with the ids of its members, those included who have left since."""
    statement: Rows = select(*GROUP_COLUMNS).where(RecipientGroup.id == group_id)
    row = or_not_found(await fetch_one(session, statement))
    of_it = RecipientGroupMember.group_id == group_id
    members = await fetch(session, select(RecipientGroupMember.official_id).where(of_it).order_by("official_id"))
    return {**row, "official_ids": [each["official_id"] for each in members]}


async def keep_recipient_group(session: AsyncSession, actor: Actor, *, name: str, official_ids: Sequence[UUID]) -> UUID:
    """Keep officials under a name; refuses a name that is taken, and officials of whom one is not in post."""
    group = RecipientGroup(name=name, amended_at=await clock.now(session))
    async with refusing(session, uq_recipient_group_jurisdiction_id_name_folded=RecipientGroupExists):
        session.add(group)
    members = await _write_members(session, group.id, set(), set(official_ids))
    await audit.record(session, actor, "recipient_group.kept", group.id, name=name, members=members)
    return group.id


async def amend_recipient_group(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    version: int,
    *,
    name: str | None = None,
    official_ids: Sequence[UUID] | None = None,
) -> None:
    """Give a group another name, or other members in place of all before.

    Refuses a stale version, a name that is taken, and officials who come new and of whom one is not in post.
    """
    group = await get_locked(session, select(RecipientGroup).where(RecipientGroup.id == group_id))
    require_version(group, version)
    group.amended_at = await clock.now(session)
    # Also where only members change, within one moment of a held clock: whoever read it before has not read it now.
    flag_modified(group, "amended_at")
    async with refusing(session, uq_recipient_group_jurisdiction_id_name_folded=RecipientGroupExists):
        group.name = name or group.name
    facts: dict[str, object] = {"name": group.name}
    if official_ids is not None:
        before = set(
            await session.scalars(
                select(RecipientGroupMember.official_id).where(RecipientGroupMember.group_id == group_id)
            )
        )
        facts["members"] = await _write_members(session, group_id, before, set(official_ids))
    await audit.record(session, actor, "recipient_group.amended", group_id, **facts)


async def _write_members(session: AsyncSession, group_id: UUID, before: set[UUID], after: set[UUID]) -> dict[str, int]:
    came, went = after - before, before - after
    known = select(Official.id).where(Official.id.in_(came), Official.left_on.is_(None))
    if set(await session.scalars(known)) != came:
        raise UnknownOfficial
    if went:
        of_those = RecipientGroupMember.official_id.in_(went)
        await session.execute(delete(RecipientGroupMember).where(RecipientGroupMember.group_id == group_id, of_those))
    if came:
        rows = [{"group_id": group_id, "official_id": each} for each in sorted(came)]
        await session.execute(insert(RecipientGroupMember), rows)
    return {"came": len(came), "went": len(went), "members": len(after)}
