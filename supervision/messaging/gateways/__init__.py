"""What every SMS gateway (短信网关) answers to; one module beside this one for each medium.

A gateway holds connections of its own kind and nothing else: no session, no row, no clock of a jurisdiction.
Network conditions are verdicts, never exceptions, because delivery must settle every submission that it handed over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"  # by the gateway, for good
    THROTTLED = "throttled"  # by flow control: nothing was taken, safe to try again
    UNREACHABLE = "unreachable"  # no connection, or no entry with this account: nothing was taken, safe to try again
    UNKNOWN = "unknown"  # the gateway may or may not have it


@dataclass(frozen=True, slots=True)
class Submission:
    id: str  # the message's own id, in digits
    telephone: str = field(repr=False)  # E.164; kept out of tracebacks and logs
    text: str = field(repr=False)  # complete, 【signature】 first


@dataclass(frozen=True, slots=True)
class SubmissionOutcome:
    message_id: str
    verdict: Verdict
    reference: str | None = None  # the gateway's own id of the submission
    code: str | None = None  # to be read with `codes.classify`
    parts: tuple[str, ...] = ()  # the gateway's ids of the parts of a long text, where each has a receipt of its own


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    message_id: str | None
    reference: str | None
    delivered: bool
    code: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody sent back (上行), as the gateway told it."""

    telephone: str = field(repr=False)  # E.164
    text: str = field(repr=False)
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came over a session, as it is kept; it is acknowledged once that has been committed, else it comes again."""

    raw: bytes = field(repr=False)
    name: str | None  # by which it is known when it comes again
    acknowledge: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Capabilities:
    batch_size: int
    rate_per_second: float | None  # submissions; None: as fast as it answers
    individual_texts: bool
    can_query: bool
    sends_receipts: bool = True  # where it sends none, `accepted` is the end of a message: it must not expire
    pulls_receipts: bool = False  # its receipts are fetched, and gone once they have been


class Gateway(Protocol):
    name: str  # that of its kind, or its own where the settings name several

    @property
    def capabilities(self) -> Capabilities: ...

    async def submit(self, batch: Sequence[Submission]) -> list[SubmissionOutcome]:
        """Hand submissions over, at most `batch_size`, and return one outcome each, in their order."""
        ...

    async def query(self, ids: Sequence[str]) -> Mapping[str, SubmissionOutcome | ReceiptLine]:
        """Ask what became of submissions, at most `batch_size`; leaves out those of which nothing can be said.

        A submission that the gateway does not have is `unreachable`: it may be sent again.
        """
        ...

    def verify_receipt(self, headers: Mapping[str, str], body: bytes, *, token: str | None = None) -> None:
        """Check that receipts come from the gateway, refusing others (`UnsignedReceipt`).

        `token` is what the address bore to which they were sent, where a vendor signs nothing.
        """
        ...

    def parse_receipts(self, raw: bytes) -> list[ReceiptLine]:
        """Read the receipts of one call, refusing what cannot be read (`MalformedReceipt`).

        One wrong line makes the whole call wrong where its sender can mend it, and is passed over where a vendor sends
        it, who would not; so are replies.
        """
        ...

    def parse_replies(self, raw: bytes) -> list[Reply]:
        """Read the replies of one call; passes over everything else."""
        ...

    async def pull_receipts(self) -> bytes | None:
        """Fetch some of the receipts and replies that the gateway holds for us; None when there are no more."""
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class SessionGateway(Gateway, Protocol):
    """A gateway with a long session that one process at a time may have; nobody else hands anything over to it."""

    @property
    def is_held(self) -> bool: ...

    async def hold(self) -> None:
        """Keep the session open from now on; does nothing where it is kept already."""
        ...

    async def release(self) -> None:
        """End the session, so that another process may have it."""
        ...

    async def receive(self) -> Delivered:
        """Wait for what the gateway delivers."""
        ...
