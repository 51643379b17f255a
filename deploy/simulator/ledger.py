from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from supervision.foundation.clock import real_now

# What happens to a message, and what the summary calls the number of times.
_EVENTS = {
    "accepted": "accepted",
    "duplicate": "duplicates",
    "refused": "refused",
    "throttled": "throttled",
    "delivered": "delivered",
    "failed": "failed",
    "receipt_sent": "receipts_sent",
    "receipt_given_up": "receipts_given_up",
}
_STATUSES = ("accepted", "refused", "delivered", "failed")


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    telephone: str
    text: str
    status: str  # one of _STATUSES, or `throttled` where nothing was taken
    reference: str | None = None
    code: str | None = None
    at: str | None = None  # RFC 3339, UTC
    protocol: str = "http"


class SubmissionLedger:
    """Keeps what was accepted and refused, by message id, and every event in an append-only file of JSON lines.

    A ledger that is opened on a file of an earlier run knows what that run accepted, so that a restart of the
    simulator does not make it accept a message twice.
    """

    def __init__(self, path: Path, tell: Callable[[str, Entry], None] = lambda _event, _entry: None) -> None:
        self._tell = tell
        self._entries: dict[str, Entry] = {}
        self._counts: Counter[str] = Counter()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")
        self._file.seek(0)
        known = self._file.read()
        whole = known[: known.rfind(b"\n") + 1]
        self._file.truncate(len(whole))  # a killed simulator may leave half a line
        for line in whole.splitlines():
            self._remember(orjson.loads(line))

    def get(self, message_id: str) -> Entry | None:
        return self._entries.get(message_id)

    def page(self, after: str, limit: int) -> list[Entry]:
        """Return entries in the order in which they came, those behind the given message id."""
        ids = list(self._entries)
        start = ids.index(after) + 1 if after in self._entries else 0
        return [self._entries[message_id] for message_id in ids[start : start + limit]]

    def summary(self) -> dict[str, int]:
        return {name: self._counts[event] for event, name in _EVENTS.items()}

    def record(self, event: str, entry: Entry) -> None:
        """Note an event of one message; `flush` puts it into the file."""
        fact = {"event": event, "on": real_now().isoformat(), **asdict(entry)}
        self._remember(fact)
        self._tell(event, entry)
        self._file.write(orjson.dumps(fact, option=orjson.OPT_APPEND_NEWLINE))

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def _remember(self, fact: dict[str, Any]) -> None:
        self._counts[fact["event"]] += 1
        # What a vendor's protocol refuses has no name of its own.
        if fact["event"] in _STATUSES and fact["id"]:
            fields = {key: value for key, value in fact.items() if key not in ("event", "on")}
            self._entries[fact["id"]] = Entry(**fields)
