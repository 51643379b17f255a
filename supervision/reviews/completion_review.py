from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.locks import get_locked
from supervision.identity.policy import require_not_own_unit
from supervision.items import item_changes
from supervision.items import queries as items
from supervision.official_documents.issued_documents import keep_document
from supervision.reviews import policy, queries, rules
from supervision.reviews.document_facts import read_review_facts
from supervision.reviews.errors import ReworkLimitPast
from supervision.reviews.models import CompletionReport
from supervision.tasks import queries as tasks


async def review_completion(
    session: AsyncSession, actor: Actor, report_id: UUID, version: int, review: rules.Review
) -> None:
    """Review a completion report against written criteria (§3(3)); refuses its sender, the unit, unfounded verdicts.

    Refuses a stale version as well.
    A pass carries the feedback opinion (督查反馈意见) and whom it is addressed to, a return for rework a new limit.
    """
    seen = await queries.get_completion_report(session, actor, report_id)
    task = await tasks.get_task(session, actor, seen["task_id"])
    # The item first, as everywhere: two who lock the same rows in one order never wait for each other.
    item_changes.require_open(await items.get_for_update(session, actor, task["item_id"]))
    report = await get_locked(session, select(CompletionReport).where(CompletionReport.id == report_id))
    signed = signatures.sign(report, version, seen)
    require_not_own_unit(actor, {report.unit_id})
    policy.require_another_reviewer(actor, report)
    now = await clock.now(session)
    rules.check_review(report.state, review)
    given = {"/rework_until_on": review.rework_until_on}
    await days.check(session, "review_completion", given, past=ReworkLimitPast)
    report.state, report.opinion = review.verdict, review.opinion
    report.criteria = [{**criterion} for criterion in review.criteria]
    report.feedback_opinion, report.feedback_to = review.feedback_opinion, review.feedback_to
    report.rework_until_on = review.rework_until_on
    report.reviewed_by, report.reviewed_at = actor.person, now
    facts = {"task_id": report.task_id, "round": report.round, "rework_until_on": review.rework_until_on}
    facts["signed_sha256"] = signed
    await audit.record(session, actor, f"completion.{review.verdict}", report_id, **facts)
    await keep_document(session, actor, await read_review_facts(session, actor, report_id))
