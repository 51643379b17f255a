import asyncio
import random
import time
from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from deploy.simulator.behaviour import Behaviour
from deploy.simulator.ledger import Entry, SubmissionLedger
from deploy.simulator.receipts import ReceiptSender
from deploy.simulator.requests import BrokenAnswer


class SubmissionDesk:
    """What all protocols share: the behaviour, the ledger, the allowance, and what follows an acceptance."""

    def __init__(self, ledger: SubmissionLedger, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - simulated chance, not cryptography
        self.ledger = ledger
        self.behave(Behaviour())

    def behave(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._tokens = max(1, behaviour.throttle_per_second or 0)
        self._refilled_at = time.monotonic()

    def breaks_down(self) -> bool:
        return self.rng.random() < self.behaviour.fail_rate

    def has_room(self) -> bool:
        """Tell whether a message may be taken now; a call that is taken whole may borrow from the next second."""
        now, rate = time.monotonic(), self.behaviour.throttle_per_second
        self._tokens = min(max(1, rate or 0), self._tokens + (now - self._refilled_at) * (rate or 0))
        self._refilled_at = now
        return rate is None or self._tokens >= 1

    def refuses(self, telephone: str) -> bool:
        return telephone.startswith(self.behaviour.refuse_prefixes)

    def take(self, entry: Entry) -> Entry:
        self._tokens -= 1
        self.ledger.record("accepted", entry)
        return entry

    def name_one(self) -> str:
        return f"sim-{self.rng.getrandbits(64):016x}"

    async def answer(self, content: object, fresh: Sequence[Entry], sender: ReceiptSender) -> Response:
        """Answer a submission, and send the receipts of what is new in it, both as the behaviour says."""
        self.ledger.flush()
        behaviour = self.behaviour
        if behaviour.receipt.mode == "before_response":
            await sender.send_now(fresh, behaviour.receipt)
        elif behaviour.receipt.mode != "never":
            for entry in fresh:
                sender.schedule(entry, behaviour.receipt)
        await asyncio.sleep(behaviour.answer_delay_s)
        if behaviour.drop_after_accept:
            return BrokenAnswer()
        answer = JSONResponse(content)
        if behaviour.answer_twice:
            return Response(bytes(answer.body) * 2, media_type="application/json")
        return answer
