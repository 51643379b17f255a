from supervision.desk.archive import evidence, findings, issued, judgement, papers, scores, work
from supervision.desk.archive.archive_event import Section, Statement
from supervision.foundation.actors import Actor

ITEMS = frozenset({"items:read"})
PROGRESS = ITEMS | {"progress:read"}
BULLETINS = ITEMS | {"bulletins:read"}
SCORES = ITEMS | {"scores:read"}

# The whole of what is told of an item, and for each part the scopes with which the same is read elsewhere: an archive
# is no way around them. Whoever adds a table to the system adds its statement to one of these parts.
SECTIONS: tuple[Section, ...] = (
    Section("registration", "立项与变更", ITEMS, papers.REGISTRATION),
    Section("papers", "批示件与直接转交", ITEMS, papers.PAPERS),
    Section("notices", "督查通知书与抄告单", ITEMS, (*papers.NOTICES, *issued.OF_NOTICES)),
    Section("tasks", "任务分解与时间节点", ITEMS, work.TASKS),
    Section("progress", "进展报告", PROGRESS, work.PROGRESS),
    Section("completion", "办结审查与免办", PROGRESS, (*work.COMPLETION, *issued.OF_REVIEWS)),
    Section("inspections", "督查", ITEMS, findings.INSPECTIONS),
    Section("problems", "问题", ITEMS, findings.PROBLEMS),
    Section("bulletins", "通报、整改与问责建议", BULLETINS, (*judgement.BULLETINS, *issued.OF_BULLETINS)),
    # What was published is anybody's to read.
    Section("publications", "公开发布", ITEMS, judgement.PUBLICATIONS),
    Section("press_releases", "新闻通稿", ITEMS | {"publication:read"}, issued.OF_PUBLICATIONS),
    Section("scores", "扣分", SCORES, scores.DEDUCTIONS),
    Section("files", "附件", PROGRESS, (evidence.PROGRESSED, evidence.REPORTED, evidence.FOUND, evidence.SCANNED)),
    Section("score_files", "扣分依据附件", SCORES | PROGRESS, (evidence.CHARGED,)),
)


def open_to(actor: Actor) -> list[Statement]:
    """Return what is told to somebody with the actor's scopes."""
    return [each for section in SECTIONS if section.scopes <= actor.scopes for each in section.statements]


def closed_to(actor: Actor) -> list[Section]:
    """Return the parts that somebody with the actor's scopes is not told."""
    return [section for section in SECTIONS if not section.scopes <= actor.scopes]
