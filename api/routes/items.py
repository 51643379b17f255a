from typing import Annotated

from fastapi import Depends, Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import OFFICE, WORKING, Scope, may
from api.replies import all_of, many, one
from api.router import Router
from api.schemas.fields import FullDate, Id, Line
from api.schemas.items import AmendItem, ItemOut, ItemPage, RegisterItem, SimilarItems
from supervision.items import item_changes, queries, similar
from supervision.items.queries import ItemFilter, ItemSort
from supervision.items.registration import NewItem
from supervision.items.states import ItemKind, ItemState
from supervision.ledgers import entered_items

router = Router("items")


async def _only(
    kind: Annotated[ItemKind | None, Query()] = None,
    unit: Annotated[Id | None, Query(description="the responsible unit")] = None,
    due_before: Annotated[FullDate | None, Query()] = None,
    q: Annotated[Line | None, Query(description="words of number, title or source; two Chinese characters do")] = None,
    state: Annotated[ItemState | None, Query()] = None,
    clerk: Annotated[Id | None, Query(description="whose items")] = None,
) -> ItemFilter:
    return ItemFilter(kind=kind, unit_id=unit, due_before=due_before, q=q, state=state, clerk_id=clerk)


@router.post(
    "/items", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemOut, status_code=201, dependencies=[Once]
)
async def register_item(body: RegisterItem, session: SessionDep, actor: ActorDep) -> Response:
    """Register an item under the next number of its kind and year; some kinds then wait for a second person."""
    new = NewItem(**body.model_dump(exclude={"kind"}))
    item_id = await entered_items.register_item(session, actor, new, kind=body.kind)
    return one(await queries.get_item(session, actor, item_id), 201, location=f"/v1/items/{item_id}")


@router.get("/items", permission=may(Scope.ITEMS_READ, *WORKING), response_model=ItemPage)
async def list_items(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    only: Annotated[ItemFilter, Depends(_only)],
    sort: Annotated[ItemSort, Query()] = ItemSort.REGISTERED,
) -> Response:
    """List items."""
    return many(request, await queries.list_items(session, actor, wanted, only=only, sort=sort))


@router.get("/items/similar", permission=may(Scope.ITEMS_READ, OFFICE), response_model=SimilarItems)
async def list_similar_items(
    session: SessionDep,
    actor: ActorDep,
    title: Annotated[Line, Query()],
    source: Annotated[Line | None, Query()] = None,
) -> Response:
    """List the items in hand that are like one about to be registered: most of its title, or its source."""
    return all_of(await similar.list_similar_items(session, actor, title=title, source=source))


@router.get("/items/{item_id}", permission=may(Scope.ITEMS_READ, *WORKING), response_model=ItemOut)
async def get_item(item_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one item."""
    return one(await queries.get_item(session, actor, item_id))


@router.patch("/items/{item_id}", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemOut)
async def amend_item(
    item_id: Id, body: AmendItem, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Change an item's title, source, authority or secrecy, and keep what it was; its deadline is not among them."""
    changes = body.model_dump(exclude_none=True, exclude={"reason"})
    await item_changes.amend_item(session, actor, item_id, version, changes=changes, reason=body.reason)
    return one(await queries.get_item(session, actor, item_id))
