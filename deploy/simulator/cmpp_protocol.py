import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from starlette.routing import Route

from deploy.simulator.cmpp_connection import DELIVER_SECONDS, CmppConnection
from deploy.simulator.ledger import Entry, SubmissionLedger
from deploy.simulator.receipts import ReceiptClock
from deploy.simulator.submissions import SubmissionDesk
from supervision.foundation.clock import SHANGHAI, real_now
from supervision.messaging.gateways.cmpp_codec import (
    VERSION,
    Connect,
    ConnectAnswer,
    Deliver,
    Report,
    Submit,
    SubmitAnswer,
)
from supervision.messaging.gateways.cmpp_texts import prove_gateway, prove_provider, read_text

WINDOW = 16
# Results of the protocol.
_WRONG_SERVICE, _FLOW_CONTROL, _WRONG_SOURCE_NUMBER, _WRONG_SOURCE, _WRONG_NUMBER = 7, 8, 10, 11, 13
_WRONG_ADDRESS, _WRONG_PROOF, _WRONG_VERSION, _OTHER = 2, 3, 4, 5
_GATEWAY_CODE = 1
_DONE = "%y%m%d%H%M"


@dataclass(frozen=True, slots=True)
class CmppLogin:
    source_address: str
    secret: str = field(repr=False)
    service: str
    source_number: str


class CmppReceipts(ReceiptClock):
    """Sends status reports over the session that is there, each until it is answered."""

    def __init__(self, login: CmppLogin, ledger: SubmissionLedger, rng: random.Random) -> None:
        super().__init__(ledger, rng)
        self._login = login
        self._arrived = asyncio.Event()
        self._connection: CmppConnection | None = None

    @property
    def has_session(self) -> bool:
        return self._connection is not None

    def arrive(self, connection: CmppConnection) -> None:
        self._connection = connection
        self._arrived.set()

    def leave(self, connection: CmppConnection) -> None:
        if self._connection is connection:
            self._connection = None
            self._arrived.clear()

    async def deliver(self, frame: Deliver) -> None:
        """Hand something over, again and again until the other side says that it has it."""
        while True:
            await self._arrived.wait()
            if self._connection and await self._connection.deliver(frame, DELIVER_SECONDS):
                return

    async def _post(self, entries: Sequence[Entry]) -> None:
        await asyncio.gather(*(self.deliver(self._report(entry)) for entry in entries))
        for entry in entries:
            self._ledger.record("receipt_sent", entry)
        self._ledger.flush()

    def _report(self, entry: Entry) -> Deliver:
        now = f"{real_now().astimezone(SHANGHAI):{_DONE}}"
        number, message_id = entry.telephone.removeprefix("+86"), int(entry.id)
        report = Report(message_id, (entry.code or "UNDELIV")[:7], now, now, number)
        login = self._login
        return Deliver(message_id, login.source_number, login.service, number, report.content(), is_report=True)


class CmppProtocol:
    """A carrier's gateway of CMPP 3.0 for one account, which may have one session at a time.

    Each part of a long text is an entry of its own in the ledger, under its Msg_Id.
    """

    def __init__(self, desk: SubmissionDesk, login: CmppLogin, port: int) -> None:
        self.routes: list[Route] = []
        self.sender = CmppReceipts(login, desk.ledger, desk.rng)
        self._desk, self._login, self._port = desk, login, port
        self._numbers = count(desk.rng.getrandbits(15))

    async def run(self) -> None:
        """Serve on the loopback interface until cancelled."""
        async with await asyncio.start_server(self._serve, "127.0.0.1", self._port):
            await self.sender.run()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = CmppConnection(reader, writer)
        try:
            if await self._let_in(connection):
                self.sender.arrive(connection)
                await connection.serve(self._submit)
        finally:
            self.sender.leave(connection)
            connection.close()

    async def _let_in(self, connection: CmppConnection) -> bool:
        came = await connection.next_frame()
        if came is None:
            return False
        sequence, frame = came
        if not isinstance(frame, Connect):
            return False
        status = self._status(frame)
        proof = prove_gateway(status, frame.authenticator, self._login.secret)
        connection.write(ConnectAnswer(status, proof), sequence)
        return status == 0

    def _status(self, frame: Connect) -> int:
        login = self._login
        proof = prove_provider(login.source_address, login.secret, frame.timestamp)
        found = [
            (_WRONG_ADDRESS, frame.source_address != login.source_address),
            (_WRONG_PROOF, frame.authenticator != proof),
            (_WRONG_VERSION, frame.version > VERSION),
            (_OTHER, self.sender.has_session),
        ]
        return next((status for status, is_so in found if is_so), 0)

    async def _submit(self, connection: CmppConnection, sequence: int, frame: Submit) -> None:
        telephone, behaviour = f"+86{frame.number}", self._desk.behaviour
        text = read_text(frame.content, frame.message_format, has_header=frame.parts > 1)
        result = self._objection(frame, telephone, connection.under_way)
        if result:
            event = "throttled" if result == _FLOW_CONTROL else "refused"
            entry = Entry("", telephone, text, event, code=f"CMPP_{result}", protocol="cmpp")
            self._desk.ledger.record(event, entry)
            self._desk.ledger.flush()
            connection.write(SubmitAnswer(0, result), sequence)
            return
        message_id = self._name_one()
        entry = self._desk.take(Entry(str(message_id), telephone, text, "accepted", str(message_id), protocol="cmpp"))
        self._desk.ledger.flush()
        receipt = behaviour.receipt
        if receipt.fail_long_texts and frame.part == 2:  # noqa: PLR2004 - one part that every long text has
            receipt = receipt.model_copy(update={"fail_prefixes": (telephone,)})
        if receipt.mode == "before_response":
            await self.sender.send_now([entry], receipt)
        elif receipt.mode != "never":
            self.sender.schedule(entry, receipt)
        await asyncio.sleep(behaviour.answer_delay_s)
        if behaviour.drop_after_accept:
            connection.close()
            return
        for _ in range(1 + behaviour.answer_twice):
            connection.write(SubmitAnswer(message_id, 0), sequence)

    def _objection(self, frame: Submit, telephone: str, under_way: int) -> int:
        login, told = self._login, self._desk.behaviour.answer_code or ""
        found = [
            (int(told) if told.isdecimal() else 0, told.isdecimal()),
            (_WRONG_SERVICE, frame.service != login.service),
            (_WRONG_SOURCE_NUMBER, frame.source_number != login.source_number),
            (_WRONG_SOURCE, frame.source != login.source_address),
            (_WRONG_NUMBER, self._desk.refuses(telephone)),
            (_FLOW_CONTROL, under_way > WINDOW or self._desk.breaks_down() or not self._desk.has_room()),
        ]
        return next((result for result, is_so in found if is_so), 0)

    def _name_one(self) -> int:
        """Return a Msg_Id as the protocol builds it: month, day, time, the gateway's code, a number."""
        now = real_now().astimezone(SHANGHAI)
        moment = now.month << 22 | now.day << 17 | now.hour << 12 | now.minute << 6 | now.second
        return moment << 38 | _GATEWAY_CODE << 16 | next(self._numbers) & 0xFFFF
