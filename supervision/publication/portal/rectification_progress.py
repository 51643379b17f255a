"""How the rectification stands that an order asks for, and since when: ordered, reported, accepted, or overdue."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, cast, func, select

from supervision.bulletins.models import RectificationOrder, RectificationReport
from supervision.bulletins.states import RectificationState

_TOLD = {
    RectificationState.ORDERED: "已责令整改",
    RectificationState.REPORTED: "单位已报告整改，待核实",
    RectificationState.CLOSED: "已核实整改到位",
}
_RETURNED, _OVERDUE = "经核实未整改到位，继续整改", "逾期未整改"


def _day(moment: Any) -> Any:
    return cast(func.timezone("Asia/Shanghai", moment), Date)


def _last(moment: Any) -> Any:
    of_order = RectificationReport.order_id == RectificationOrder.id
    return select(_day(func.max(moment))).where(of_order).scalar_subquery()


# What a statement that joins the order reads of it.
ORDER_FACTS = (
    RectificationOrder.state.label("order_state"),
    RectificationOrder.limit_on.label("order_limit_on"),
    _day(RectificationOrder.ordered_at).label("order_ordered_on"),
    _last(RectificationReport.reported_at).label("order_reported_on"),
    _last(RectificationReport.verified_at).label("order_verified_on"),
    _day(RectificationOrder.closed_at).label("order_closed_on"),
)


@dataclass(frozen=True, slots=True)
class OrderStanding:
    """What the public reads of an order: how it stands, since which day, and whether its limit is over."""

    text: str
    on: date
    limit_on: date
    is_overdue: bool


def take_standing(row: dict[str, Any], today: date) -> OrderStanding | None:
    """Take the facts of an order out of a row, and tell how it stands; nothing where the row has no order."""
    facts = {each.name: row.pop(each.name) for each in ORDER_FACTS}
    if facts["order_state"] is None:
        return None
    return stand(today=today, **{name.removeprefix("order_"): value for name, value in facts.items()})


def stand(
    *,
    state: str,
    limit_on: date,
    ordered_on: date,
    reported_on: date | None,
    verified_on: date | None,
    closed_on: date | None,
    today: date,
) -> OrderStanding:
    """Tell how an order stands; overdue is what nobody reported as done by its limit, since that day."""
    if state == RectificationState.ORDERED and today > limit_on:
        return OrderStanding(_OVERDUE, limit_on, limit_on, is_overdue=True)
    text = _TOLD[RectificationState(state)]
    if state == RectificationState.ORDERED and verified_on:
        return OrderStanding(_RETURNED, verified_on, limit_on, is_overdue=False)
    since = {RectificationState.REPORTED: reported_on, RectificationState.CLOSED: closed_on or verified_on}
    return OrderStanding(text, since.get(RectificationState(state)) or ordered_on, limit_on, is_overdue=False)
