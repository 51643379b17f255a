from collections.abc import Collection, Iterator, Mapping
from enum import Enum, StrEnum
from uuid import UUID

from supervision.foundation.actors import Actor
from supervision.foundation.errors import AnotherPersonNeeded

# Who took a step: one person or client, several, or nobody (the system itself, or a step that was not taken).
People = UUID | Collection[UUID | None] | None


class Asked(StrEnum):
    """Whether two persons are asked for everywhere, by the regulation or by us, or where the county wants it."""

    ALWAYS = "always"
    BY_COUNTY = "by_county"


# Where the county asks for another person after no other step, what is wanted is proposed instead.
_NO_STEP: list[str] = []
# Whoever took part in a deduction gives nothing back of it.
_DEDUCTION_STEPS = (
    *("propose_deduction", "verify_deduction", "confirm_deduction", "dispute_deduction", "rule_on_dispute"),
)


class CounterStep(Enum):
    """A step that nobody takes who took one of the steps before it: the one table of pairs.

    Each line has the operation, those before it, the clause or reason, and whether a county is to ask for it first
    (identity/two_person_steps.py): it may ask for more than the lines that always hold, never for fewer.
    """

    APPROVE_ITEM = "approve_item", ["register_item"], "§3(1)", Asked.ALWAYS
    REFUSE_ITEM = "refuse_item", ["register_item"], "§3(1)", Asked.ALWAYS
    VOID_ITEM = "void_item", ["register_item"], "a number is not made to vanish alone", Asked.ALWAYS
    CHECK_NOTICE = "check_notice", ["draft_notice"], "§3(2)", Asked.ALWAYS
    COUNTERSIGN_NOTICE = "countersign_notice", ["draft_notice"], "§3(2)", Asked.ALWAYS
    ISSUE_NOTICE = "issue_notice", ["draft_notice"], "§3(2)", Asked.ALWAYS
    RETURN_NOTICE = "return_notice", ["draft_notice"], "what is given back is another's", Asked.ALWAYS
    CHECK_CIRCULAR = "check_circular", ["draft_circular"], "§4(4)", Asked.ALWAYS
    ISSUE_CIRCULAR = "issue_circular", ["draft_circular"], "§4(4)", Asked.ALWAYS
    VERIFY_RECTIFICATION = "verify_rectification", ["order_rectification"], "§5(2)", Asked.ALWAYS
    DECIDE_INSPECTION_PLAN = "decide_inspection_plan", ["draft_inspection_plan"], "§4(1)", Asked.ALWAYS
    DECIDE_EXTENSION = "decide_extension", ["ask_extension"], "§3(3)", Asked.ALWAYS
    REVIEW_COMPLETION = "review_completion", ["report_completion"], "§3(3)", Asked.ALWAYS
    DECIDE_WAIVER = "decide_waiver", ["ask_waiver"], "§3(3)", Asked.ALWAYS
    REVIEW_PUBLICATION = "review_publication", ["draft_publication"], "nothing unreviewed leaves", Asked.ALWAYS
    ANSWER_COMPLAINT = "answer_complaint", ["file_complaint"], "nobody answers to oneself", Asked.ALWAYS
    CONFIRM_DEDUCTION = (
        *("confirm_deduction", ["propose_deduction", "verify_deduction"]),
        *("annex art. 12, 13", Asked.ALWAYS),
    )
    REFUSE_DEDUCTION = (
        *("refuse_deduction", ["propose_deduction", "verify_deduction"]),
        *("annex art. 13", Asked.ALWAYS),
    )
    REVERSE_DEDUCTION = (
        *("reverse_deduction", ["propose_deduction", "verify_deduction", "confirm_deduction"]),
        *("annex art. 13", Asked.ALWAYS),
    )
    RULE_ON_DISPUTE = (
        *("rule_on_dispute", ["propose_deduction", "verify_deduction", "confirm_deduction", "dispute_deduction"]),
        *("annex art. 14", Asked.ALWAYS),
    )
    CONFIRM_SCORE_CORRECTION = (
        *("confirm_score_correction", ["propose_score_correction", *_DEDUCTION_STEPS]),
        *("annex art. 4", Asked.ALWAYS),
    )
    REFUSE_SCORE_CORRECTION = (
        *("refuse_score_correction", ["propose_score_correction"]),
        *("annex art. 4", Asked.ALWAYS),
    )
    CONFIRM_SETTLEMENT = "confirm_settlement", ["prepare_settlement"], "annex art. 4, 5", Asked.ALWAYS
    APPROVE_SETTLEMENT_REOPENING = (
        *("approve_settlement_reopening", ["propose_settlement_reopening", "approve_settlement_reopening"]),
        *("annex art. 4, 5", Asked.ALWAYS),
    )
    REFUSE_SETTLEMENT_REOPENING = (
        *("refuse_settlement_reopening", ["propose_settlement_reopening"]),
        *("annex art. 4, 5", Asked.ALWAYS),
    )
    APPROVE_PROPOSAL = (
        "approve_proposal",
        [
            *("set_item_procedure", "set_notice_procedure", "terminate_item"),
            *("write_template", "propose_broadcast", "adopt_scoring_policy", "set_two_person_steps"),
            "propose_document_template",
        ],
        *("nobody alone lifts a rule, ends an item or writes to everybody; annex art. 15", Asked.ALWAYS),
    )
    APPROVE_APPOINTMENT = "approve_appointment", ["grant_role"], "no one makes officers alone", Asked.ALWAYS
    REFUSE_APPOINTMENT = "refuse_appointment", ["grant_role"], "no one makes officers alone", Asked.ALWAYS
    APPROVE_KEY = "approve_key", ["issue_key"], "no one opens a door alone", Asked.ALWAYS
    APPROVE_CLIENT_OFFICIAL = (
        *("approve_client_official", ["name_client_official"]),
        *("no one lets a machine speak for somebody alone", Asked.ALWAYS),
    )
    APPROVE_SIGN_IN_LINK = "approve_sign_in_link", ["link_official"], "no one lets in alone", Asked.ALWAYS
    COUNTERSIGN_NOTICE_BY_ANOTHER = "countersign_notice", ["check_notice"], "§3(2), three persons", Asked.BY_COUNTY
    ISSUE_NOTICE_BY_ANOTHER = (
        *("issue_notice", ["check_notice", "countersign_notice"]),
        *("§3(2), three persons", Asked.BY_COUNTY),
    )
    ISSUE_CIRCULAR_BY_ANOTHER = "issue_circular", ["check_circular"], "§4(4), three persons", Asked.BY_COUNTY
    PUBLISH_BY_ANOTHER = "publish", ["review_publication"], "three persons before it leaves", Asked.BY_COUNTY
    VERIFY_DEDUCTION_BY_ANOTHER = "verify_deduction", ["propose_deduction"], "annex art. 12", Asked.BY_COUNTY
    WRITE_DOCUMENT_TEMPLATE_BY_ANOTHER = (
        *("write_document_template", _NO_STEP),
        *("one writes the words of documents, another approves them", Asked.BY_COUNTY),
    )

    def __init__(self, operation: str, steps: list[str], reason: str, asked: Asked) -> None:
        self.operation, self.steps, self.reason, self.asked = operation, tuple(steps), reason, asked


def require_another(
    actor: Actor,
    counter_step: CounterStep,
    taken_by: Mapping[str, People],
    refusal: type[AnotherPersonNeeded],
    *,
    concerned: UUID | None = None,
) -> None:
    """Refuse, in the room's own words, a step by one of those who took the steps before it, or whom it concerns.

    `taken_by` says who took each of the steps that the table names, no more and no fewer.
    """
    if taken_by.keys() != set(counter_step.steps):
        raise LookupError(counter_step.operation, *taken_by)
    if not actor.selves.isdisjoint({concerned, *_each(taken_by.values())}):
        raise refusal


def _each(taken_by: Collection[People]) -> Iterator[UUID | None]:
    for people in taken_by:
        yield from [people] if isinstance(people, UUID | None) else people
