"""What a county needs so that the operations on duties to report can succeed."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.periods import Period, PeriodKind
from supervision.foundation.actors import Actor, Role
from supervision.progress import digests, progress_reports
from tests.contract.fixture_values import FAR, CallersByRole, FixtureValues
from tests.factories import desk, identity, inspections, progress

HALF_MONTHS = [(date(2017, month, day), date(2017, month, day + 12)) for day in (1, 16) for month in range(1, 13)]


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put what the standing unit owes, has reported and complains of into a county."""
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    duty = await progress.make_duty(session, actor, unit_id=unit_id, received_on=date(2017, 1, 4))
    facts = {"unit_id": str(unit_id), "responsible_person_id": str(duty.handler_id), "reason": "示例理由"}
    made.bodies["reassign_unit"] = [facts]
    owed = [
        await progress.make_obligation(session, unit_id, period_first=first, period_last=last)
        for first, last in HALF_MONTHS
    ]
    made.put("obligation_id", values=owed)
    made.place("report_progress", obligation_id=owed[:6])
    made.place("enter_report", obligation_id=owed[6:])
    complained = [await desk.complain(session, actor, unit_id, each) for each in owed[6:]]
    made.put("complaint_id", values=complained)
    made.bodies["file_complaint"] = [
        {"about_kind": "obligation", "about_id": str(each), "text": "示例理由"} for each in owed[:6]
    ]
    made.bodies["answer_complaint"] = [{"verdict": "upheld", "text": "示例答复"}]
    await _reports(session, progress.as_unit(actor, unit_id), duty, made)
    entries = [progress.entry(duty.task_ids[0])]
    hollow = [
        await progress_reports.report_progress(
            session,
            progress.as_unit(actor, unit_id),
            await progress.make_obligation(session, unit_id, period_first=first, period_last=last),
            entries=entries,
        )
        for first, last in ((date(2018, month, 1), date(2018, month, 15)) for month in range(1, 9))
    ]
    made.put("report_id", values=hollow)
    made.bodies["return_report"] = [{"reason": "示例理由", "until_on": str(FAR)}]
    period = Period(*HALF_MONTHS[0], PeriodKind.HALF_MONTH)
    await identity.make_official(
        session, actor, unit_id, position="principal_county_leader", leadership_level="division"
    )
    made.put("digest_id", values=[await digests.make_digest(session, actor, period)])


async def _reports(session: AsyncSession, unit: Actor, duty: progress.Duty, made: FixtureValues) -> None:
    photo = await inspections.upload(session, unit, inspections.PDF + b"progress")
    told = progress.as_json([progress.entry(duty.task_ids[0], attachment_ids=[photo])])
    made.bodies["report_progress"] = [told]
    made.bodies["enter_report"] = [{**told, "channel": "paper", "received_at": "2018-01-04T09:00:00+08:00"}]
