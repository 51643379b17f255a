from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.periods import half_month_of
from supervision.messaging.models import Broadcast, Message
from supervision.progress.digests import PeriodReview, make_digest
from supervision.progress.models import Digest
from supervision.progress.progress_reports import report_progress
from tests.factories.identity import make_official, make_unit
from tests.factories.progress import Duty, as_unit, entry, hold, make_duty, make_obligation, moment, open_ledger
from tests.places import Place

MARCH = half_month_of(date(2016, 3, 1))


async def report(session: AsyncSession, here: Place, duty: Duty, *percents: int) -> None:
    obligation_id = await make_obligation(session, duty.unit_id)
    entries = [entry(task_id, percent) for task_id, percent in zip(duty.task_ids, percents, strict=True)]
    await report_progress(session, as_unit(here.actor, duty.unit_id), obligation_id, entries=entries)


# Long because three units that keep a period each in its way make one digest, which is looked at whole.
async def test_the_digest_tells_the_leaders_who_kept_the_period(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    county = await make_unit(session, here.actor)
    principal = await make_official(
        session, here.actor, county, position="principal_county_leader", leadership_level="division"
    )
    quick = await make_duty(session, here.actor, tasks=2)
    late = await make_duty(session, here.actor, unit_id=await make_unit(session, here.actor, name="示例迟报局"))
    missing = await make_duty(session, here.actor, unit_id=await make_unit(session, here.actor, name="示例未报局"))
    await hold(session, here.actor, moment(3, 18))
    await report(session, here, quick, 100, 20)
    await make_obligation(session, missing.unit_id)
    await hold(session, here.actor, moment(3, 19))
    await report(session, here, late, 55)
    await hold(session, here.actor, moment(3, 22, 9))

    digest_id = await make_digest(session, here.actor, MARCH)
    assert digest_id == await make_digest(session, here.actor, MARCH)
    digest = (await session.scalars(select(Digest))).one()
    assert digest.counts == {
        "units": 3,
        "on_time": 1,
        "late": 1,
        "missing": 1,
        "tasks": 3,
        "mean_percent": "58.3",
    }
    assert digest.text == (
        "2016年3月上半月工作进展汇总：应报3家，按时1家，逾期1家，未报1家，平均进度58.3%，已报任务3项。\n"
        "未报单位：示例未报局。\n"
        "逾期上报单位：示例迟报局。"
    )
    to_leaders, to_all = (
        await audience(session, digest.leaders_broadcast_id),
        await audience(session, digest.officials_broadcast_id),
    )
    assert to_leaders == {principal}
    assert to_all == {principal, quick.leader_id, late.leader_id, missing.leader_id}
    text = await session.scalar(select(Broadcast.text).where(Broadcast.id == digest.leaders_broadcast_id))
    assert text
    assert "示例未报局（未报）、示例迟报局（逾期）" in text
    summary = await session.scalar(select(Broadcast.text).where(Broadcast.id == digest.officials_broadcast_id))
    assert summary
    assert "示例未报局" not in summary
    assert await session.scalar(select(func.count()).select_from(Message)) == 5


async def audience(session: AsyncSession, broadcast_id: Any) -> set[Any]:
    return set(await session.scalars(select(Message.official_id).where(Message.broadcast_id == broadcast_id)))


async def test_no_digest_of_a_period_in_which_nobody_owed_a_report(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    assert await make_digest(session, here.actor, MARCH) is None
    assert (await session.scalars(select(Digest))).all() == []


def review(*names: str, mean: Decimal | None = None) -> PeriodReview:
    return PeriodReview(
        units=9,
        on_time=9 - len(names),
        late=0,
        missing=len(names),
        tasks=9,
        mean_percent=mean,
        late_names=(),
        missing_names=names,
    )


def test_nobody_late_is_said_and_not_left_empty() -> None:
    assert review().laggards_zh == "无"
    assert review().counts_zh == "应报9家，按时9家，逾期0家，未报0家"
    assert review(mean=Decimal("0.0")).counts_zh.endswith("平均进度0.0%")


def test_many_laggards_fit_into_a_message_and_are_all_in_the_digest() -> None:
    names = [f"示例第{number:03d}单位" for number in range(60)]
    text = review(*names).laggards_zh
    assert len(text) <= 130
    assert text.endswith("等60家")
    assert review("某" * 200).laggards_zh == "1家"
    assert all(name in review(*names).text_zh(MARCH) for name in names)
