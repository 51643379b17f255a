from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep
from api.replies import many, one, reply
from api.route import DuchaRoute
from api.schemas.fields import Id
from api.schemas.tasks import (
    AskExtension,
    DecideExtension,
    DecomposeItem,
    ExtensionOut,
    ExtensionPage,
    TaskOut,
    TaskPage,
)
from supervision.foundation.paging import PageRequest
from supervision.tasks import decomposing, extending, queries
from supervision.tasks.states import ExtensionState

router = APIRouter(prefix="/v1", route_class=DuchaRoute, tags=["tasks"])

_ALL_OF_AN_ITEM = PageRequest(limit=100)


@router.post("/items/{item_id}/tasks", response_model=TaskPage, status_code=201, dependencies=[Once])
async def decompose_item(item_id: Id, body: DecomposeItem, session: SessionDep, actor: ActorDep) -> Response:
    """Break an item down into all its tasks at once."""
    await decomposing.decompose_item(session, actor, item_id, **body.model_dump())
    page = await queries.list_tasks(session, actor, _ALL_OF_AN_ITEM, item_id=item_id)
    return reply({"data": page.rows, "next": page.next}, 201, {"Location": f"/v1/tasks?item={item_id}"})


@router.get("/tasks", response_model=TaskPage)
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


@router.get("/tasks/{task_id}", response_model=TaskOut)
async def get_task(task_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one task with its indicators."""
    return one(await queries.get_task(session, actor, task_id))


@router.post("/items/{item_id}/extensions", response_model=ExtensionOut, status_code=201, dependencies=[Once])
async def ask_extension(item_id: Id, body: AskExtension, session: SessionDep, actor: ActorDep) -> Response:
    """Ask, before its deadline, for more time for an item."""
    extension_id = await extending.ask_extension(session, actor, item_id, **body.model_dump())
    row = await queries.get_extension(session, actor, extension_id)
    return one(row, 201, location=f"/v1/extensions/{extension_id}")


@router.get("/extensions", response_model=ExtensionPage)
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


@router.get("/extensions/{extension_id}", response_model=ExtensionOut)
async def get_extension(extension_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one extension."""
    return one(await queries.get_extension(session, actor, extension_id))


@router.post("/extensions/{extension_id}/decision", response_model=ExtensionOut)
async def decide_extension(extension_id: Id, body: DecideExtension, session: SessionDep, actor: ActorDep) -> Response:
    """Grant an extension, which moves the item's deadline, or refuse it; the asker may not."""
    await extending.decide_extension(session, actor, extension_id, **body.model_dump())
    return one(await queries.get_extension(session, actor, extension_id))
