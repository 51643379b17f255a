import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Protocol

import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.simulator.behaviour import Behaviour
from deploy.simulator.receipts import ReceiptClock
from deploy.simulator.submissions import SubmissionDesk


class SpokenProtocol(Protocol):
    """What an integrator's system speaks with the simulator."""

    @property
    def routes(self) -> list[Route]: ...

    @property
    def sender(self) -> ReceiptClock: ...

    async def run(self) -> None:
        """Send receipts, and listen where it is not by HTTP, until cancelled."""
        ...


class Steering:
    """How the simulator is told to misbehave, and asked for its ledger."""

    def __init__(self, desk: SubmissionDesk, protocols: Sequence[SpokenProtocol]) -> None:
        self._desk, self._protocols = desk, protocols

    async def set_behaviour(self, request: Request) -> Response:
        try:
            self._desk.behave(Behaviour.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"code": "malformed", "detail": str(error)}, 422)
        return await self.get_behaviour(request)

    async def get_behaviour(self, request: Request) -> Response:
        del request
        return JSONResponse(self._desk.behaviour.model_dump())

    async def get_ledger(self, request: Request) -> Response:
        limit = request.query_params.get("limit", "1000")
        if not limit.isdecimal():
            return JSONResponse({"code": "malformed"}, 400)
        entries = self._desk.ledger.page(request.query_params.get("after", ""), int(limit))
        return JSONResponse({"entries": [asdict(entry) for entry in entries]})

    async def get_summary(self, request: Request) -> Response:
        del request
        waiting = sum(each.sender.waiting for each in self._protocols)
        return JSONResponse({**self._desk.ledger.summary(), "receipts_waiting": waiting})


def create_app(desk: SubmissionDesk, protocols: Sequence[SpokenProtocol]) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sending = [asyncio.create_task(each.run()) for each in protocols]
        yield
        for task in sending:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        desk.ledger.close()

    steering = Steering(desk, protocols)
    return Starlette(
        lifespan=lifespan,
        routes=[
            *(route for each in protocols for route in each.routes),
            Route("/behaviour", steering.set_behaviour, methods=["PUT"]),
            Route("/behaviour", steering.get_behaviour, methods=["GET"]),
            Route("/ledger", steering.get_ledger, methods=["GET"]),
            Route("/ledger/summary", steering.get_summary, methods=["GET"]),
        ],
    )


def serve(desk: SubmissionDesk, protocols: Sequence[SpokenProtocol], port: int) -> None:
    """Serve on the loopback interface until stopped."""
    uvicorn.run(
        create_app(desk, protocols),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
