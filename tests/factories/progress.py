from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.moments import SHANGHAI
from supervision.foundation.actors import Actor, Role
from supervision.identity import service
from supervision.items.models import Item
from supervision.ledgers.models import Ledger, LedgerEntry
from supervision.messaging import templates
from supervision.progress.models import Obligation
from supervision.progress.rules import ReportedEntry, ReportedFigure
from supervision.tasks.models import Indicator, Task
from tests.factories.identity import make_official, make_unit

_numbers = count(1)


@dataclass(frozen=True)
class Duty:
    """A unit with tasks, and who answers for them."""

    unit_id: UUID
    handler_id: UUID
    leader_id: UUID
    task_ids: Sequence[UUID]
    indicator_ids: Sequence[UUID]


def moment(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2016) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def as_unit(actor: Actor, unit_id: UUID) -> Actor:
    """Return a caller of the unit in the actor's jurisdiction."""
    return Actor(actor.jurisdiction_id, Role.UNIT, unit_id=unit_id, is_test=True)


async def hold(session: AsyncSession, actor: Actor, at: datetime) -> None:
    await service.hold_clock(session, actor, at=at)


async def open_ledger(session: AsyncSession, actor: Actor, opened_on: date = date(2016, 1, 4)) -> UUID:
    """Open a ledger with everything that the cadence needs beside it."""
    await templates.install_defaults(session, actor)
    ledger = Ledger(year=opened_on.year, opened_on=opened_on, opened_by=None)
    session.add(ledger)
    await session.flush()
    return ledger.id


async def make_duty(session: AsyncSession, actor: Actor, *, tasks: int = 1, **over: Any) -> Duty:
    """Make a unit that answers for so many tasks, each an item of its own with one indicator."""
    unit_id = over.pop("unit_id", None) or await make_unit(session, actor)
    handler = await make_official(session, actor, unit_id)
    in_charge = await make_official(
        session, actor, unit_id, position="leader_in_charge", leadership_level="deputy_section"
    )
    made = [await make_task(session, unit_id, handler, **over) for _ in range(tasks)]
    return Duty(unit_id, handler, in_charge, [task for task, _ in made], [indicator for _, indicator in made])


async def make_task(
    session: AsyncSession,
    unit_id: UUID,
    person_id: UUID,
    *,
    received_on: date = date(2016, 1, 4),
    deadline_on: date | None = None,
    ledger_id: UUID | None = None,
    no: int | None = None,
    goal: str = "示例目标",
    **target: Any,
) -> tuple[UUID, UUID]:
    item = _item(next(_numbers), goal, received_on, deadline_on or date(received_on.year, 12, 31))
    task = Task(
        item_id=item.id,
        no=1,
        goal=goal,
        lead_leader_id=person_id,
        responsible_unit_id=unit_id,
        responsible_person_id=person_id,
        created_at=item.registered_at,
    )
    facts = {"name": "示例指标", "comparator": "at_least", "target": Decimal(100), "target_high": None, **target}
    indicator = Indicator(task_id=task.id, **{"unit_of_measure": "%", **facts})
    for row in (item, task, indicator):
        session.add(row)
        await session.flush()
    if ledger_id is not None:
        session.add(LedgerEntry(ledger_id=ledger_id, item_id=item.id, no=no or item.sequence))
    return task.id, indicator.id


def _item(number: int, title: str, received_on: date, deadline_on: date) -> Item:
    return Item(
        kind="major_decision",
        year=received_on.year,
        sequence=number,
        number=f"示例{number}",
        title=title,
        source="示例来源",
        received_on=received_on,
        deadline_on=deadline_on,
        first_deadline_on=deadline_on,
        registered_by=None,
        registered_at=datetime.combine(received_on, datetime.min.time(), SHANGHAI),
        search="",
    )


async def make_obligation(session: AsyncSession, unit_id: UUID, **over: Any) -> UUID:
    facts = {
        "period_first": date(2016, 3, 1),
        "period_last": date(2016, 3, 15),
        "due_at": moment(3, 19, 0),
        "state": "open",
        "fulfilled_at": None,
        "marked_late_at": None,
        **over,
    }
    obligation = Obligation(unit_id=unit_id, **facts)
    session.add(obligation)
    await session.flush()
    return obligation.id


def entry(
    task_id: UUID, percent: int = 50, *, of: Mapping[UUID, Decimal] | None = None, attachment_ids: Sequence[UUID] = ()
) -> ReportedEntry:
    """Say something of a task, with figures of these indicators and these attachments."""
    figures = [ReportedFigure(indicator_id=indicator, value=value) for indicator, value in (of or {}).items()]
    return ReportedEntry(
        task_id=task_id, percent=percent, text="按计划推进", figures=figures, attachment_ids=attachment_ids
    )


def as_json(entries: Sequence[ReportedEntry]) -> dict[str, Any]:
    """Return the entries as a request's body."""
    return {
        "entries": [
            {
                **each,
                "task_id": str(each["task_id"]),
                "attachment_ids": [str(attachment_id) for attachment_id in each["attachment_ids"]],
                "figures": [
                    {"indicator_id": str(figure["indicator_id"]), "value": str(figure["value"])}
                    for figure in each["figures"]
                ],
            }
            for each in entries
        ]
    }
