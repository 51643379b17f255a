from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.periods import Period
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.identity.models import LeadershipLevel, Position, Unit
from supervision.messaging import broadcasts
from supervision.messaging.audience import Audience, select_audience
from supervision.progress.models import Digest, Obligation, ProgressEntry, ProgressReport
from supervision.progress.rules import Standing, standing
from supervision.progress.states import ObligationState, ReportState

LEADERS = Audience(positions=(Position.PRINCIPAL_COUNTY_LEADER,))
OFFICIALS = Audience(min_level=LeadershipLevel.DEPUTY_SECTION)

# A text message names laggards up to this many characters; the digest itself names them all.
_NAMES_IN_A_MESSAGE = 120


@dataclass(frozen=True, slots=True)
class PeriodReview:
    """How the units kept a period, as it stood at a moment; names in the order of the units' ids."""

    units: int
    on_time: int
    late: int
    missing: int
    tasks: int
    mean_percent: Decimal | None
    late_names: Sequence[str]
    missing_names: Sequence[str]

    @property
    def counts(self) -> dict[str, Any]:
        return {
            "units": self.units,
            "on_time": self.on_time,
            "late": self.late,
            "missing": self.missing,
            "tasks": self.tasks,
            "mean_percent": None if self.mean_percent is None else str(self.mean_percent),
        }

    @property
    def counts_zh(self) -> str:
        mean = "" if self.mean_percent is None else f"，平均进度{self.mean_percent}%"
        return f"应报{self.units}家，按时{self.on_time}家，逾期{self.late}家，未报{self.missing}家{mean}"

    @property
    def laggards_zh(self) -> str:
        names = [f"{name}（未报）" for name in self.missing_names] + [f"{name}（逾期）" for name in self.late_names]
        shown = [name for place, name in enumerate(names) if len("、".join(names[: place + 1])) <= _NAMES_IN_A_MESSAGE]
        if len(shown) < len(names):
            return f"{'、'.join(shown)}等{len(names)}家" if shown else f"{len(names)}家"
        return "、".join(shown) or "无"

    def text_zh(self, period: Period) -> str:
        lines = [f"{period.label_zh}工作进展汇总：{self.counts_zh}，已报任务{self.tasks}项。"]
        lines += [f"未报单位：{'、'.join(self.missing_names)}。"] if self.missing_names else []
        lines += [f"逾期上报单位：{'、'.join(self.late_names)}。"] if self.late_names else []
        return "\n".join(lines)


async def make_digest(session: AsyncSession, actor: Actor, period: Period) -> UUID | None:
    """Gather a period's reports into its digest, for the principal leaders, and its summary, for all leaders (§4(1)).

    The summary goes to every official of deputy-section level and above (§5(1)). Made again, the first one is
    returned and nothing is sent; None where nobody owed a report.
    """
    known = await session.scalar(
        select(Digest.id).where(Digest.period_first == period.first, Digest.period_last == period.last)
    )
    if known is not None:
        return known
    now = await clock.now(session)
    review = await _review(session, period, now)
    if not review.units:
        return None
    digest = Digest(
        period_first=period.first,
        period_last=period.last,
        made_at=now,
        counts=review.counts,
        text=review.text_zh(period),
        leaders_broadcast_id=await _tell(session, actor, "digest", period, review, LEADERS),
        officials_broadcast_id=await _tell(session, actor, "summary", period, review, OFFICIALS),
    )
    session.add(digest)
    await audit.record(session, actor, "digest.made", digest.id, period=period.label_zh, **review.counts)
    return digest.id


async def _tell(
    session: AsyncSession, actor: Actor, template: str, period: Period, review: PeriodReview, audience: Audience
) -> UUID:
    variables = {"period": period.label_zh, "counts": review.counts_zh, "laggards": review.laggards_zh}
    return await broadcasts.send(
        session,
        actor,
        template=template,
        variables=variables,
        matter=f"{template}:{period.first}:{period.last}",
        audience=await select_audience(session, audience),
        described=audience.describe(),
    )


async def _review(session: AsyncSession, period: Period, now: datetime) -> PeriodReview:
    of_the_period = (Obligation.period_first == period.first, Obligation.period_last == period.last)
    # What was waived in time was never missed; what had been marked late stays missing.
    was_owed = or_(Obligation.state != ObligationState.WAIVED, Obligation.marked_late_at.is_not(None))
    duties = (
        await session.execute(
            select(Unit.name, Obligation.due_at, Obligation.fulfilled_at)
            .join(Unit, Unit.id == Obligation.unit_id)
            .where(*of_the_period, was_owed)
            .order_by(Unit.id)
        )
    ).all()
    stands = [(duty.name, standing(duty.due_at, duty.fulfilled_at, now)) for duty in duties]
    count = Counter(how for _, how in stands)
    # PostgreSQL rounds NUMERIC half away from zero, which is half up for what is never negative.
    reported = select(func.count(), func.round(func.avg(ProgressEntry.percent), 1)).select_from(ProgressEntry)
    tasks, mean = (
        await session.execute(
            reported.join(ProgressReport, ProgressReport.id == ProgressEntry.report_id)
            .join(Obligation, Obligation.id == ProgressReport.obligation_id)
            .where(*of_the_period, ProgressReport.state == ReportState.RECEIVED)
        )
    ).one()
    return PeriodReview(
        units=len(stands),
        on_time=count[Standing.ON_TIME],
        late=count[Standing.LATE],
        missing=count[Standing.MISSING] + count[Standing.DUE],
        tasks=tasks,
        mean_percent=mean,
        late_names=[name for name, how in stands if how is Standing.LATE],
        missing_names=[name for name, how in stands if how in (Standing.MISSING, Standing.DUE)],
    )
