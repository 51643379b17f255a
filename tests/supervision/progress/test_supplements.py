from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.cadence.periods import Period, PeriodKind
from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import NotFound, Refusal
from supervision.foundation.ids import new_id
from supervision.messaging.models import Message
from supervision.progress import completion, digests, errors, progress_reports, queries, supplements
from supervision.progress.models import Digest, Obligation, ProgressReport
from supervision.progress.rules import supplement_due
from supervision.progress.states import FOLLOWS, REPORT_FOLLOWS, ObligationState, ReportState
from tests.factories.identity import make_official
from tests.factories.progress import Duty, as_unit, entry, hold, make_duty, make_obligation, moment, open_ledger
from tests.factories.signatures import AS_READ
from tests.places import Place

UNTIL = date(2016, 3, 24)
FACTS: dict[str, Any] = {"reason": "无实质内容", "until_on": UNTIL}


def office(here: Place) -> Actor:
    return Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=new_id(), is_test=True)


@pytest.fixture
async def duty(session: AsyncSession, here: Place) -> Duty:
    ledger_id = await open_ledger(session, here.actor)
    await hold(session, here.actor, moment(3, 18))
    return await make_duty(session, here.actor, ledger_id=ledger_id)


async def report(session: AsyncSession, here: Place, duty: Duty, obligation_id: UUID, value: int = 90) -> UUID:
    entries = [entry(duty.task_ids[0], 80, of={duty.indicator_ids[0]: Decimal(value)})]
    unit = as_unit(here.actor, duty.unit_id)
    return await progress_reports.report_progress(session, unit, obligation_id, entries=entries)


async def test_what_is_returned_is_owed_again_and_kept(session: AsyncSession, here: Place, duty: Duty) -> None:
    obligation_id = await make_obligation(session, duty.unit_id)
    hollow = await report(session, here, duty, obligation_id)
    await hold(session, here.actor, moment(3, 20))
    clerk = office(here)
    await supplements.return_report(session, clerk, hollow, AS_READ, **FACTS)
    owed = await queries.get_obligation(session, clerk, obligation_id)
    assert (owed["state"], owed["fulfilled_at"], owed["times_returned"]) == ("open", None, 1)
    assert owed["due_at"] == moment(3, 25, 0)
    kept = await queries.get_progress_report(session, clerk, hollow)
    assert (kept["state"], kept["return_reason"], kept["supplement_until_on"]) == ("returned", "无实质内容", UNTIL)
    assert (kept["returned_by"], kept["returned_at"]) == (clerk.client_id, moment(3, 20))
    assert len(kept["entries"]) == 1

    await hold(session, here.actor, moment(3, 24, 23, 59))
    mended = await report(session, here, duty, obligation_id, 100)
    assert (await queries.get_progress_report(session, clerk, mended))["is_late"] is False
    verbs = list(await session.scalars(select(AuditEvent.verb).where(AuditEvent.verb.like("progress.%"))))
    assert verbs == ["progress.reported", "progress.returned", "progress.reported"]


async def test_what_is_returned_does_not_count(session: AsyncSession, here: Place, duty: Duty) -> None:
    earlier = await make_obligation(
        session, duty.unit_id, period_first=date(2016, 2, 16), period_last=date(2016, 2, 29)
    )
    await report(session, here, duty, earlier, 40)
    await hold(session, here.actor, moment(3, 19))
    hollow = await report(session, here, duty, await make_obligation(session, duty.unit_id), 130)
    for wanted in ("130", "40"):
        (row,) = (await completion.get_completion(session, here.actor, 2016))["data"]
        assert row["figure"] == Decimal(wanted)
        if wanted == "130":
            await supplements.return_report(session, office(here), hollow, AS_READ, **FACTS)
    await make_official(session, here.actor, duty.unit_id, position="principal_county_leader")
    await digests.make_digest(session, here.actor, Period(date(2016, 3, 1), date(2016, 3, 15), PeriodKind.HALF_MONTH))
    counts = (await session.scalars(select(Digest.counts))).one()
    assert (counts["tasks"], counts["mean_percent"], counts["missing"]) == (0, None, 1)


async def test_the_unit_is_told_each_time_until_it_reports(session: AsyncSession, here: Place, duty: Duty) -> None:
    obligation_id = await make_obligation(session, duty.unit_id)
    for times in (1, 2):
        await supplements.return_report(
            session, office(here), await report(session, here, duty, obligation_id), AS_READ, **FACTS
        )
        rows = (await session.execute(select(Message.official_id, Message.text).where(Message.state == "queued"))).all()
        assert {row.official_id for row in rows} == {duty.handler_id, duty.leader_id}
        assert all("2016年3月1日至2016年3月15日" in row.text and "2016年3月24日前补报" in row.text for row in rows)
        assert len((await session.scalars(select(Message.id))).all()) == 2 * times
    await report(session, here, duty, obligation_id)
    assert set(await session.scalars(select(Message.state))) == {"cancelled"}


async def test_what_came_late_stays_late(session: AsyncSession, here: Place, duty: Duty) -> None:
    obligation_id = await make_obligation(session, duty.unit_id)
    await hold(session, here.actor, moment(3, 19, 0))
    await supplements.return_report(
        session, office(here), await report(session, here, duty, obligation_id), AS_READ, **FACTS
    )
    await report(session, here, duty, obligation_id)
    assert list(await session.scalars(select(ProgressReport.is_late))) == [True, True]


@pytest.mark.parametrize(
    ("supplement", "is_late", "due"),
    [
        (moment(3, 25), False, moment(3, 25)),
        (moment(3, 18), False, moment(3, 19)),
        (moment(3, 25), True, moment(3, 19)),
    ],
)
def test_when_a_supplement_is_late(supplement: datetime, is_late: bool, due: datetime) -> None:  # noqa: FBT001 - a column
    assert supplement_due(moment(3, 19), supplement, is_late=is_late) == due


@pytest.mark.parametrize("report_state", list(ReportState))
@pytest.mark.parametrize("state", list(ObligationState))
async def test_every_state_with_a_return(
    session: AsyncSession, here: Place, duty: Duty, state: ObligationState, report_state: ReportState
) -> None:
    obligation_id = await make_obligation(session, duty.unit_id)
    report_id = await report(session, here, duty, obligation_id)
    returned_at = moment(3, 18) if report_state == ReportState.RETURNED else None
    waived = {"waived_at": moment(3, 18), "waived_reason": "已销号"} if state == ObligationState.WAIVED else {}
    await session.execute(update(ProgressReport).values(state=report_state, returned_at=returned_at))
    await session.execute(update(Obligation).values(state=state, **waived))
    if ReportState.RETURNED in REPORT_FOLLOWS[report_state] and ObligationState.OPEN in FOLLOWS[state]:
        await supplements.return_report(session, office(here), report_id, AS_READ, **FACTS)
        return
    with pytest.raises(errors.ReportAlreadyReturned):
        await supplements.return_report(session, office(here), report_id, AS_READ, **FACTS)


@pytest.mark.parametrize("state", list(ObligationState))
async def test_every_state_with_a_report(
    session: AsyncSession, here: Place, duty: Duty, state: ObligationState
) -> None:
    waived = {"waived_at": moment(3, 18), "waived_reason": "已销号"} if state == ObligationState.WAIVED else {}
    obligation_id = await make_obligation(session, duty.unit_id, state=state, **waived)
    if ObligationState.FULFILLED in FOLLOWS[state]:
        assert await report(session, here, duty, obligation_id)
        return
    with pytest.raises((errors.ObligationAlreadyFulfilled, errors.ObligationWaived)):
        await report(session, here, duty, obligation_id)


async def test_what_is_no_return(session: AsyncSession, here: Place, duty: Duty) -> None:
    report_id = await report(session, here, duty, await make_obligation(session, duty.unit_id))
    with pytest.raises(errors.SupplementLimitPassed):
        await supplements.return_report(
            session, office(here), report_id, AS_READ, reason="空", until_on=date(2016, 3, 17)
        )
    with pytest.raises(NotFound):
        await supplements.return_report(session, office(here), new_id(), AS_READ, **FACTS)


class TestEntering:
    async def enter(
        self, session: AsyncSession, here: Place, duty: Duty, obligation_id: UUID, received_at: datetime
    ) -> UUID:
        entries = [entry(duty.task_ids[0])]
        return await progress_reports.enter_report(
            session, office(here), obligation_id, received_at=received_at, channel="paper", entries=entries
        )

    @pytest.mark.parametrize(("received_at", "is_late"), [(moment(3, 18, 23, 59), False), (moment(3, 19, 0), True)])
    async def test_the_receipt_decides(
        self,
        session: AsyncSession,
        here: Place,
        duty: Duty,
        received_at: datetime,
        is_late: bool,  # noqa: FBT001 - a column
    ) -> None:
        obligation_id = await make_obligation(session, duty.unit_id)
        await hold(session, here.actor, moment(3, 25))
        report_id = await self.enter(session, here, duty, obligation_id, received_at)
        row = await queries.get_progress_report(session, here.actor, report_id)
        assert (row["is_late"], row["received_at"], row["entered_at"]) == (is_late, received_at, moment(3, 25))
        assert (row["channel"], row["reported_by"], row["unit_id"]) == ("paper", None, duty.unit_id)
        owed = await queries.get_obligation(session, here.actor, obligation_id)
        assert (owed["state"], owed["fulfilled_at"]) == ("fulfilled", received_at)

    @pytest.mark.parametrize(
        ("received_at", "refusal"),
        [
            (moment(3, 18, 12, 1), errors.ReceiptNotYet),
            (moment(2, 29, 23, 59), errors.ReceiptTooEarly),
            (moment(3, 1, 0), None),
            (moment(3, 18), None),
        ],
    )
    async def test_the_receipt_is_possible(
        self, session: AsyncSession, here: Place, duty: Duty, received_at: datetime, refusal: type[Refusal] | None
    ) -> None:
        obligation_id = await make_obligation(session, duty.unit_id)
        if refusal is None:
            assert await self.enter(session, here, duty, obligation_id, received_at)
            return
        with pytest.raises(refusal):
            await self.enter(session, here, duty, obligation_id, received_at)

    async def test_a_supplement_comes_after_the_return(self, session: AsyncSession, here: Place, duty: Duty) -> None:
        obligation_id = await make_obligation(session, duty.unit_id)
        hollow = await report(session, here, duty, obligation_id)
        await hold(session, here.actor, moment(3, 20))
        await supplements.return_report(session, office(here), hollow, AS_READ, **FACTS)
        with pytest.raises(errors.ReceiptTooEarly):
            await self.enter(session, here, duty, obligation_id, moment(3, 19))
        assert await self.enter(session, here, duty, obligation_id, moment(3, 20))
