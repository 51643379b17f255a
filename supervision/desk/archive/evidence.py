from sqlalchemy import case, func

from supervision.desk import policy
from supervision.desk.archive.archive_event import ITEM, Statement, happening, in_chinese, seen_by, words
from supervision.documents import policy as documents
from supervision.documents.models import Attachment, Secrecy, Upload
from supervision.foundation.paging import Rows
from supervision.inspections import policy as inspections
from supervision.inspections.models import Finding, FindingEvidence
from supervision.papers.models import InstructionPaper
from supervision.progress import policy as progress
from supervision.progress.models import ProgressEntry, ProgressEvidence, ProgressReport
from supervision.reviews import policy as reviews
from supervision.reviews.models import CompletionEvidence, CompletionReport
from supervision.scoring import policy as scoring
from supervision.scoring.models import Deduction, DeductionEvidence
from supervision.tasks.models import Task

KIND = "attachment"
_SECRECY = {Secrecy.PUBLIC: "公开", Secrecy.INTERNAL: "内部", Secrecy.WORK_SECRET: "工作秘密"}

_NAMED = case((Upload.name.is_not(None), func.concat("：", Upload.name)))
_IS_GONE = case((Attachment.erased_at.is_not(None), "已按保存期限清除"))


def _attachment(title: str, at: object) -> Rows:
    """Tell of an attachment when that is dated to which it belongs: the same bytes may serve twice."""
    return happening(
        KIND,
        at=at,
        title=words(title, "（", func.coalesce(in_chinese(Upload.secrecy, _SECRECY), "内部"), "）", _NAMED, _IS_GONE),
        text=func.encode(Attachment.sha256, "hex"),
        by=Upload.uploaded_by,
        of=Attachment.id,
    ).outerjoin(Upload, Upload.attachment_id == Attachment.id)


_REPORTED = (
    _attachment("办结材料", CompletionReport.received_at)
    .join(CompletionEvidence, CompletionEvidence.attachment_id == Attachment.id)
    .join(CompletionReport, CompletionReport.id == CompletionEvidence.report_id)
    .join(Task, (Task.id == CompletionReport.task_id) & (Task.item_id == ITEM))
)
_PROGRESSED = (
    _attachment("进展材料", ProgressEntry.received_at)
    .join(ProgressEvidence, ProgressEvidence.attachment_id == Attachment.id)
    .join(ProgressEntry, ProgressEntry.id == ProgressEvidence.entry_id)
    .join(ProgressReport, ProgressReport.id == ProgressEntry.report_id)
    .join(Task, (Task.id == ProgressEntry.task_id) & (Task.item_id == ITEM))
)
_FOUND = (
    _attachment("督查取证材料", Finding.recorded_at)
    .join(FindingEvidence, FindingEvidence.attachment_id == Attachment.id)
    .join(Finding, (Finding.id == FindingEvidence.finding_id) & (Finding.item_id == ITEM))
)
_SCANNED = _attachment("批示件扫描件", InstructionPaper.registered_at).join(
    InstructionPaper, (InstructionPaper.attachment_id == Attachment.id) & (InstructionPaper.item_id == ITEM)
)
_CHARGED = (
    _attachment("扣分依据", Deduction.proposed_at)
    .join(DeductionEvidence, DeductionEvidence.attachment_id == Attachment.id)
    .join(Deduction, (Deduction.id == DeductionEvidence.deduction_id) & (Deduction.item_id == ITEM))
)

REPORTED: Statement = seen_by(_REPORTED, documents.uploads_visible_to, reviews.reports_visible_to)
PROGRESSED: Statement = seen_by(_PROGRESSED, documents.uploads_visible_to, progress.reports_visible_to)
FOUND: Statement = seen_by(_FOUND, documents.uploads_visible_to, inspections.findings_visible_to)
CHARGED: Statement = seen_by(_CHARGED, documents.uploads_visible_to, scoring.deductions_visible_to)
SCANNED: Statement = seen_by(_SCANNED, documents.uploads_visible_to, policy.papers_visible_to)
