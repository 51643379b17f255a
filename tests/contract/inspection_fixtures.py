"""What a county needs so that inspections and problems can succeed, at every step of their ways."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.messaging import templates
from tests.contract.fixture_values import FAR, CallersByRole, FixtureValues
from tests.factories import inspections, problems
from tests.factories.inspections import PDF, Inspected
from tests.factories.problems import Concerned

FOR_EACH_STATE = 8


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put plans, findings, conclusions, attachments and problems of the standing unit into a county."""
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    await templates.install_defaults(session, actor)
    others = await inspections.make_inspected(session, actor)
    inspected = Inspected(unit_id, others.other_id, others.official_id)
    await _inspections(session, actor, inspected, made)
    attachments = [
        await inspections.upload(session, inspections.person(actor), PDF + str(number).encode()) for number in range(3)
    ]
    made.put("attachment_id", "attachment_ids", values=attachments)
    made.bodies["upload_attachment"] = [PDF.decode()]
    units = [str(inspected.unit_id), str(inspected.other_id)]
    days = {"first_on": "2016-05-03", "last_on": "2016-05-20"}
    team = {"official_ids": [str(inspected.official_id)]}
    made.bodies["draft_inspection_plan"] = [
        {"title": "示例督查", **days, "methods": ["on_site"], "unit_ids": units, **team}
    ]
    made.bodies["amend_inspection_plan"] = [{"title": "又一示例督查"}]
    made.bodies["decide_inspection_plan"] = [{"verdict": "approved"}, {"verdict": "refused", "reason": "示例理由"}]
    made.bodies["record_finding"] = [
        {"unit_id": each, "severity": "serious", "text": "示例问题", "found_on": "2016-05-04"} for each in units
    ]
    made.bodies["send_conclusion"] = [{"unit_id": each, "text": "示例结论"} for each in units]
    await _problems(session, actor, unit_id, made)


async def _inspections(session: AsyncSession, actor: Actor, inspected: Inspected, made: FixtureValues) -> None:
    plans = [await inspections.draft_plan(session, actor, inspected) for _ in range(4 * FOR_EACH_STATE)]
    for plan_id in plans[:FOR_EACH_STATE]:
        await inspections.approve_plan(session, actor, plan_id)
    for plan_id in plans[FOR_EACH_STATE:]:
        await inspections.carry_out_plan(session, actor, plan_id)
    told = plans[-2 * FOR_EACH_STATE :]
    findings = [await inspections.record_finding(session, actor, each, inspected.unit_id) for each in told]
    conclusions = [await inspections.send_conclusion(session, actor, each, inspected.unit_id) for each in told]
    drafts = [await inspections.draft_plan(session, actor, inspected) for _ in range(2 * FOR_EACH_STATE)]
    made.put("plan_id", "plan", values=[*drafts, *plans[: 2 * FOR_EACH_STATE]])
    made.place("amend_inspection_plan", plan_id=drafts[:FOR_EACH_STATE])
    made.place("decide_inspection_plan", plan_id=drafts[FOR_EACH_STATE:])
    made.place("record_finding", plan_id=plans[:FOR_EACH_STATE])
    made.place("send_conclusion", plan_id=plans[FOR_EACH_STATE : 2 * FOR_EACH_STATE])
    made.put("finding_id", values=findings)
    made.put("conclusion_id", values=conclusions)


async def _problems(session: AsyncSession, actor: Actor, unit_id: UUID, made: FixtureValues) -> None:
    others = await problems.make_concerned(session, actor)
    who = Concerned(unit_id, others.other_id, others.lead_id, others.liaison_id)
    small = [await problems.open_problem(session, actor, who) for _ in range(3 * FOR_EACH_STATE)]
    for problem_id in small[FOR_EACH_STATE:]:
        await problems.file_plan(session, actor, problem_id, who)
    for problem_id in small[2 * FOR_EACH_STATE :]:
        await problems.decide(session, actor, problem_id, who, due_on=FAR)
    straight = {"is_major": True, "is_for_conference": True}
    great = [await problems.open_problem(session, actor, who, **straight) for _ in range(FOR_EACH_STATE)]
    made.put("problem_id", values=[*small, *great])
    made.place("decide_problem", problem_id=great)
    made.place("file_problem_plan", problem_id=small[:FOR_EACH_STATE])
    made.place("escalate_problem", problem_id=small[FOR_EACH_STATE:])
    for verb in ("follow_up_problem", "resolve_problem"):
        made.place(verb, problem_id=small[2 * FOR_EACH_STATE :])
    units = {"responsible_unit_id": str(unit_id), "unit_ids": [str(unit_id), str(who.other_id)]}
    made.bodies["open_problem"] = [{"title": "示例问题", "text": "示例说明", **units}]
    made.bodies["escalate_problem"] = [{"reason": "示例理由", "lead_leader_id": str(who.lead_id)}]
    made.bodies["resolve_problem"] = [{"text": "示例结果"}]
    made.bodies["decide_problem"] = [{"text": "示例决定", "due_on": "2199-12-31"}]
