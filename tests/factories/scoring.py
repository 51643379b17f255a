from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.identity import service
from supervision.items.models import Item, Party
from supervision.progress.models import Figure, Obligation, ProgressEntry, ProgressReport
from supervision.scoring import policy_adoption
from supervision.tasks.models import Indicator, Task
from tests.factories.identity import make_official

# Far behind the numbers that are given to what a test registers.
_numbers = count(1_001)
POLICY_FROM = date(2016, 1, 1)


async def hold(session: AsyncSession, actor: Actor, moment: datetime) -> None:
    await service.hold_clock(session, actor, at=moment)


async def adopt(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    facts = {"effective_on": POLICY_FROM, "adopted_by": "示例县督查室", **over}
    return await policy_adoption.adopt_policy(session, actor, **facts)


async def add_item(session: AsyncSession, **over: Any) -> UUID:
    """Add an item's row as it is; its number means nothing."""
    number = next(_numbers)
    deadline_on = over.pop("deadline_on", date(2016, 6, 30))
    facts = {
        "kind": "instruction",
        "year": deadline_on.year,
        "sequence": number,
        "number": f"示例〔{number}〕",
        "title": "示例事项",
        "source": "示例来源",
        "received_on": deadline_on,
        "deadline_on": deadline_on,
        "first_deadline_on": deadline_on,
        "registered_by": None,
        "registered_at": datetime(2016, 1, 4, tzinfo=UTC),
        "search": "",
        **over,
    }
    item = Item(**facts)
    session.add(item)
    await session.flush()
    return item.id


async def add_party(session: AsyncSession, item_id: UUID, unit_id: UUID) -> None:
    session.add(Party(item_id=item_id, unit_id=unit_id, official_id=None, responsibility="responsible_unit"))
    await session.flush()


async def add_task(session: AsyncSession, actor: Actor, item_id: UUID, unit_id: UUID, **over: Any) -> UUID:
    person = over.pop("responsible_person_id", None) or await make_official(session, actor, unit_id)
    facts = {"no": next(_numbers), "goal": "示例目标", "created_at": datetime(2016, 1, 4, tzinfo=UTC), **over}
    task = Task(
        item_id=item_id,
        lead_leader_id=person,
        responsible_unit_id=unit_id,
        responsible_person_id=person,
        **facts,
    )
    session.add(task)
    await session.flush()
    return task.id


async def add_indicator(session: AsyncSession, task_id: UUID, **over: Any) -> UUID:
    facts: dict[str, Any] = {
        "name": f"示例指标{next(_numbers)}",
        "comparator": "at_least",
        "target": Decimal(100),
        "target_high": None,
        "unit_of_measure": "%",
        **over,
    }
    indicator = Indicator(task_id=task_id, **facts)
    session.add(indicator)
    await session.flush()
    return indicator.id


async def _add_report(
    session: AsyncSession,
    unit_id: UUID,
    period: tuple[date, date],
    *,
    received_at: datetime,
    returned_at: datetime | None,
) -> UUID:
    obligation = Obligation(
        unit_id=unit_id,
        period_first=period[0],
        period_last=period[1],
        due_at=received_at,
        state="open" if returned_at else "fulfilled",
        fulfilled_at=None if returned_at else received_at,
        marked_late_at=None,
    )
    report = ProgressReport(
        obligation_id=obligation.id,
        unit_id=unit_id,
        reported_by=None,
        received_at=received_at,
        is_late=False,
        state="returned" if returned_at else "received",
        returned_at=returned_at,
    )
    for row in (obligation, report):
        session.add(row)
        await session.flush()
    return report.id


async def add_entry(
    session: AsyncSession,
    unit_id: UUID,
    task_id: UUID,
    *,
    percent: int,
    received_at: datetime,
    figures: Sequence[tuple[UUID, Decimal]] = (),
    period: tuple[date, date] | None = None,
    returned_at: datetime | None = None,
) -> UUID:
    """Add what a report of its own says of one task; each report answers a period of its own.

    It was returned for supplement at a moment, or never.
    """
    day = date.fromordinal(date(2016, 1, 1).toordinal() + next(_numbers))
    report_id = await _add_report(
        session, unit_id, period or (day, day), received_at=received_at, returned_at=returned_at
    )
    entry = ProgressEntry(
        report_id=report_id, task_id=task_id, percent=percent, text="示例进展", received_at=received_at
    )
    session.add(entry)
    await session.flush()
    session.add_all(
        Figure(entry_id=entry.id, indicator_id=indicator_id, value=value, received_at=received_at)
        for indicator_id, value in figures
    )
    await session.flush()
    return entry.id
