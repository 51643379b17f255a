import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, replace

from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.simulator.behaviour import Behaviour
from deploy.simulator.ledger import Entry, SubmissionLedger
from deploy.simulator.receipts import ReceiptSender
from deploy.simulator.requests import BATCH_SIZE, Batch, BrokenAnswer, Query, Submission


class Simulator:
    """Decides what becomes of submissions, by its behaviour, and notes it in the ledger."""

    def __init__(
        self, secret: str, receipt_secret: str, ledger: SubmissionLedger, receipts_url: str, seed: int
    ) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - simulated chance, not cryptography
        self._webhook = Webhook(secret)
        self.ledger = ledger
        self.sender = ReceiptSender(receipts_url, Webhook(receipt_secret), ledger, self._rng)
        self._behave(Behaviour())

    def _behave(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._tokens = max(1, behaviour.throttle_per_second or 0)
        self._refilled_at = time.monotonic()

    async def submit(self, request: Request) -> Response:
        body = await request.body()
        if not self._is_signed(request, body):
            return _declined(401, "unsigned")
        try:
            submissions = Batch.model_validate_json(body).messages
        except ValidationError:
            return _declined(400, "malformed")
        if len(submissions) > BATCH_SIZE:
            return _declined(413, "too_many")
        if self._rng.random() < self.behaviour.fail_rate:
            return _declined(503, "unavailable")
        self._refill()
        if self.behaviour.throttle_per_second and self._tokens < 1:
            return _declined(429, "throttled")
        return await self._answer(submissions)

    async def query(self, request: Request) -> Response:
        body = await request.body()
        if not self._is_signed(request, body):
            return _declined(401, "unsigned")
        try:
            ids = Query.model_validate_json(body).ids
        except ValidationError:
            return _declined(400, "malformed")
        if len(ids) > BATCH_SIZE:
            return _declined(413, "too_many")
        return JSONResponse({"messages": [self._find(message_id) for message_id in ids]})

    async def set_behaviour(self, request: Request) -> Response:
        try:
            self._behave(Behaviour.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"code": "malformed", "detail": str(error)}, 422)
        return await self.get_behaviour(request)

    async def get_behaviour(self, request: Request) -> Response:
        del request
        return JSONResponse(self.behaviour.model_dump())

    async def get_ledger(self, request: Request) -> Response:
        limit = request.query_params.get("limit", "1000")
        if not limit.isdecimal():
            return _declined(400, "malformed")
        entries = self.ledger.page(request.query_params.get("after", ""), int(limit))
        return JSONResponse({"entries": [asdict(entry) for entry in entries]})

    async def get_summary(self, request: Request) -> Response:
        del request
        return JSONResponse({**self.ledger.summary(), "receipts_waiting": self.sender.waiting})

    async def _answer(self, submissions: Sequence[Submission]) -> Response:
        behaviour = self.behaviour
        taken = [self._take(submission) for submission in submissions]
        self.ledger.flush()
        fresh = [entry for entry, event in taken if event == "accepted"]
        if behaviour.receipt.mode == "before_response":
            await self.sender.send_now(fresh, behaviour.receipt)
        elif behaviour.receipt.mode != "never":
            for entry in fresh:
                self.sender.schedule(entry, behaviour.receipt)
        await asyncio.sleep(behaviour.answer_delay_s)
        if behaviour.drop_after_accept:
            return BrokenAnswer()
        return JSONResponse({"results": [_pick(entry, "id", "status", "reference", "code") for entry, _ in taken]})

    def _take(self, submission: Submission) -> tuple[Entry, str]:
        """Note one submission and return its entry, and what happened to it."""
        before = self.ledger.get(submission.id)
        fresh = Entry(submission.id, submission.telephone, submission.text, "accepted")
        if before and before.status != "refused":
            entry, event = replace(fresh, reference=before.reference), "duplicate"
        elif submission.telephone.startswith(self.behaviour.refuse_prefixes):
            entry, event = replace(fresh, status="refused", code="INVALID"), "refused"
        elif self.behaviour.throttle_per_second and self._tokens < 1:
            entry, event = replace(fresh, status="throttled", code="THROTTLED"), "throttled"
        else:
            self._tokens -= 1
            entry, event = replace(fresh, reference=f"sim-{self._rng.getrandbits(64):016x}"), "accepted"
        self.ledger.record(event, entry)
        return entry, event

    def _find(self, message_id: str) -> dict[str, str | None]:
        entry = self.ledger.get(message_id)
        if entry is None:
            return {"id": message_id, "status": "absent"}
        return _pick(entry, "id", "status", "reference", "code", "at")

    def _refill(self) -> None:
        now = time.monotonic()
        rate = self.behaviour.throttle_per_second or 0
        self._tokens = min(max(1, rate), self._tokens + (now - self._refilled_at) * rate)
        self._refilled_at = now

    def _is_signed(self, request: Request, body: bytes) -> bool:
        try:
            self._webhook.verify(body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True


def _pick(entry: Entry, *names: str) -> dict[str, str | None]:
    return {name: getattr(entry, name) for name in names}


def _declined(status: int, code: str) -> Response:
    return JSONResponse({"code": code}, status)


def create_app(simulator: Simulator) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sending = asyncio.create_task(simulator.sender.run())
        yield
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        simulator.ledger.close()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/messages", simulator.submit, methods=["POST"]),
            Route("/messages/query", simulator.query, methods=["POST"]),
            Route("/behaviour", simulator.set_behaviour, methods=["PUT"]),
            Route("/behaviour", simulator.get_behaviour, methods=["GET"]),
            Route("/ledger", simulator.get_ledger, methods=["GET"]),
            Route("/ledger/summary", simulator.get_summary, methods=["GET"]),
        ],
    )
