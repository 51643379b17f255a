"""A question that people answer at once and simple programs do not, in place of a captcha of another host."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from supervision.foundation import key_ring
from supervision.foundation.key_ring import Key

VALID = timedelta(hours=1)
_PURPOSE = "comment question"
_NUMERALS = "零一二三四五六七八九"
_MAC = 32


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    token: str


def ask(entry_id: UUID, now: datetime) -> Question:
    """Ask for a sum; the token tells when and for which entry, and the sum only to whoever has the key."""
    key = key_ring.writing_key()
    head = f"{int(now.timestamp())}.{secrets.token_hex(8)}"
    one, other = _summands(key, entry_id, head)
    token = f"{head}.{_sign(key, entry_id, head).hex()[:_MAC]}"
    return Question(f"{_NUMERALS[one]}加{_NUMERALS[other]}等于几", token)


def is_answered(entry_id: UUID, token: str, answer: str, now: datetime) -> bool:
    """Tell whether a question of ours for this entry was answered rightly, within an hour."""
    head, _, signature = token.rpartition(".")
    asked_at = head.partition(".")[0]
    for key in key_ring.ring():
        expected = _sign(key, entry_id, head).hex()[:_MAC]
        if compare_digest(expected.encode(), signature.encode()):
            is_young = 0 <= now.timestamp() - int(asked_at) <= VALID.total_seconds()
            return is_young and answer.strip() == str(sum(_summands(key, entry_id, head)))
    return False


def _sign(key: Key, entry_id: UUID, head: str) -> bytes:
    return key.mac(_PURPOSE, b"token" + entry_id.bytes + head.encode())


def _summands(key: Key, entry_id: UUID, head: str) -> tuple[int, int]:
    drawn = key.mac(_PURPOSE, b"sum" + entry_id.bytes + head.encode())
    return 1 + drawn[0] % 9, 1 + drawn[1] % 9
