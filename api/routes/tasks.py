from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import OFFICE, UNIT, WORKING, Scope, may, person_may
from api.replies import all_of, many, one, reply
from api.router import Router
from api.schemas.fields import Id
from api.schemas.identity import OfficialOut
from api.schemas.progress import QueryFlag
from api.schemas.tasks import (
    AmendTask,
    AskExtension,
    AssignmentList,
    DecideExtension,
    DecomposeItem,
    ExtensionOut,
    ExtensionPage,
    MilestoneOut,
    MilestonePage,
    ReachMilestone,
    ReassignTask,
    ReassignUnit,
    RecordDeparture,
    SetMilestone,
    TaskOut,
    TaskPage,
)
from supervision.foundation.paging import PageRequest
from supervision.identity import queries as identity
from supervision.tasks import assignments, decomposition, departures, extensions, milestones, queries, reassignment
from supervision.tasks.states import ExtensionState

router = Router("tasks")

_ALL_OF_AN_ITEM = PageRequest(limit=100)


@router.post(
    "/items/{item_id}/tasks",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=TaskPage,
    status_code=201,
    dependencies=[Once],
)
async def decompose_item(item_id: Id, body: DecomposeItem, session: SessionDep, actor: ActorDep) -> Response:
    """Break an item down into all its tasks at once."""
    await decomposition.decompose_item(session, actor, item_id, **body.model_dump())
    page = await queries.list_tasks(session, actor, _ALL_OF_AN_ITEM, item_id=item_id)
    return reply({"data": page.rows, "next": page.next}, 201, {"Location": f"/v1/tasks?item={item_id}"})


@router.get("/tasks", permission=may(Scope.ITEMS_READ, *WORKING), response_model=TaskPage)
async def list_tasks(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    item: Annotated[Id | None, Query()] = None,
    unit: Annotated[Id | None, Query(description="the responsible unit")] = None,
) -> Response:
    """List tasks with their indicators."""
    return many(request, await queries.list_tasks(session, actor, wanted, item_id=item, unit_id=unit))


@router.get("/tasks/{task_id}", permission=may(Scope.ITEMS_READ, *WORKING), response_model=TaskOut)
async def get_task(task_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one task with its indicators."""
    return one(await queries.get_task(session, actor, task_id))


@router.patch("/tasks/{task_id}", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=TaskOut)
async def amend_task(
    task_id: Id, body: AmendTask, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Say anew which leaders liaise for a task and which units support it."""
    await reassignment.amend_task(session, actor, task_id, version, **body.model_dump())
    return one(await queries.get_task(session, actor, task_id))


@router.post("/tasks/{task_id}/reassignments", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=TaskOut)
async def reassign_task(task_id: Id, body: ReassignTask, session: SessionDep, actor: ActorDep) -> Response:
    """Give an official's part in a task to another from now on."""
    await reassignment.reassign_task(session, actor, task_id, **body.model_dump())
    return one(await queries.get_task(session, actor, task_id))


@router.post("/tasks/{task_id}/unit_reassignments", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=TaskOut)
async def reassign_unit(task_id: Id, body: ReassignUnit, session: SessionDep, actor: ActorDep) -> Response:
    """Give a task to another responsible unit and one of its people from now on."""
    await reassignment.reassign_unit(session, actor, task_id, **body.model_dump())
    return one(await queries.get_task(session, actor, task_id))


@router.get("/tasks/{task_id}/assignments", permission=may(Scope.ITEMS_READ, *WORKING), response_model=AssignmentList)
async def list_assignments(task_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """List who has or had which part in a task, and from when until when."""
    return all_of(await assignments.list_assignments(session, actor, task_id))


@router.post(
    "/officials/{official_id}/departure", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=OfficialOut
)
async def record_departure(official_id: Id, body: RecordDeparture, session: SessionDep, actor: ActorDep) -> Response:
    """Record that an official has left, and give all parts in open tasks to one successor."""
    await departures.record_departure(session, actor, official_id, **body.model_dump())
    return one(await identity.get_official(session, actor, official_id))


@router.post(
    "/tasks/{task_id}/milestones",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=MilestoneOut,
    status_code=201,
    dependencies=[Once],
)
async def set_milestone(task_id: Id, body: SetMilestone, session: SessionDep, actor: ActorDep) -> Response:
    """Set a time node of a task, and what is to be seen by then."""
    milestone_id = await milestones.set_milestone(session, actor, task_id, **body.model_dump())
    row = await queries.get_milestone(session, actor, milestone_id)
    return one(row, 201, location=f"/v1/milestones/{milestone_id}")


@router.get("/milestones", permission=may(Scope.ITEMS_READ, *WORKING), response_model=MilestonePage)
async def list_milestones(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    task: Annotated[Id | None, Query()] = None,
    item: Annotated[Id | None, Query()] = None,
    overdue: Annotated[QueryFlag | None, Query(description="past its day and not reached, the item being open")] = None,
) -> Response:
    """List milestones by their day."""
    page = await queries.list_milestones(session, actor, wanted, task_id=task, item_id=item, overdue=overdue)
    return many(request, page)


@router.get("/milestones/{milestone_id}", permission=may(Scope.ITEMS_READ, *WORKING), response_model=MilestoneOut)
async def get_milestone(milestone_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one milestone."""
    return one(await queries.get_milestone(session, actor, milestone_id))


@router.post(
    "/milestones/{milestone_id}/reached",
    permission=may(Scope.PROGRESS_WRITE, OFFICE, UNIT),
    response_model=MilestoneOut,
)
async def reach_milestone(milestone_id: Id, body: ReachMilestone, session: SessionDep, actor: ActorDep) -> Response:
    """Report that a milestone was reached, with its visible progress."""
    await milestones.reach_milestone(session, actor, milestone_id, **body.model_dump())
    return one(await queries.get_milestone(session, actor, milestone_id))


@router.post(
    "/items/{item_id}/extensions",
    permission=may(Scope.PROGRESS_WRITE, OFFICE, UNIT),
    response_model=ExtensionOut,
    status_code=201,
    dependencies=[Once],
)
async def ask_extension(item_id: Id, body: AskExtension, session: SessionDep, actor: ActorDep) -> Response:
    """Ask, before its deadline, for more time for an item."""
    extension_id = await extensions.ask_extension(session, actor, item_id, **body.model_dump())
    row = await queries.get_extension(session, actor, extension_id)
    return one(row, 201, location=f"/v1/extensions/{extension_id}")


@router.get("/extensions", permission=may(Scope.ITEMS_READ, *WORKING), response_model=ExtensionPage)
async def list_extensions(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    item: Annotated[Id | None, Query()] = None,
    state: Annotated[ExtensionState | None, Query()] = None,
) -> Response:
    """List extensions that were asked for."""
    return many(request, await queries.list_extensions(session, actor, wanted, item_id=item, state=state))


@router.get("/extensions/{extension_id}", permission=may(Scope.ITEMS_READ, *WORKING), response_model=ExtensionOut)
async def get_extension(extension_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one extension."""
    return one(await queries.get_extension(session, actor, extension_id))


@router.post(
    "/extensions/{extension_id}/decision",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE),
    signs=True,
    response_model=ExtensionOut,
)
async def decide_extension(
    extension_id: Id, body: DecideExtension, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Grant an extension, which moves the item's deadline, or refuse it; the asker may not."""
    await extensions.decide_extension(session, actor, extension_id, version, **body.model_dump())
    return one(await queries.get_extension(session, actor, extension_id))
