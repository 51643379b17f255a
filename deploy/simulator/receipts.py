import asyncio
import heapq
import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

import httpx

from deploy.simulator.behaviour import ReceiptBehaviour
from deploy.simulator.ledger import Entry, SubmissionLedger
from supervision.foundation.clock import real_now

_BATCH = 500
_AT_ONCE = 4
_LOOK_SECONDS = 0.02
_ONE_PART_UNITS = 70


@dataclass(order=True, slots=True)
class _Due:
    moment: float  # of the event loop's clock
    entry: Entry = field(compare=False)
    mode: str = field(compare=False)


class ReceiptForm(Protocol):
    """How one protocol writes receipts, and after how many seconds it sends a call again."""

    @property
    def retry_seconds(self) -> Sequence[float]: ...

    def body(self, entries: Sequence[Entry]) -> bytes: ...

    def new_call(self) -> str: ...

    def headers(self, call: str, body: bytes) -> Mapping[str, str]: ...


class ReceiptClock(ABC):
    """Sends receipts when they are due, up to 500 together and four times at once; how is each protocol's own."""

    def __init__(self, ledger: SubmissionLedger, rng: random.Random) -> None:
        self._ledger = ledger
        self._rng = rng
        self._waiting: list[_Due] = []
        self._slots = asyncio.Semaphore(_AT_ONCE)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def schedule(self, entry: Entry, behaviour: ReceiptBehaviour) -> None:
        """Send the receipt of an accepted message after a random delay."""
        delay = self._rng.uniform(behaviour.delay_min_s, behaviour.delay_max_s)
        moment = asyncio.get_running_loop().time() + delay
        heapq.heappush(self._waiting, _Due(moment, _fate(entry, behaviour), behaviour.mode))

    async def send_now(self, entries: Sequence[Entry], behaviour: ReceiptBehaviour) -> None:
        """Send receipts and come back when they have been taken, or given up."""
        now = asyncio.get_running_loop().time()
        await self._send([_Due(now, _fate(entry, behaviour), behaviour.mode) for entry in entries])

    async def run(self) -> None:
        """Send what falls due, until cancelled."""
        async with asyncio.TaskGroup() as sending:
            while True:
                while due := self._take_due():
                    await self._slots.acquire()
                    sending.create_task(self._send(due)).add_done_callback(lambda _: self._slots.release())
                await asyncio.sleep(_LOOK_SECONDS)

    def _take_due(self) -> list[_Due]:
        now = asyncio.get_running_loop().time()
        due: list[_Due] = []
        while self._waiting and self._waiting[0].moment <= now and len(due) < _BATCH:
            due.append(heapq.heappop(self._waiting))
        return due

    async def _send(self, due: Sequence[_Due]) -> None:
        at = real_now()
        told = [replace(one.entry, at=at.isoformat()) for one in due]
        for entry in told:
            self._ledger.record(entry.status, entry)
        self._ledger.flush()
        await self._post(told)
        twice = [entry for entry, one in zip(told, due, strict=True) if one.mode == "twice"]
        stale = [
            replace(entry, status="failed", code="EXPIRED", at=(at - timedelta(seconds=1)).isoformat())
            for entry, one in zip(told, due, strict=True)
            if one.mode == "out_of_order"
        ]
        if twice or stale:
            await self._post([*twice, *stale])

    @abstractmethod
    async def _post(self, entries: Sequence[Entry]) -> None: ...


class ReceiptSender(ReceiptClock):
    """Sends receipts by HTTP, each call tried some times; without an address they are held until they are fetched."""

    def __init__(self, url: str | None, form: ReceiptForm, ledger: SubmissionLedger, rng: random.Random) -> None:
        super().__init__(ledger, rng)
        self._url = url
        self._form = form
        self.held: deque[Entry] = deque()
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)

    async def run(self) -> None:
        async with self._client:
            await super().run()

    async def _post(self, entries: Sequence[Entry]) -> None:
        if self._url is None:
            self.held.extend(entries)
            return
        body, call = self._form.body(entries), self._form.new_call()
        is_taken = await self._try(self._url, call, body)
        for seconds in self._form.retry_seconds:
            if is_taken:
                break
            await asyncio.sleep(seconds)
            is_taken = await self._try(self._url, call, body)
        for entry in entries:
            self._ledger.record("receipt_sent" if is_taken else "receipt_given_up", entry)
        self._ledger.flush()

    async def _try(self, url: str, call: str, body: bytes) -> bool:
        headers = {"content-type": "application/json", **self._form.headers(call, body)}
        try:
            answer = await self._client.post(url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.is_success


def _fate(entry: Entry, behaviour: ReceiptBehaviour) -> Entry:
    if entry.telephone.startswith(behaviour.unregistered_prefixes):
        return replace(entry, status="failed", code="UNREGISTERED")
    is_long = len(entry.text.encode("utf-16-le")) // 2 > _ONE_PART_UNITS
    if entry.telephone.startswith(behaviour.fail_prefixes) or (is_long and behaviour.fail_long_texts):
        return replace(entry, status="failed", code="UNDELIV")
    return replace(entry, status="delivered", code="DELIVRD")
