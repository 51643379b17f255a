"""The county's look, from one place for its documents and its portal."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation.actors import Actor
from supervision.foundation.driver import fetch
from supervision.foundation.errors import Stale
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import find_locked, require_version
from supervision.identity.models import Jurisdiction
from supervision.official_documents.letterhead import Letterhead
from supervision.official_documents.models import PortalLook


@dataclass(frozen=True, slots=True)
class DocumentLook:
    """What a county's documents take of its look."""

    code: str
    county: str
    office: str
    has_document_codes: bool
    # None where the county has set no look.
    letterhead: Letterhead | None


async def read_document_look(session: AsyncSession, actor: Actor) -> DocumentLook:
    statement = (
        select(
            Jurisdiction.code,
            Jurisdiction.name,
            PortalLook.office,
            PortalLook.has_document_codes,
            PortalLook.name.label("site_name"),
            PortalLook.colour,
            PortalLook.emblem,
        )
        .outerjoin(PortalLook, PortalLook.jurisdiction_id == Jurisdiction.id)
        .where(Jurisdiction.id == actor.jurisdiction_id)
    )
    (row,) = await fetch(session, statement)
    return DocumentLook(
        code=row["code"],
        county=row["name"],
        office=row["office"] or usual_office(row["name"]),
        has_document_codes=bool(row["has_document_codes"]),
        letterhead=Letterhead(row["site_name"], row["colour"], row["emblem"]) if row["site_name"] else None,
    )


def usual_office(county: str) -> str:
    """Name the office of a county that has written no name of its own."""
    return f"{county}督查室"


async def write_look(session: AsyncSession, actor: Actor, version: int, facts: dict[str, Any]) -> None:
    """Write the look as a whole, in place of the one before; refuses a stale version."""
    look = await find_locked(session, select(PortalLook))
    if look is not None:
        require_version(look, version)
        for field, value in facts.items():
            setattr(look, field, value)
    elif version == 0:
        await insert_or_refuse(session, PortalLook(**facts), pk_portal_look=Stale)
    else:
        raise Stale
    told = {name: value for name, value in facts.items() if name != "emblem"}
    told["emblem_bytes"] = len(facts["emblem"] or b"")
    await audit.record(session, actor, "portal_look.set", actor.jurisdiction_id, **told)
