import io
import zipfile
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.router import permissions, scopes_of
from api.schemas.items import AmendItem
from supervision.desk.archive import archive_package, issued, timeline
from supervision.desk.archive.sections import SECTIONS
from supervision.desk.errors import ArchiveTooLarge, ArchiveTooLong
from supervision.foundation.actors import Role
from supervision.foundation.driver import fetch
from supervision.foundation.errors import NotFound
from supervision.identity.models import Unit
from supervision.items.item_changes import note_changes
from supervision.items.states import ItemChangeKind
from supervision.messaging import templates
from supervision.official_documents.models import DocumentPdf, IssuedDocument
from supervision.tasks.models import Task
from tests.factories.desk import NOON, Life, live, person, unit_of
from tests.factories.identity import make_unit
from tests.factories.scoring import add_entry, add_party, adopt
from tests.places import Place

# What somebody else than the office does not read.
HIDDEN: dict[Role, set[str]] = {
    Role.GROUP: set(),
    Role.LEADER: {"correction", "deduction", "dispute", "score_entry"},
    Role.AUDITOR: {"instruction_paper", "direct_transfer", "liaison"},
    Role.UNIT: {"instruction_paper", "direct_transfer", "liaison", "media_follow_up", "accountability_proposal"},
}

# Where each section is read elsewhere; an archive asks for the same scopes.
READ_BY = {
    "registration": ("get_item", "list_item_changes"),
    "papers": ("list_instruction_papers", "list_direct_transfers", "list_liaisons"),
    "notices": ("list_notices", "list_notice_deliveries", "list_urgings"),
    "tasks": ("list_tasks", "list_assignments", "list_milestones", "list_extensions"),
    "progress": ("list_progress_reports", "list_quarterly_looks"),
    "completion": ("list_completion_reports", "list_waivers"),
    "inspections": ("list_inspection_plans", "list_findings", "list_conclusions"),
    "problems": ("list_problems", "list_problem_entries"),
    "bulletins": (
        "list_circulars",
        "list_rectification_orders",
        "list_media_follow_ups",
        "list_accountability_proposals",
    ),
    "publications": (),
    "press_releases": ("list_publications",),
    "scores": ("list_deductions", "list_score_corrections"),
    "files": ("get_attachment",),
    "score_files": ("get_attachment", "list_deductions"),
}


@pytest.fixture
async def life(session: AsyncSession, here: Place) -> Life:
    await templates.install_defaults(session, here.actor)
    await adopt(session, here.actor)
    return await live(session, here.actor, month=3)


async def read(session: AsyncSession, life: Life, place: Place, role: Role = Role.OFFICE) -> list[dict[str, Any]]:
    actor = unit_of(place.actor, life) if role is Role.UNIT else person(place.actor, role)
    rows: list[dict[str, Any]] = (await timeline.get_archive(session, actor, life.item_id))["data"]
    return rows


async def test_every_section_tells_of_the_item_and_of_no_other(session: AsyncSession, here: Place, life: Life) -> None:
    await live(session, here.actor, month=4)
    told = await read(session, life, here)
    office = person(here.actor)
    statements = [tell for section in SECTIONS for tell in section.statements]
    sections = [await fetch(session, tell(office), {"item": life.item_id}) for tell in statements]
    assert [no for no, rows in enumerate(sections) if not rows] == []
    assert len(told) == sum(map(len, sections)), "nothing is told twice"
    name = await session.scalar(select(Unit.name).where(Unit.id == life.unit_id))
    assert {row["unit"] for row in told if row["unit"]} == {name}
    assert all(row["title"] and row["at"] for row in told)
    (amended,) = [row["text"] for row in told if row["title"] == "修改立项内容"]
    assert amended.startswith("名称有误\n标题：示例事项")
    assert amended.endswith(" → 修复水毁道路")
    assert [row["at"] for row in told] == sorted(row["at"] for row in told)


async def test_every_field_that_can_be_amended_is_named_in_chinese(
    session: AsyncSession, here: Place, life: Life
) -> None:
    fields = sorted(AmendItem.model_fields.keys() - {"reason"})
    facts = {name: {"from": None, "to": "新"} for name in fields}
    facts_of = {life.item_id: facts}
    await note_changes(session, here.actor, ItemChangeKind.AMENDED, reason="逐项更正", facts_of=facts_of)
    told = [row["text"] for row in await read(session, life, here) if row["title"] == "修改立项内容"]
    (lines,) = [lines for reason, *lines in map(str.splitlines, told) if reason == "逐项更正"]
    # An id says nothing to a reader.
    assert len(lines) == len([name for name in fields if not name.endswith("_id")])
    named = [line.partition("：")[0] for line in lines]
    unnamed = [name for name in named if name.isascii()]
    assert unnamed == [], "give each of them its Chinese name in _FIELDS of desk/archive/papers.py"


async def test_nobody_reads_what_they_may_not_see_elsewhere(session: AsyncSession, here: Place, life: Life) -> None:
    whole = {row["kind"] for row in await read(session, life, here)}
    missing = {role: whole - {row["kind"] for row in await read(session, life, here, role)} for role in HIDDEN}
    assert missing == HIDDEN
    stranger = person(here.actor, Role.UNIT, unit_id=life.cast.person_id)
    for actor in (stranger, person(here.actor, Role.ADMINISTRATOR)):
        with pytest.raises(NotFound):
            await timeline.get_archive(session, actor, life.item_id)


def test_a_section_asks_for_the_scopes_with_which_it_is_read_elsewhere() -> None:
    needed = {
        name: {"items:read"} | {str(permissions()[operation].scope) for operation in operations}
        for name, operations in READ_BY.items()
    }
    assert {section.name: section.scopes for section in SECTIONS} == needed


@pytest.mark.parametrize("scope", ["progress:read", "bulletins:read", "scores:read"])
async def test_what_a_caller_lacks_the_scope_for_is_left_out_and_named(
    session: AsyncSession, here: Place, life: Life, scope: str
) -> None:
    narrow = person(here.actor, scopes=scopes_of(Role.OFFICE) - {scope})
    closed = [section for section in SECTIONS if scope in section.scopes]
    told = await timeline.get_archive(session, narrow, life.item_id)
    assert told["left_out"] == [section.name for section in closed]
    rows = await read(session, life, here)
    statements = [tell for section in closed for tell in section.statements]
    hidden = [await fetch(session, tell(person(here.actor)), {"item": life.item_id}) for tell in statements]
    assert len(told["data"]) == len(rows) - sum(map(len, hidden))
    packed = await archive_package.pack_archive(session, narrow, life.item_id)
    with packed.file:
        package = zipfile.ZipFile(packed.file)
        page, files = package.read("index.html").decode(), package.namelist()
    assert "、".join(section.title for section in closed) in page
    kept = {row["text"] for row in told["data"] if row["kind"] in {"attachment", issued.DOCX, issued.PDF}}
    assert {name.partition("/")[2].partition(".")[0] for name in files[2:]} == kept


async def test_a_supporting_unit_reads_its_own_share_only(session: AsyncSession, here: Place, life: Life) -> None:
    """It sees the item and its tasks, and nothing that the other one sent or was told."""
    beside = await make_unit(session, here.actor)
    await add_party(session, life.item_id, beside)
    rows = (await timeline.get_archive(session, person(here.actor, Role.UNIT, unit_id=beside), life.item_id))["data"]
    assert {row["kind"] for row in rows} == {
        "assignment",
        "circular",
        "extension",
        "item",
        "item_change",
        "milestone",
        "official_document",
        "official_document_pdf",
        "publication",
        "task",
    }
    assert {row["who"] for row in rows} == {None}
    documents = [row["id"] for row in rows if row["kind"] == issued.DOCX]
    assert set(await session.scalars(select(IssuedDocument.kind).where(IssuedDocument.id.in_(documents)))) == {
        "circular"
    }


async def test_the_file_holds_each_attachment_once(session: AsyncSession, here: Place, life: Life) -> None:
    first, again = [await archive_package.pack_archive(session, person(here.actor), life.item_id) for _ in range(2)]
    with first.file, again.file:
        content = first.file.read()
        assert content == again.file.read()
    assert len(content) == first.size
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert names[:2] == ["index.html", "timeline.json"]
    attachments = [name for name in names if name.startswith("attachments/")]
    assert len(attachments) == 5
    assert names[2:7] == sorted(attachments)
    mine = await archive_package.pack_archive(session, unit_of(here.actor, life), life.item_id)
    with mine.file:
        own = zipfile.ZipFile(mine.file).namelist()
    mine_of = [name for name in own if name.startswith("attachments/")]
    assert len(mine_of) == len(attachments) - 1, "the scan of the paper is not the unit's to read"


async def test_the_file_holds_each_document_as_it_was_issued_and_its_copy(
    session: AsyncSession, here: Place, life: Life
) -> None:
    other = await live(session, here.actor, month=4)
    told = await read(session, life, here)
    for actor, kinds in (
        (person(here.actor), {"notice", "urging", "circular", "rectification", "feedback", "press_release"}),
        (unit_of(here.actor, life), {"notice", "urging", "circular", "rectification", "feedback"}),
    ):
        packed = await archive_package.pack_archive(session, actor, life.item_id)
        with packed.file:
            package = zipfile.ZipFile(packed.file)
            names = [name for name in package.namelist() if name.startswith("documents/")]
            digests = {name.partition("/")[2].partition(".")[0]: package.read(name) for name in names}
            page = package.read("index.html").decode()
        assert {sha256(content).hexdigest() for content in digests.values()} == set(digests)
        assert all(f'href="{name}"' in page for name in names)
        issued_here = await session.scalars(select(IssuedDocument).where(IssuedDocument.sha256.in_(digests)))
        assert {each.kind for each in issued_here} == kinds
        copies = await session.scalars(select(DocumentPdf.sha256).where(DocumentPdf.sha256.in_(digests)))
        assert len(list(copies)) == len(names) / 2
    rows = await read(session, other, here)
    own, others = [{row["id"] for row in each if row["kind"] == issued.DOCX} for each in (told, rows)]
    shared = await session.scalars(select(IssuedDocument.kind).where(IssuedDocument.id.in_(own & others)))
    assert set(shared) == {"circular"}, "one circular speaks of many items, everything else of its own"


async def test_what_is_too_long_or_too_large_is_refused(
    session: AsyncSession, here: Place, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_package, "MOST_BYTES", 10)
    with pytest.raises(ArchiveTooLarge):
        await archive_package.pack_archive(session, person(here.actor), life.item_id)
    monkeypatch.setattr(timeline, "MOST_EVENTS", 10)
    with pytest.raises(ArchiveTooLong):
        await read(session, life, here)


async def test_a_returned_report_is_told_with_its_return(session: AsyncSession, here: Place, life: Life) -> None:
    task_id = (await session.scalars(select(Task.id).where(Task.item_id == life.item_id).order_by(Task.no))).first()
    assert task_id
    await add_entry(session, life.unit_id, task_id, percent=60, received_at=NOON)
    told = [row["title"] for row in await read(session, life, here) if row["kind"] == "progress_report"]
    told = [title.partition("：")[2] or title for title in told]
    assert told == ["50%（已退回补报）", "退回补报 补报时限 2199-12-31", "60%"]
