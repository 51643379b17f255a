from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from supervision.cadence.periods import Period, PeriodKind, period_of
from supervision.items.states import ItemKind

MONTHS_IN_A_QUARTER = 3
# A settled year is opened again by two who did not propose it.
APPROVALS_TO_REOPEN = 2


def quarter_of(year: int, quarter: int) -> Period:
    """Return the days of a year's quarter, 1 to 4."""
    return period_of(PeriodKind.QUARTER, date(year, quarter * MONTHS_IN_A_QUARTER, 1))


@dataclass(frozen=True, slots=True)
class Lateness:
    """A unit did not finish its task of an item by a deadline, the nth that the item has had."""

    unit_id: UUID
    item_id: UUID
    number: str
    item_kind: str
    deadline_on: date
    nth: int


@dataclass(frozen=True, slots=True)
class CircularCriticism:
    """An issued circular criticises a unit."""

    unit_id: UUID
    item_id: UUID | None
    criticism_id: UUID
    number: str
    issued_on: date
    reason: str


Fact = Lateness | CircularCriticism


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the annex makes of a fact: it costs the unit the rule's points, once for the event."""

    rule: str
    event: str
    on: date
    reason: str
    document: str | None = None


def instruction_late(fact: Fact) -> Proposal | None:
    """Art. 7: a leader's instruction past its limit costs each unit whose task of it is unfinished, once a deadline."""
    return _late("instruction_late", fact, ItemKind.INSTRUCTION)


def decision_late(fact: Fact) -> Proposal | None:
    """Art. 8: an important meeting or document not carried out in time costs each such unit, once a deadline."""
    return _late("decision_late", fact, ItemKind.MAJOR_DECISION)


def notice_late(fact: Fact) -> Proposal | None:
    """Art. 11: another matter set by a notice of the two offices and late costs each such unit, once a deadline."""
    return _late("notice_late", fact, ItemKind.OFFICE_NOTICE)


def circular_criticism(fact: Fact) -> Proposal | None:
    """Art. 12: a criticism in an inspection circular costs the unit that it names, once a criticism, on its issue."""
    if not isinstance(fact, CircularCriticism):
        return None
    return Proposal(
        rule="circular_criticism",
        event=f"circular:{fact.criticism_id}",
        on=fact.issued_on,
        reason=f"{fact.number}通报批评：{fact.reason}",
        document=fact.number,
    )


# In the order of the annex; the other articles' facts are not on record, and are proposed by a person.
RULES: tuple[Callable[[Fact], Proposal | None], ...] = (
    instruction_late,
    decision_late,
    notice_late,
    circular_criticism,
)


def proposal_of(fact: Fact) -> Proposal | None:
    """Return what the first rule that knows the fact makes of it; none where it costs nothing."""
    return next((proposal for rule in RULES if (proposal := rule(fact))), None)


@dataclass(frozen=True, slots=True)
class Price:
    """What a rule costs from a day on, in points, by one version of the policy."""

    effective_on: date
    rule: str
    rule_id: UUID
    points: Decimal


def price_of(proposal: Proposal, prices: Sequence[Price]) -> Price | None:
    """Return the price in force on the fact's day; none before the first policy, or where its rule is left out."""
    in_force = max((price.effective_on for price in prices if price.effective_on <= proposal.on), default=None)
    its = (price for price in prices if (price.effective_on, price.rule) == (in_force, proposal.rule))
    return next(its, None)


def lateness_event(item_id: UUID, nth: int = 1) -> str:
    """Name the lateness of an item at its nth deadline: one event, whether the system or a person sees it first."""
    return f"item:{item_id}:late" if nth == 1 else f"item:{item_id}:late:{nth}"


def _late(rule: str, fact: Fact, item_kind: ItemKind) -> Proposal | None:
    if not isinstance(fact, Lateness) or fact.item_kind != item_kind:
        return None
    return Proposal(
        rule=rule,
        event=lateness_event(fact.item_id, fact.nth),
        on=fact.deadline_on + timedelta(days=1),
        reason=f"{fact.number} 时限为{fact.deadline_on}，届满未办结",
    )
