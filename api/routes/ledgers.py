from typing import Any

from fastapi import Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep
from api.edge import XLSX
from api.permissions import AUDITOR, GROUP, LEADER, OFFICE, WORKING, Scope, may, person_may
from api.replies import many, one, watched
from api.router import Router
from api.schemas.fields import Id, Year
from api.schemas.ledgers import CloseLedger, LedgerCheckOut, LedgerCheckPage, LedgerEntryPage, LedgerOut
from api.schemas.operations import OperationOut
from supervision.ledgers import ledger_import, ledger_opening, queries
from supervision.ledgers.columns import CHINESE
from supervision.operations import queries as operations
from supervision.reviews import ledger_standing

router = Router("items")

_BINARY = {"schema": {"type": "string", "format": "binary", "maxLength": 5 * 1024 * 1024}}
SHEET_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"a table with the columns {' '.join(CHINESE.values())} or what else offices call them; "
        "docs/spreadsheets.md says how each cell is read",
        "content": {"text/csv": _BINARY, XLSX: _BINARY},
    }
}


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
    await ledger_opening.open_ledger(session, actor, year=year)
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
    row = await queries.get_ledger_check(session, actor, year, check_id)
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
    return many(request, await queries.list_ledger_checks(session, actor, wanted, year=year))


@router.get(
    "/ledgers/{year}/checks/{check_id}",
    permission=may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    response_model=LedgerCheckOut,
)
async def get_ledger_check(year: Year, check_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one count of a ledger."""
    return one(await queries.get_ledger_check(session, actor, year, check_id))


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
