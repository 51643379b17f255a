from datetime import datetime

from sqlalchemy import func, or_, select

from supervision.desk.work.work_line import at, end_of, waiting, words
from supervision.foundation.actors import Actor
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.paging import Rows
from supervision.identity.models import Jurisdiction
from supervision.items.models import Item
from supervision.ledgers.models import Ledger
from supervision.ledgers.rules import ledger_work_ends_on


def ledger_to_open(actor: Actor, now: datetime) -> Rows:
    """Tell a county that has work of the present year's ledger that is not open; the line's id is the county's."""
    year = now.astimezone(SHANGHAI).year
    is_open = select(Ledger.id).where(Ledger.year == year).exists()
    return waiting(
        "ledger",
        of=Jurisdiction.id,
        title=words("建账：", year, "年度台账"),
        since=func.timezone("Asia/Shanghai", func.make_timestamp(year, 1, 1, 0, 0, 0)),
        due=end_of(ledger_work_ends_on(year)),
        path=at("/v1/ledgers/", year),
    ).where(
        Jurisdiction.id == actor.jurisdiction_id,
        ~is_open,
        or_(select(Ledger.id).exists(), select(Item.id).exists()),
    )


def ledgers_to_close(_actor: Actor, now: datetime) -> Rows:
    """Tell of ledgers of years that are over; the first is closed first."""
    first = ledger_work_ends_on(now.astimezone(SHANGHAI).year)
    return waiting(
        "ledger",
        of=Ledger.id,
        title=words("结账：", Ledger.year, "年度台账"),
        since=func.timezone("Asia/Shanghai", func.make_timestamp(Ledger.year + 1, 1, 1, 0, 0, 0)),
        due=end_of(func.make_date(Ledger.year + 1, first.month, first.day)),
        path=at("/v1/ledgers/", Ledger.year),
    ).where(Ledger.closed_on.is_(None), Ledger.year < first.year)
