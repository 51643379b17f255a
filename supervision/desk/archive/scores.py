from sqlalchemy import func, or_

from supervision.desk.archive.archive_event import ITEM, Statement, happening, in_chinese, seen_by, words
from supervision.scoring import policy as scoring
from supervision.scoring.models import Correction, Deduction, ScoreEntry, ScoreEntryKind
from supervision.scoring.states import CorrectionState, DeductionState

_POINTS = func.trim_scale(Deduction.points)
_DECISIONS = {DeductionState.REFUSED: "不予扣分", DeductionState.UPHELD: "申诉不成立，维持扣分"}
_DEDUCTIONS = (
    happening(
        "deduction",
        at=Deduction.proposed_at,
        title=words("拟扣 ", _POINTS, " 分"),
        text=Deduction.reason,
        by=Deduction.proposed_by,
        unit=Deduction.unit_id,
        of=Deduction.id,
    ),
    happening(
        "dispute",
        at=Deduction.disputed_at,
        title=words("对扣 ", _POINTS, " 分提出申诉"),
        text=Deduction.grounds,
        by=Deduction.disputed_by,
        unit=Deduction.unit_id,
        of=Deduction.id,
    ),
    happening(
        "deduction",
        at=Deduction.decided_at,
        title=in_chinese(Deduction.state, _DECISIONS),
        text=Deduction.decision,
        by=Deduction.decided_by,
        unit=Deduction.unit_id,
        of=Deduction.id,
    ).where(or_(*(Deduction.state == state for state in _DECISIONS))),
    happening(
        "score_entry",
        at=ScoreEntry.entered_at,
        title=words(
            in_chinese(
                ScoreEntry.kind,
                {
                    ScoreEntryKind.DEDUCTION: "确认扣分 ",
                    ScoreEntryKind.REVERSAL: "冲销扣分 ",
                    ScoreEntryKind.CORRECTION: "次年更正，返还扣分 ",
                },
            ),
            _POINTS,
            " 分",
        ),
        text=ScoreEntry.reason,
        by=ScoreEntry.entered_by,
        unit=ScoreEntry.unit_id,
        of=Deduction.id,
    ).join(ScoreEntry, ScoreEntry.deduction_id == Deduction.id),
    happening(
        "deduction",
        at=Deduction.verified_at,
        title=words("核实"),
        text=Deduction.verification,
        by=Deduction.verified_by,
        unit=Deduction.unit_id,
        of=Deduction.id,
    ),
    happening(
        "correction",
        at=Correction.proposed_at,
        title=words("拟更正，于 ", Correction.year, " 年返还 ", func.trim_scale(Correction.points), " 分"),
        text=Correction.reason,
        by=Correction.proposed_by,
        unit=Correction.unit_id,
        of=Correction.id,
    ).join(Deduction, Deduction.id == Correction.deduction_id),
    happening(
        "correction",
        at=Correction.decided_at,
        title=in_chinese(
            Correction.state, {CorrectionState.CONFIRMED: "确认更正", CorrectionState.REFUSED: "不予更正"}
        ),
        text=Correction.decision,
        by=Correction.decided_by,
        unit=Correction.unit_id,
        of=Correction.id,
    ).join(Deduction, Deduction.id == Correction.deduction_id),
)

DEDUCTIONS: tuple[Statement, ...] = tuple(
    seen_by(each.where(Deduction.item_id == ITEM), scoring.deductions_visible_to) for each in _DEDUCTIONS
)
