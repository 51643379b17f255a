from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import get_locked
from supervision.identity.policy import require_not_own_unit
from supervision.items import item_changes, registration
from supervision.items import queries as items
from supervision.tasks import extension_rules, policy, queries
from supervision.tasks.errors import ExtensionAlreadyAsked
from supervision.tasks.models import Extension
from supervision.tasks.states import ExtensionState


async def ask_extension(session: AsyncSession, actor: Actor, item_id: UUID, *, until_on: date, reason: str) -> UUID:
    """Ask for more time for an item; refuses a closed one, a late asking, a date not later, and a second request."""
    item = await items.get_for_update(session, actor, item_id)
    item_changes.require_open(item)
    today = await days.check(session, "ask_extension", {"/until_on": until_on})
    extension_rules.check_may_ask(today=today, deadline_on=item.deadline_on, until_on=until_on)
    extension = Extension(
        item_id=item_id,
        state=ExtensionState.ASKED,
        asked_by=actor.person,
        asked_at=await clock.now(session),
        until_on=until_on,
        reason=reason,
    )
    await insert_or_refuse(session, extension, uq_extension_asked=ExtensionAlreadyAsked)
    await audit.record(session, actor, "extension.asked", extension.id, item_id=item_id, until_on=until_on)
    return extension.id


async def decide_extension(
    session: AsyncSession,
    actor: Actor,
    extension_id: UUID,
    version: int,
    *,
    verdict: str,
    until_on: date | None,
    decision: str,
) -> None:
    """Grant an extension, until the date asked for or another, or refuse it.

    Refuses the asker, people of the units that are responsible, a stale version, and a closed item.
    """
    seen = await queries.get_extension(session, actor, extension_id)
    # The item first, as everywhere: two who lock the same rows in one order never wait for each other.
    item = await items.get_for_update(session, actor, seen["item_id"])
    item_changes.require_open(item)
    extension = await get_locked(session, select(Extension).where(Extension.id == extension_id))
    signed = signatures.sign(extension, version, seen)
    policy.require_another_person(actor, extension.asked_by)
    require_not_own_unit(actor, await queries.read_responsible_units(session, item.id))
    await days.check(session, "decide_extension", {"/until_on": until_on})
    extension.until_on = extension_rules.decide(
        extension.state,
        verdict,
        deadline_on=item.deadline_on,
        asked_until=extension.until_on,
        given_until=until_on,
    )
    extension.state = verdict
    extension.decided_by = actor.person
    extension.decided_at = await clock.now(session)
    extension.decision = decision
    facts = {"item_id": item.id, "until_on": extension.until_on, "signed_sha256": signed}
    await audit.record(session, actor, f"extension.{verdict}", extension_id, **facts)
    if verdict == ExtensionState.GRANTED:
        await registration.move_deadline(session, actor, item, extension.until_on)
