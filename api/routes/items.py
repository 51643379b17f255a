from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import AUDITOR, GROUP, LEADER, OFFICE, WORKING, Scope, may, person_may
from api.replies import all_of, many, one, watched
from api.router import Router
from api.schemas.fields import FullDate, Id, Line, Year
from api.schemas.items import (
    AmendItem,
    CloseLedger,
    ItemOut,
    ItemPage,
    LedgerCheckOut,
    LedgerCheckPage,
    LedgerEntryPage,
    LedgerOut,
    RegisterItem,
    SimilarItems,
)
from api.schemas.operations import OperationOut
from supervision.items import item_changes, ledger_entries, queries, registration, similar
from supervision.items.queries import ItemFilter, ItemSort
from supervision.items.registration import NewItem
from supervision.items.states import ItemKind, ItemState
from supervision.ledgers import ledger_closing, ledger_import
from supervision.ledgers.columns import CHINESE
from supervision.operations import queries as operations
from supervision.reviews import ledger_standing

router = Router("items")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BINARY = {"schema": {"type": "string", "format": "binary", "maxLength": 5 * 1024 * 1024}}
SHEET_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"a table with the columns {' '.join(CHINESE.values())} or what else offices call them; "
        "docs/spreadsheets.md says how each cell is read",
        "content": {"text/csv": _BINARY, XLSX: _BINARY},
    }
}


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
    item_id = await registration.register_item(session, actor, new, kind=body.kind)
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


@router.get("/ledgers/{year}", permission=may(Scope.ITEMS_READ, *WORKING), response_model=LedgerOut)
async def get_ledger(year: Year, session: SessionDep, actor: ActorDep) -> Response:
    """Read when a year's ledger was opened, and by whom."""
    return one(await queries.get_ledger(session, actor, year))


@router.get("/ledgers/{year}/entries", permission=may(Scope.ITEMS_READ, *WORKING), response_model=LedgerEntryPage)
async def list_ledger_entries(
    year: Year, request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep
) -> Response:
    """List what a year's ledger holds, by number."""
    return many(request, await queries.list_ledger_entries(session, actor, wanted, year=year))


@router.post(
    "/ledgers/{year}/opening",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=LedgerOut,
    status_code=201,
    dependencies=[Once],
)
async def open_ledger(year: Year, session: SessionDep, actor: ActorDep) -> Response:
    """Open a year's ledger without a spreadsheet, and enter what is unfinished and stands in no other."""
    await ledger_entries.open_ledger(session, actor, year=year)
    return one(await queries.get_ledger(session, actor, year), 201, location=f"/v1/ledgers/{year}")


@router.post(
    "/ledgers/{year}/check",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE),
    response_model=LedgerCheckOut,
    status_code=201,
    dependencies=[Once],
)
async def check_ledger(year: Year, session: SessionDep, actor: ActorDep) -> Response:
    """Count what a year's ledger has come to, and keep the count."""
    check_id = await ledger_standing.check_ledger(session, actor, year=year)
    row = await ledger_closing.get_ledger_check(session, actor, year, check_id)
    return one(row, 201, location=f"/v1/ledgers/{year}/checks/{check_id}")


@router.get(
    "/ledgers/{year}/checks",
    permission=may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    response_model=LedgerCheckPage,
)
async def list_ledger_checks(
    year: Year, request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep
) -> Response:
    """List when a year's ledger was counted, and what it came to."""
    return many(request, await ledger_closing.list_ledger_checks(session, actor, wanted, year=year))


@router.get(
    "/ledgers/{year}/checks/{check_id}",
    permission=may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    response_model=LedgerCheckOut,
)
async def get_ledger_check(year: Year, check_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one count of a ledger."""
    return one(await ledger_closing.get_ledger_check(session, actor, year, check_id))


@router.post("/ledgers/{year}/closing", permission=person_may(Scope.ITEMS_WRITE, OFFICE), response_model=LedgerOut)
async def close_ledger(year: Year, body: CloseLedger, session: SessionDep, actor: ActorDep) -> Response:
    """Close a year's ledger and carry what is unfinished, under its numbers, over into the next year's."""
    await ledger_standing.close_ledger(session, actor, year=year, **body.model_dump())
    return one(await queries.get_ledger(session, actor, year))


@router.post(
    "/ledgers/{year}/imports",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=OperationOut,
    status_code=202,
    dependencies=[Once],
    openapi_extra=SHEET_BODY,
)
async def import_ledger(year: Year, request: Request, session: SessionDep, actor: ActorDep) -> Response:
    """Enter a spreadsheet in the year's ledger, whole or not at all; the answer says where to watch it."""
    operation_id = await ledger_import.start_import(session, actor, year=year, raw=await request.body())
    row = await operations.get_operation(session, actor, operation_id)
    return watched(row, 202, location=f"/v1/operations/{operation_id}")
