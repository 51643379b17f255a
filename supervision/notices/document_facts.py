from collections.abc import Collection
from uuid import UUID

from sqlalchemy import RowMapping, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.moments import day_zh, shanghai_day
from supervision.documents.models import Secrecy
from supervision.foundation.actors import Actor
from supervision.foundation.driver import fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Rows
from supervision.identity.models import Unit
from supervision.items.models import Item
from supervision.notices import policy as notices_policy
from supervision.notices.models import Notice, NoticeDelivery, Urging
from supervision.notices.states import NoticeKind
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.states import DocumentKind

KINDS = {NoticeKind.NOTICE: DocumentKind.NOTICE, NoticeKind.SLIP: DocumentKind.SLIP}


async def read_notice_facts(session: AsyncSession, actor: Actor, notice_id: UUID) -> DocumentFacts:
    """Read what a notice or slip says as an official document."""
    units = (
        select(func.string_agg(Unit.name, aggregate_order_by(literal("、"), NoticeDelivery.id)))
        .select_from(NoticeDelivery)
        .join(Unit, Unit.id == NoticeDelivery.unit_id)
        .where(NoticeDelivery.notice_id == Notice.id)
        .scalar_subquery()
    )
    columns = (Notice.kind, Notice.number, Notice.text, Notice.limit_on, Notice.issued_at, Notice.issued_by)
    about = (Item.title, Item.number.label("item_number"), Item.secrecy, units.label("units"))
    statement: Rows = select(*columns, *about).join(Item, Item.id == Notice.item_id)
    statement = statement.where(Notice.id == notice_id, notices_policy.notices_visible_to(actor))
    row = or_not_found(await fetch_one(session, statement))
    return DocumentFacts(
        kind=KINDS[NoticeKind(row["kind"])],
        subject_id=notice_id,
        values={
            "item": row["title"],
            "item_number": row["item_number"],
            "text": row["text"],
            "limit": day_zh(row["limit_on"]),
        },
        recipients=row["units"],
        number=row["number"],
        dated_on=row["issued_at"] and shanghai_day(row["issued_at"]),
        signer_id=row["issued_by"],
        is_secret=row["secrecy"] == Secrecy.WORK_SECRET,
    )


async def read_urging_facts(session: AsyncSession, actor: Actor, urging_ids: Collection[UUID]) -> list[DocumentFacts]:
    """Read what urgings say as official documents, in the order in which they were made."""
    columns = (Urging.id, Urging.note, Urging.urged_at, Urging.urged_by, NoticeDelivery.delivered_at)
    about = (Notice.number, Notice.limit_on, Unit.name.label("unit"), Item.secrecy)
    statement = (
        select(*columns, *about)
        .join(NoticeDelivery, NoticeDelivery.id == Urging.delivery_id)
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .join(Item, Item.id == Notice.item_id)
        .join(Unit, Unit.id == NoticeDelivery.unit_id)
        .where(Urging.id.in_(urging_ids), notices_policy.deliveries_visible_to(actor))
        .order_by(Urging.id)
    )
    return [_urging_facts(row) for row in (await session.execute(statement)).mappings()]


def _urging_facts(row: RowMapping) -> DocumentFacts:
    return DocumentFacts(
        kind=DocumentKind.URGING,
        subject_id=row["id"],
        values={
            "notice": row["number"],
            "delivered": day_zh(shanghai_day(row["delivered_at"])),
            "limit": day_zh(row["limit_on"]),
            "note": row["note"],
        },
        recipients=row["unit"],
        dated_on=shanghai_day(row["urged_at"]),
        signer_id=row["urged_by"],
        is_secret=row["secrecy"] == Secrecy.WORK_SECRET,
    )
