import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.documents import attachments, stores
from supervision.documents.errors import SpreadsheetRefused
from supervision.foundation import metrics
from supervision.foundation.errors import Refusal, Unavailable
from supervision.ledgers import ledger_import
from supervision.operations import service
from supervision.operations.errors import RowsRefused
from supervision.operations.service import ClaimedOperation
from supervision.operations.states import OperationState
from worker.runner import Runner

log = structlog.get_logger()

# How many rows are looked at between two words about progress.
CHUNK = 100

Apply = Callable[[AsyncSession], Awaitable[dict[str, Any]]]
Prepare = Callable[[Runner, ClaimedOperation], Awaitable[Apply]]

_FAULT = {
    "sheet": None,
    "row": None,
    "column": None,
    "code": "internal_error",
    "detail_zh": "服务内部出错，未保存任何内容。请将操作编号告知系统管理员。",
    "detail_en": "Something went wrong here and nothing was stored. Tell the administrator the operation's id.",
}


async def operate(runner: Runner) -> None:
    """Carry out every operation that waits, those of lost workers included."""
    while True:
        async with runner.everywhere() as session:
            claimed = await service.claim(session)
        if claimed is None:
            return
        began = time.perf_counter()
        try:
            await carry_out(runner, claimed)
        except asyncio.CancelledError:
            # The next worker need not wait for the lease to run out.
            async with runner.everywhere() as session:
                await service.give_back(session, claimed.id)
            raise
        metrics.RUNS.labels(claimed.kind).observe(time.perf_counter() - began)


async def carry_out(runner: Runner, claimed: ClaimedOperation) -> None:
    """Prepare an operation step by step, then apply it and say so in one transaction; done twice it is done once."""
    try:
        apply = await PREPARE[claimed.kind](runner, claimed)
        async with runner.within(claimed.actor.jurisdiction_id) as session:
            operation = await service.lock_running(session, claimed.id)
            if operation is not None:
                result = await apply(session)
                await service.finish(session, claimed.actor, operation, OperationState.SUCCEEDED, result=result)
    except (OperationalError, InterfaceError, Unavailable):
        # The database or the store is away; the lease runs out, and somebody takes the operation up again.
        raise
    except RowsRefused as refusal:
        await _end(runner, claimed, OperationState.REFUSED, refusal.rows)
    except Refusal as refusal:
        await _end(runner, claimed, OperationState.REFUSED, [_whole(refusal)])
    except Exception:
        log.exception("operation_failed", operation=str(claimed.id), kind=claimed.kind)
        await _end(runner, claimed, OperationState.FAILED, [_FAULT])


async def forget(runner: Runner) -> None:
    """Forget the requests that need no longer be known again."""
    async with runner.everywhere() as session:
        await service.forget_requests(session)


async def _prepare_ledger_import(runner: Runner, claimed: ClaimedOperation) -> Apply:
    actor, year = claimed.actor, claimed.arguments["year"]
    async with runner.within(actor.jurisdiction_id) as session:
        kept = await attachments.get_kept(session, UUID(claimed.arguments["attachment_id"]))
    book = await asyncio.to_thread(ledger_import.read_book, await stores.bytes_of(kept))
    async with runner.within(actor.jurisdiction_id) as session:
        sheet = await ledger_import.open_sheet(session, year=year, book=book)
    rows = sheet.rows
    for done in range(0, len(rows), CHUNK):
        sheet.check(rows[done : done + CHUNK])
        async with runner.within(actor.jurisdiction_id) as session:
            is_done = min(done + CHUNK, len(rows))
            await service.note_progress(session, claimed.id, done=is_done, total=len(rows))
    ledger_import.require_right(sheet)
    return lambda session: ledger_import.import_ledger(session, actor, year=year, book=book)


# Each kind of operation: what looks at it step by step, and returns what applies it.
PREPARE: Mapping[str, Prepare] = {ledger_import.KIND: _prepare_ledger_import}


async def _end(
    runner: Runner, claimed: ClaimedOperation, state: OperationState, problems: Sequence[Mapping[str, Any]]
) -> None:
    async with runner.within(claimed.actor.jurisdiction_id) as session:
        operation = await service.lock_running(session, claimed.id)
        if operation is not None:
            await service.finish(session, claimed.actor, operation, state, problems=problems)


def _whole(refusal: Refusal) -> dict[str, Any]:
    texts = {"detail_zh": refusal.detail("zh-CN"), "detail_en": refusal.detail("en")}
    sheet = refusal.sheet if isinstance(refusal, SpreadsheetRefused) else None
    return {"sheet": sheet, "row": None, "column": None, "code": refusal.code, **texts}
