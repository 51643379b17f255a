from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.documents import attachments, spreadsheets
from supervision.documents.rules import Book
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.items.registration import NewItem, register_items
from supervision.items.states import ItemKind
from supervision.ledgers import ledger_entries, ledger_opening
from supervision.ledgers import queries as ledgers_queries
from supervision.ledgers.columns import LAYOUT
from supervision.ledgers.ledger_sheet import LedgerSheet, PlannedEntry
from supervision.ledgers.rules import check_ledger_year
from supervision.operations import service as operations
from supervision.operations.errors import RowsRefused
from supervision.tasks.decomposition import add_tasks

KIND = "ledger_import"
# Nobody reads further; what comes behind is told when these are mended.
_PROBLEMS_TOLD = 2_000
_TITLE_CHARACTERS = 200
# A header may hold any amount of text.
_COLUMN_CHARACTERS = 200


async def start_import(session: AsyncSession, actor: Actor, *, year: int, raw: bytes) -> UUID:
    """Take a year's ledger as xlsx or csv for the worker; refuses a year far ahead, and what is seen to be no table."""
    check_ledger_year(year, today=await clock.today(session), is_imported=True)
    spreadsheets.refuse_unfit(raw)
    attachment_id = await attachments.keep(session, raw)
    arguments = {"year": year, "attachment_id": str(attachment_id)}
    return await operations.start(session, actor, kind=KIND, arguments=arguments)


def read_book(raw: bytes) -> Book:
    """Read what a file holds of a ledger; refuses what is no table."""
    return spreadsheets.read_book(raw, layout=LAYOUT)


async def open_sheet(session: AsyncSession, *, year: int, book: Book) -> LedgerSheet:
    """Lay what a file holds beside the people and the ledger as they are now."""
    directory = await ledgers_queries.read_directory(session)
    return LedgerSheet(book, year=year, directory=directory, taken=await ledgers_queries.read_contents(session, year))


def require_right(sheet: LedgerSheet) -> None:
    """Refuse a sheet in which anything is wrong, telling each place."""
    if problems := sheet.problems:
        told = problems[:_PROBLEMS_TOLD]
        raise RowsRefused([{**asdict(problem), "column": problem.column[:_COLUMN_CHARACTERS]} for problem in told])


async def import_ledger(session: AsyncSession, actor: Actor, *, year: int, book: Book) -> dict[str, Any]:
    """Enter a whole file in the year's ledger, opening it if need be; refuses all of it if any row is wrong (§2(1)).

    Returns the operation's result.
    """
    ledger_id = await ledger_opening.open_unless_open(session, actor, year=year)
    # What was right when the rows were looked at one by one may not be so any more.
    sheet = await open_sheet(session, year=year, book=book)
    sheet.check(sheet.rows)
    require_right(sheet)
    today = await clock.today(session)
    news = [_new_item(entry, today) for entry in sheet.entries]
    # The year's ledger is open, so none of these comes late to it.
    item_ids = await register_items(session, actor, news, kind=ItemKind.MAJOR_DECISION, year=year)
    entry_of = dict(zip(item_ids, sheet.entries, strict=True))
    ledger_entries.enter_items(session, ledger_id=ledger_id, no_of={id_: entry.no for id_, entry in entry_of.items()})
    await ledger_entries.enter_stranded(session, ledger_id)
    plans = {id_: [entry.task] for id_, entry in entry_of.items()}
    await add_tasks(session, actor, plans, at=await clock.now(session))
    await audit.record(session, actor, "ledger.imported", ledger_id, year=year, items=len(item_ids))
    return {
        "ledger_id": str(ledger_id),
        "year": year,
        "items": len(item_ids),
        "ignored_columns": [name[:_COLUMN_CHARACTERS] for name in sheet.ignored_columns],
        "notes": [
            {**asdict(note), "columns": [name[:_COLUMN_CHARACTERS] for name in note.columns]} for note in sheet.notes
        ],
    }


def _new_item(entry: PlannedEntry, today: date) -> NewItem:
    goal = entry.task["goal"]
    return NewItem(
        title=goal if len(goal) <= _TITLE_CHARACTERS else f"{goal[: _TITLE_CHARACTERS - 1]}…",
        source=entry.source,
        # A ledger that is entered after the event was received by its deadlines at the latest.
        received_on=min(today, entry.deadline_on),
        deadline_on=entry.deadline_on,
    )
