from datetime import datetime

from sqlalchemy import select

from supervision.desk.work.work_line import at, end_of, waiting, words
from supervision.foundation.actors import Actor
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.paging import Rows
from supervision.identity.models import Jurisdiction
from supervision.publication.models import PressRound, Publication
from supervision.publication.press_periods import press_period_before
from supervision.publication.press_rounds import is_fit_for_press


def press_round_to_send(actor: Actor, now: datetime) -> Rows:
    """Tell of the two months that ended last, while the press was not given them; the line's id is the county's.

    Older ones wait for nobody: what was published then is no news any more.
    """
    period = press_period_before(now.astimezone(SHANGHAI).date())
    return waiting(
        "press_round",
        of=Jurisdiction.id,
        title=words("送媒体：", period.label_zh, "公开内容"),
        since=period.ends_at,
        due=end_of(period.due_on),
        path=at("/v1/press_rounds/", period.month),
    ).where(
        Jurisdiction.id == actor.jurisdiction_id,
        select(Publication.id).where(is_fit_for_press(period)).exists(),
        ~select(PressRound.id).where(PressRound.month == period.month).exists(),
    )
