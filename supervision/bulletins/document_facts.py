from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import policy
from supervision.bulletins.circular_text import conclude
from supervision.bulletins.models import AccountabilityProposal, Circular, RectificationOrder, TracedPerson
from supervision.bulletins.secret_texts import withhold_secrets
from supervision.bulletins.states import CircularState
from supervision.cadence.moments import day_zh, shanghai_day
from supervision.documents.models import Secrecy
from supervision.foundation.actors import Actor
from supervision.foundation.driver import fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Rows
from supervision.identity.models import Official, Unit
from supervision.items.models import Item
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.states import DocumentKind
from supervision.tasks.models import Task


async def read_circular_facts(session: AsyncSession, actor: Actor, circular_id: UUID) -> DocumentFacts:
    """Read what a circular says as an official document; a draft with whom it commends and criticises so far."""
    columns = (Circular.title, Circular.text, Circular.cut_off_on, Circular.state, Circular.number)
    signed = (Circular.issued_on, Circular.issued_by)
    statement: Rows = select(*columns, *signed)
    statement = statement.where(Circular.id == circular_id, policy.circulars_visible_to(actor))
    row = or_not_found(await fetch_one(session, statement))
    is_issued = row["state"] == CircularState.ISSUED
    text = row["text"] if is_issued else await conclude(session, circular_id, row["text"])
    return DocumentFacts(
        kind=DocumentKind.CIRCULAR,
        subject_id=circular_id,
        values={
            "title": await withhold_secrets(session, row["title"]),
            # What became a secret after it was issued.
            "text": await withhold_secrets(session, text),
            "cut_off": day_zh(row["cut_off_on"]),
        },
        number=row["number"],
        dated_on=row["issued_on"],
        signer_id=row["issued_by"],
    )


async def read_order_facts(session: AsyncSession, actor: Actor, order_id: UUID) -> DocumentFacts:
    """Read what a rectification order says as an official document."""
    order = RectificationOrder
    statement: Rows = select(order.matter, order.limit_on, order.ordered_at, order.ordered_by, Unit.name, Item.secrecy)
    statement = statement.join(Unit, Unit.id == order.unit_id).outerjoin(Item, Item.id == order.item_id)
    statement = statement.where(order.id == order_id, policy.orders_visible_to(actor))
    row = or_not_found(await fetch_one(session, statement))
    return DocumentFacts(
        kind=DocumentKind.RECTIFICATION,
        subject_id=order_id,
        values={"matter": row["matter"], "limit": day_zh(row["limit_on"])},
        recipients=row["name"],
        dated_on=shanghai_day(row["ordered_at"]),
        signer_id=row["ordered_by"],
        is_secret=row["secrecy"] == Secrecy.WORK_SECRET,
    )


async def read_proposal_facts(session: AsyncSession, _actor: Actor, proposal_id: UUID) -> DocumentFacts:
    """Read what an accountability proposal says as an official document."""
    proposal = AccountabilityProposal
    # An official may be traced for more than one responsibility, and is named once.
    traced_ids = select(TracedPerson.official_id).where(TracedPerson.proposal_id == proposal.id)
    traced = (
        select(func.string_agg(Official.post + Official.name, aggregate_order_by(literal("、"), Official.id)))
        .where(Official.id.in_(traced_ids))
        .scalar_subquery()
    )
    statement: Rows = (
        select(
            proposal.facts,
            proposal.deciding_body,
            proposal.sent_on,
            Unit.name.label("unit"),
            (Official.post + Official.name).label("person"),
            traced.label("traced"),
            Item.secrecy,
        )
        .join(Unit, Unit.id == proposal.unit_id)
        .outerjoin(Official, Official.id == proposal.official_id)
        .outerjoin(Task, Task.id == proposal.task_id)
        .outerjoin(Item, Item.id == Task.item_id)
        .where(proposal.id == proposal_id)
    )
    row = or_not_found(await fetch_one(session, statement))
    return DocumentFacts(
        kind=DocumentKind.ACCOUNTABILITY,
        subject_id=proposal_id,
        values={
            "unit": row["unit"],
            "person": row["person"] or "",
            "facts": row["facts"],
            "traced": row["traced"] or "未涉及责任倒查。",
        },
        recipients=row["deciding_body"] or "",
        dated_on=row["sent_on"],
        is_secret=row["secrecy"] == Secrecy.WORK_SECRET,
    )
