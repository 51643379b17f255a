"""What goes before each step that asks for another person: every earlier step is taken through the real API."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.two_persons import Asked as CountyAsked
from supervision.foundation.two_persons import CounterStep
from supervision.items import registration_approval
from supervision.messaging import templates
from tests.factories import progress, publication, scoring
from tests.factories.identity import Caller, appoint, make_client, make_official, make_unit
from tests.factories.progress import Duty, hold, moment
from tests.factories.reviews import PASS, REFUSAL, make_duty
from tests.places import Callers, Place

Made = TypeVar("Made")
# Together they may take every step of the work; a unit's steps are those of the one unit of the story.
BUSINESS = (Role.GROUP, Role.LEADER, Role.PUBLISHER)
DAY = "2199-12-31"
REASON = {"reason": "示例理由"}
COUNTY_ASKS = "county_asks_for_another"


@dataclass(frozen=True)
class Asked:
    """A step that waits for somebody: the thing it is about, its verb, what is sent, and the refusal's code."""

    thing: str
    verb: str
    body: dict[str, Any] | None
    code: str


@dataclass
class Story:
    """One person takes the step that is tried, and new ones all the others."""

    callers: Callers
    place: Place
    tried: str
    person: Caller = field(init=False)
    duty: Duty = field(init=False)

    async def begin(self) -> None:
        async with self.callers.sessions() as session:
            await enter(session, self.place.actor.jurisdiction_id)
            await hold(session, self.place.actor, moment(3, 18))
            await scoring.adopt(session, self.place.actor)
            await templates.install_defaults(session, self.place.actor)
            self.duty = await make_duty(session, self.place.actor)
            await session.commit()
        self.person = await self.somebody()

    async def somebody(self, role: Role = Role.OFFICE) -> Caller:
        """Return somebody new, who may take every step of the work unless a keeping role is asked for."""
        caller = await self.callers(self.place, role, is_person=True)
        if role is Role.OFFICE:
            async with self.callers.sessions() as session:
                await enter(session, self.place.actor.jurisdiction_id)
                assert caller.official_id
                for each in BUSINESS:
                    await appoint(session, caller.official_id, each)
                await appoint(session, caller.official_id, Role.UNIT, unit_id=self.duty.unit_id)
                await session.commit()
        return caller

    async def take(
        self, step: str, path: str, body: dict[str, Any] | None = None, *, role: Role = Role.OFFICE
    ) -> dict[str, Any]:
        """Let the step be taken, by the person if it is the one that is tried, and return the answer."""
        caller = self.person if step == self.tried else await self.somebody(role)
        answer = await post(caller, path, body)
        assert answer.status_code in {200, 201}, (step, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    async def add(self, make: Callable[..., Awaitable[Made]], **over: Any) -> Made:
        async with self.callers.sessions() as session:
            await enter(session, self.place.actor.jurisdiction_id)
            made = await make(session, self.place.actor, **over)
            await session.commit()
        return made


async def post(caller: Caller, path: str, body: dict[str, Any] | None) -> httpx.Response:
    """Send what a step sends, with the version of the thing that it is about, as it was read just before."""
    read = await caller.get(path.rpartition("/")[0])
    headers = {"If-Match": read.headers["ETag"]} if "ETag" in read.headers else {}
    return await caller.post(path, json=body, headers=headers)


Preparation = Callable[[Story, CounterStep], Awaitable[Asked]]
PREPARATIONS: dict[CounterStep, Preparation] = {}


def prepares(*steps: CounterStep) -> Callable[[Preparation], None]:
    return lambda prepare: PREPARATIONS.update(dict.fromkeys(steps, prepare))


async def _ask_for_approval(session: AsyncSession, actor: Actor) -> None:
    await registration_approval.set_item_procedure(session, actor, kind="instruction", needs_approval=True)


@prepares(CounterStep.APPROVE_ITEM, CounterStep.REFUSE_ITEM, CounterStep.VOID_ITEM)
async def _items(story: Story, step: CounterStep) -> Asked:
    await story.add(_ask_for_approval)
    sent = {"kind": "instruction", "title": "示例事项", "source": "示例来源", "received_on": "2016-03-01"}
    item = await story.take("register_item", "/v1/items", {**sent, "deadline_on": "2016-06-30"})
    verbs = {"approve_item": "approval", "refuse_item": "refusal", "void_item": "voiding"}
    return Asked(f"/v1/items/{item['id']}", verbs[step.operation], REASON, "registrar_acts_alone")


@prepares(
    *(CounterStep.CHECK_NOTICE, CounterStep.COUNTERSIGN_NOTICE),
    *(CounterStep.ISSUE_NOTICE, CounterStep.RETURN_NOTICE),
    *(CounterStep.COUNTERSIGN_NOTICE_BY_ANOTHER, CounterStep.ISSUE_NOTICE_BY_ANOTHER),
)
async def _notices(story: Story, step: CounterStep) -> Asked:
    task = (await story.person.get(f"/v1/tasks/{story.duty.task_ids[0]}")).json()
    unit_ids = [str(await story.add(make_unit))]
    sent = {"kind": "notice", "unit_ids": unit_ids, "text": "请按要求办理。", "limit_on": DAY}
    drafted = await story.take("draft_notice", f"/v1/items/{task['item_id']}/notices", sent)
    notice = f"/v1/notices/{drafted['id']}"
    if step.operation in {"countersign_notice", "issue_notice"}:
        await story.take("check_notice", f"{notice}/check")
    if step.operation == "issue_notice":
        await story.take("countersign_notice", f"{notice}/countersignature")
    verbs = {"check_notice": "check", "countersign_notice": "countersignature", "issue_notice": "issue"}
    body = REASON if step is CounterStep.RETURN_NOTICE else None
    code = COUNTY_ASKS if step.asked is CountyAsked.BY_COUNTY else "notice_signed_by_drafter"
    return Asked(notice, verbs.get(step.operation, "return"), body, code)


@prepares(CounterStep.CHECK_CIRCULAR, CounterStep.ISSUE_CIRCULAR, CounterStep.ISSUE_CIRCULAR_BY_ANOTHER)
async def _circulars(story: Story, step: CounterStep) -> Asked:
    drafted = await story.take("draft_circular", "/v1/circulars", {"month": "2016-02-01", "title": "示例通报"})
    circular = f"/v1/circulars/{drafted['id']}"
    if step is CounterStep.CHECK_CIRCULAR:
        return Asked(circular, "check", None, "drafter_signs_off")
    await story.take("check_circular", f"{circular}/check")
    code = COUNTY_ASKS if step.asked is CountyAsked.BY_COUNTY else "drafter_signs_off"
    return Asked(circular, "issue", None, code)


@prepares(CounterStep.VERIFY_RECTIFICATION)
async def _rectification(story: Story, _step: CounterStep) -> Asked:
    sent = {"unit_id": str(story.duty.unit_id), "matter": "污水直排", "limit_on": DAY}
    ordered = await story.take("order_rectification", "/v1/rectification_orders", sent)
    order = f"/v1/rectification_orders/{ordered['id']}"
    await story.take("report_rectification", f"{order}/report", {"text": "已整改"})
    return Asked(order, "verification", {"verdict": "closed", "finding": "属实"}, "orderer_verifies")


@prepares(CounterStep.DECIDE_INSPECTION_PLAN)
async def _inspections(story: Story, _step: CounterStep) -> Asked:
    official_id = await story.add(make_official, unit_id=story.duty.unit_id)
    sent = {
        "title": "示例督查",
        "first_on": "2016-04-01",
        "last_on": "2016-04-02",
        "methods": ["unannounced"],
        "unit_ids": [str(story.duty.unit_id)],
        "official_ids": [str(official_id)],
    }
    plan = await story.take("draft_inspection_plan", "/v1/inspection_plans", sent)
    body = {"verdict": "approved"}
    return Asked(f"/v1/inspection_plans/{plan['id']}", "decision", body, "inspection_drafter_may_not_decide")


@prepares(CounterStep.DECIDE_EXTENSION)
async def _extensions(story: Story, _step: CounterStep) -> Asked:
    task = (await story.person.get(f"/v1/tasks/{story.duty.task_ids[0]}")).json()
    asked = await story.take("ask_extension", f"/v1/items/{task['item_id']}/extensions", {"until_on": DAY, **REASON})
    body = {"verdict": "refused", "decision": "按期办结"}
    return Asked(f"/v1/extensions/{asked['id']}", "decision", body, "asker_may_not_decide")


@prepares(CounterStep.REVIEW_COMPLETION)
async def _completions(story: Story, _step: CounterStep) -> Asked:
    task = f"/v1/tasks/{story.duty.task_ids[0]}"
    report = await story.take("report_completion", f"{task}/completion_reports", {"text": "已办结"})
    return Asked(f"/v1/completion_reports/{report['id']}", "review", PASS, "reporter_reviews")


@prepares(CounterStep.DECIDE_WAIVER)
async def _waivers(story: Story, _step: CounterStep) -> Asked:
    task = f"/v1/tasks/{story.duty.task_ids[0]}"
    waiver = await story.take("ask_waiver", f"{task}/waivers", {"grounds": "政策调整"})
    return Asked(f"/v1/waivers/{waiver['id']}", "decision", REFUSAL, "asker_decides_waiver")


@prepares(CounterStep.REVIEW_PUBLICATION, CounterStep.PUBLISH_BY_ANOTHER)
async def _publications(story: Story, step: CounterStep) -> Asked:
    entry_id = await story.add(publication.add_progress)
    draft = await story.take("draft_publication", "/v1/publications", {"progress_entry_id": str(entry_id)})
    drafted = f"/v1/publications/{draft['id']}"
    if step is CounterStep.PUBLISH_BY_ANOTHER:
        approval = {"verdict": "approved", "legal_basis": "示例依据"}
        await story.take("review_publication", f"{drafted}/review", approval)
        return Asked(drafted, "release", None, COUNTY_ASKS)
    body = {"verdict": "refused", **REASON}
    return Asked(drafted, "review", body, "drafter_reviews")


async def _add_obligation(session: AsyncSession, _actor: Actor, *, unit_id: UUID) -> UUID:
    return await progress.make_obligation(session, unit_id)


@prepares(CounterStep.ANSWER_COMPLAINT)
async def _complaints(story: Story, _step: CounterStep) -> Asked:
    obligation_id = await story.add(_add_obligation, unit_id=story.duty.unit_id)
    sent = {"about_kind": "obligation", "about_id": str(obligation_id), "text": "重复报送"}
    filed = await story.take("file_complaint", "/v1/burden/complaints", sent)
    body = {"verdict": "rejected", "text": "仍须报送"}
    return Asked(f"/v1/burden/complaints/{filed['id']}", "answer", body, "complainant_answers")


async def _deduct(story: Story, *, until: str) -> str:
    """Propose a deduction and take it as far as the step, through those before it."""
    sent = {"unit_id": str(story.duty.unit_id), "rule_code": "meeting_criticism", "fact_on": "2016-03-01", **REASON}
    deduction = f"/v1/deductions/{(await story.take('propose_deduction', '/v1/deductions', sent))['id']}"
    steps: dict[str, tuple[str, dict[str, Any] | None]] = {
        "verify_deduction": ("verification", {"verification": "属实"}),
        "confirm_deduction": ("confirmation", None),
        "dispute_deduction": ("dispute", {"grounds": "示例理由"}),
        "rule_on_dispute": ("ruling", {"verdict": "upheld", **REASON}),
    }
    for step, (verb, body) in steps.items():
        if step == until:
            break
        await story.take(step, f"{deduction}/{verb}", body)
    return deduction


@prepares(
    *(CounterStep.CONFIRM_DEDUCTION, CounterStep.REFUSE_DEDUCTION),
    *(CounterStep.REVERSE_DEDUCTION, CounterStep.RULE_ON_DISPUTE),
    CounterStep.VERIFY_DEDUCTION_BY_ANOTHER,
)
async def _deductions(story: Story, step: CounterStep) -> Asked:
    until = {CounterStep.REFUSE_DEDUCTION: "confirm_deduction", CounterStep.REVERSE_DEDUCTION: "dispute_deduction"}
    deduction = await _deduct(story, until=until.get(step, step.operation))
    asked: dict[CounterStep, tuple[str, dict[str, Any] | None]] = {
        CounterStep.CONFIRM_DEDUCTION: ("confirmation", None),
        CounterStep.REFUSE_DEDUCTION: ("refusal", REASON),
        CounterStep.REVERSE_DEDUCTION: ("reversal", REASON),
        CounterStep.RULE_ON_DISPUTE: ("ruling", {"verdict": "upheld", **REASON}),
        CounterStep.VERIFY_DEDUCTION_BY_ANOTHER: ("verification", {"verification": "属实"}),
    }
    code = COUNTY_ASKS if step.asked is CountyAsked.BY_COUNTY else "same_person_decides"
    return Asked(deduction, *asked[step], code)


async def _settle(story: Story, *, confirms: bool = True) -> None:
    await story.add(_hold_later)
    await story.take("prepare_settlement", "/v1/settlements/2016")
    if confirms:
        await story.take("confirm_settlement", "/v1/settlements/2016/confirmation")


async def _hold_later(session: AsyncSession, actor: Actor) -> None:
    await hold(session, actor, datetime(2017, 5, 1, tzinfo=UTC))


@prepares(CounterStep.CONFIRM_SCORE_CORRECTION, CounterStep.REFUSE_SCORE_CORRECTION)
async def _corrections(story: Story, step: CounterStep) -> Asked:
    # Of one that was disputed the ruling stands for the confirmation.
    until = "dispute_deduction" if story.tried == "confirm_deduction" else "settled"
    deduction = await _deduct(story, until=until)
    await _settle(story)
    sent = {"deduction_id": deduction.rpartition("/")[2], **REASON}
    correction = await story.take("propose_score_correction", "/v1/score_corrections", sent)
    asked: tuple[str, Any] = (
        ("confirmation", None) if step is CounterStep.CONFIRM_SCORE_CORRECTION else ("refusal", REASON)
    )
    return Asked(f"/v1/score_corrections/{correction['id']}", *asked, "same_person_decides")


@prepares(CounterStep.CONFIRM_SETTLEMENT)
async def _settlements(story: Story, _step: CounterStep) -> Asked:
    await _settle(story, confirms=False)
    return Asked("/v1/settlements/2016", "confirmation", None, "same_person_confirms")


@prepares(CounterStep.APPROVE_SETTLEMENT_REOPENING, CounterStep.REFUSE_SETTLEMENT_REOPENING)
async def _reopenings(story: Story, step: CounterStep) -> Asked:
    await _settle(story)
    proposed = await story.take("propose_settlement_reopening", "/v1/settlement_reopenings", {"year": 2016, **REASON})
    reopening = f"/v1/settlement_reopenings/{proposed['id']}"
    if step is CounterStep.REFUSE_SETTLEMENT_REOPENING:
        return Asked(reopening, "refusal", REASON, "same_person_approves")
    if story.tried == "approve_settlement_reopening":
        await story.take("approve_settlement_reopening", f"{reopening}/approval")
    return Asked(reopening, "approval", None, "same_person_approves")


@prepares(CounterStep.APPROVE_APPOINTMENT, CounterStep.REFUSE_APPOINTMENT)
async def _appointments(story: Story, step: CounterStep) -> Asked:
    story.person = await story.somebody(Role.SECURITY_ADMINISTRATOR)
    official_id = await story.add(make_official, unit_id=story.duty.unit_id)
    sent = {"official_id": str(official_id), "role": "leader", "since_on": "2016-01-01"}
    granted = await story.take("grant_role", "/v1/appointments", sent)
    asked: tuple[str, Any] = ("approval", None) if step is CounterStep.APPROVE_APPOINTMENT else ("refusal", REASON)
    return Asked(f"/v1/appointments/{granted['id']}", *asked, "another_person_needed")


@prepares(CounterStep.APPROVE_SIGN_IN_LINK)
async def _links(story: Story, _step: CounterStep) -> Asked:
    story.person = await story.somebody(Role.SECURITY_ADMINISTRATOR)
    official_id = await story.add(make_official, unit_id=story.duty.unit_id)
    (provider,) = (await story.person.get("/v1/identity_providers")).json()["data"]
    sent = {"provider_id": provider["id"], "subject": "示例账号"}
    link = await story.take("link_official", f"/v1/officials/{official_id}/sign_in_links", sent)
    return Asked(f"/v1/sign_in_links/{link['id']}", "approval", None, "another_person_needed")


@prepares(CounterStep.APPROVE_KEY)
async def _keys(story: Story, _step: CounterStep) -> Asked:
    story.person = await story.somebody(Role.SECURITY_ADMINISTRATOR)
    client_id = await story.add(make_client)
    path = f"/v1/clients/{client_id}/keys"
    issued = await story.take("issue_key", path, {"kind": "test"})
    return Asked(f"{path}/{issued['id']}", "approval", None, "another_person_needed")


@prepares(CounterStep.APPROVE_CLIENT_OFFICIAL)
async def _namings(story: Story, _step: CounterStep) -> Asked:
    story.person = await story.somebody(Role.SECURITY_ADMINISTRATOR)
    path = f"/v1/clients/{await story.add(make_client, may_act_for_officials=True)}/officials"
    official_id = await story.add(make_official, unit_id=story.duty.unit_id)
    named = await story.take("name_client_official", path, {"official_id": str(official_id), "role": "leader"})
    return Asked(f"{path}/{named['id']}", "approval", None, "another_person_needed")


_PROPOSED: dict[str, tuple[str, dict[str, Any]]] = {
    "set_item_procedure": ("/v1/item_procedures", {"kind": "instruction", "needs_approval": False}),
    "set_notice_procedure": (
        *("/v1/notice_procedures", {"kind": "slip", "chain": ["issued"], "acknowledge_working_days": 2}),
    ),
    "set_two_person_steps": ("/v1/two_person_steps", {"operations": ["publish"]}),
    "terminate_item": ("termination", {"ordered_by": "县政府常务会议", "ordered_on": "2016-03-01", **REASON}),
    "propose_document_template": (
        "/v1/document_templates/proposals",
        {"kind": "notice", "title": "督查通知", "body": "{text}"},
    ),
    "write_template": ("/v1/templates", {"name": "notice", "body": "通知：{text}"}),
    "adopt_scoring_policy": ("/v1/scoring_policies", {"effective_on": DAY, "adopted_by": "县委督查室", "base": "120"}),
}


@prepares(CounterStep.APPROVE_PROPOSAL)
async def _proposals(story: Story, _step: CounterStep) -> Asked:
    path, body = _PROPOSED.get(story.tried, ("/v1/broadcasts/proposals", {}))
    if story.tried in {"set_notice_procedure", "set_two_person_steps", "propose_document_template"}:
        story.person = await story.somebody(Role.ADMINISTRATOR)
    if story.tried == "terminate_item":
        task = (await story.person.get(f"/v1/tasks/{story.duty.task_ids[0]}")).json()
        path = f"/v1/items/{task['item_id']}/{path}"
    if story.tried == "propose_broadcast":
        wanted = {"template": "notice", "variables": {"text": "请报送。"}, "audience": {"min_level": "none"}}
        seen = await post(story.person, "/v1/broadcasts/preview", wanted)
        body = {**wanted, "matter": "示例通知", "shown": seen.json()["shown"]}
    proposal = await story.take(story.tried, path, body)
    return Asked(f"/v1/proposals/{proposal['id']}", "approval", None, "proposer_approves")
