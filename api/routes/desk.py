from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.edge import ZIP
from api.permissions import AUDITOR, EVERYBODY, GROUP, OFFICE, SUPERVISING, UNIT, WORKING, Scope, may, person_may
from api.replies import Later, download, many, one, reply
from api.router import Router
from api.schemas.desk import (
    AnswerComplaint,
    ArchiveOut,
    BurdenOut,
    ComplaintOut,
    ComplaintPage,
    FileComplaint,
    Month,
    StatisticsOut,
    WatchOut,
    WorkPage,
)
from api.schemas.fields import FullDate, Id, Year
from supervision.desk import complaints, queries, statistics, watches
from supervision.desk.archive import archive_package, timeline
from supervision.desk.archive.timeline import DaySpan
from supervision.desk.complaints import NewComplaint
from supervision.desk.states import ComplaintState
from supervision.desk.statistics import Grouping
from supervision.desk.work import lists
from supervision.desk.work.lists import WorkView

router = Router("desk")

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
_TOO_MUCH: dict[int | str, dict[str, Any]] = {
    409: {"description": "It is too long or too large to be read at once", "content": _PROBLEM}
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a zip of a page for browsers, the timeline as JSON, and the attachments named by their hash",
        "content": {
            ZIP: {"schema": {"type": "string", "format": "binary", "maxLength": 2 * archive_package.MOST_BYTES}}
        },
    }
}


def _days(
    since_on: Annotated[FullDate | None, Query(description="from this day on")] = None,
    until_on: Annotated[FullDate | None, Query(description="up to this day, it included")] = None,
) -> DaySpan:
    return DaySpan(since_on, until_on)


DaysDep = Annotated[DaySpan, Depends(_days)]


@router.get(
    "/items/{item_id}/archive",
    permission=may(Scope.ITEMS_READ, *SUPERVISING),
    response_model=ArchiveOut,
    responses=_TOO_MUCH,
)
async def get_archive(item_id: Id, session: SessionDep, actor: ActorDep, days: DaysDep) -> Response:
    """Read everything of an item in order (一事一卷), as far as one may see it; a long one in parts."""
    return reply(await timeline.get_archive(session, actor, item_id, days=days))


@router.get(
    "/items/{item_id}/archive.zip",
    permission=may(Scope.ITEMS_READ, *SUPERVISING),
    response_class=Response,
    responses=_FILE | _TOO_MUCH,
)
async def download_archive(item_id: Id, session: SessionDep, actor: ActorDep, days: DaysDep) -> Response:
    """Download everything of an item as one file, with its attachments; the same archive gives the same bytes."""
    packed = await archive_package.pack_archive(session, actor, item_id, days=days)

    async def make() -> Response:
        whole = await archive_package.complete(packed)
        return download(whole.file, size=whole.size, media_type=ZIP, name=f"{whole.number}.zip")

    return Later(make, headers={})


@router.post("/items/{item_id}/watch", permission=may(Scope.ITEMS_READ, *WORKING), response_model=WatchOut)
async def watch_item(item_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Watch an item: it stands in one's work list of what one watches."""
    await watches.watch_item(session, actor, item_id)
    return one(await watches.get_watch(session, actor, item_id))


@router.post("/items/{item_id}/watch_end", permission=may(Scope.ITEMS_READ, *WORKING), response_model=WatchOut)
async def end_watch(item_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Watch an item no longer."""
    await watches.end_watch(session, actor, item_id)
    return one(await watches.get_watch(session, actor, item_id))


@router.get("/work_list", permission=may(Scope.ITEMS_READ, *EVERYBODY), response_model=WorkPage)
async def list_work(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    view: Annotated[WorkView, Query(description="this_week: due until Sunday, and not late")] = WorkView.WAITING,
) -> Response:
    """List what waits for one's role, what is due this week, what is late, or what one watches."""
    return many(request, await lists.list_work(session, actor, wanted, view=view))


@router.get("/burden", permission=may(Scope.ITEMS_READ, OFFICE, GROUP, UNIT, AUDITOR), response_model=BurdenOut)
async def get_burden(
    session: SessionDep, actor: ActorDep, year: Annotated[Year, Query()], month: Annotated[Month, Query()]
) -> Response:
    """Count what was asked of each unit in a month; a unit sees its own."""
    return reply(
        {"year": year, "month": month, "data": await queries.get_burden(session, actor, year=year, month=month)}
    )


@router.post(
    "/burden/complaints",
    permission=may(Scope.PROGRESS_WRITE, UNIT),
    response_model=ComplaintOut,
    status_code=201,
    dependencies=[Once],
)
async def file_complaint(body: FileComplaint, session: SessionDep, actor: ActorDep) -> Response:
    """Complain that the same was asked of one's unit before."""
    complaint_id = await complaints.file_complaint(session, actor, NewComplaint(**body.model_dump()))
    row = await queries.get_complaint(session, actor, complaint_id)
    return one(row, 201, location=f"/v1/burden/complaints/{complaint_id}")


@router.get(
    "/burden/complaints", permission=may(Scope.ITEMS_READ, OFFICE, GROUP, UNIT, AUDITOR), response_model=ComplaintPage
)
async def list_complaints(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    state: Annotated[ComplaintState | None, Query()] = None,
    unit: Annotated[Id | None, Query()] = None,
) -> Response:
    """List complaints; a unit sees its own."""
    return many(request, await queries.list_complaints(session, actor, wanted, state=state, unit_id=unit))


@router.get(
    "/burden/complaints/{complaint_id}",
    permission=may(Scope.ITEMS_READ, OFFICE, GROUP, UNIT, AUDITOR),
    response_model=ComplaintOut,
)
async def get_complaint(complaint_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one complaint with its answer."""
    return one(await queries.get_complaint(session, actor, complaint_id))


@router.post(
    "/burden/complaints/{complaint_id}/answer",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE),
    signs=True,
    response_model=ComplaintOut,
)
async def answer_complaint(
    complaint_id: Id, body: AnswerComplaint, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Answer a complaint: upheld, the request is withdrawn; rejected, it stands."""
    await complaints.answer_complaint(session, actor, complaint_id, version, **body.model_dump())
    return one(await queries.get_complaint(session, actor, complaint_id))


@router.get("/statistics", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=StatisticsOut)
async def get_statistics(
    session: SessionDep,
    actor: ActorDep,
    year: Annotated[Year, Query(description="of the items' numbers")],
    by: Annotated[Grouping, Query()],
) -> Response:
    """Compute how a year's items went per unit, kind, lead leader or month; a unit sees its own figures only."""
    return reply({"year": year, "by": by, "data": await statistics.get_statistics(session, actor, year=year, by=by)})
