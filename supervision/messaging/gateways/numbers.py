"""Numbers and references as domestic vendors write them: no country's code, receipts by call and number."""

import hashlib
import hmac
import re
from datetime import UTC, datetime

from supervision.foundation.clock import SHANGHAI

_MOBILE = re.compile(r"(?:\+?86)?([0-9]{11})")
_WORD = re.compile(r"[\x21-\x7e]{1,128}")
_GROUP = re.compile(r"[\x21-\x7e]{1,100}")
_SIGNED = re.compile(r"【([^】]*)】(.*)", re.DOTALL)


def domestic(telephone: object) -> str | None:
    """Return the eleven digits of a number of mainland China, None for another."""
    match = _MOBILE.fullmatch(telephone) if isinstance(telephone, str) else None
    return match[1] if match else None


def split_signature(text: str) -> tuple[str, str]:
    """Return 【signature】 without its brackets, and the text behind it: the vendor puts the signature there itself."""
    match = _SIGNED.fullmatch(text)
    return (match[1], match[2]) if match else ("", text)


def reference(secret: str, group: object, mobile: str) -> str | None:
    """Name one message of a call, by the vendor's name of the call and the number; None if it has no name.

    The number goes in keyed, since a database must not give it away: there are few enough numbers to try them all.
    """
    if not isinstance(group, str) or not _GROUP.fullmatch(group):
        return None
    keyed = hmac.new(secret.encode(), f"{group}:{mobile}".encode(), hashlib.sha256)
    return f"{group}:{keyed.hexdigest()[:16]}"


def word(code: object) -> str | None:
    """Return a code that a column takes, None for anything else."""
    return code if isinstance(code, str) and _WORD.fullmatch(code) else None


def local_moment(written: object, *patterns: str) -> datetime | None:
    """Read a time of Asia/Shanghai in one of several patterns, None for what is none of the years 2000 to 2099."""
    for pattern in patterns if isinstance(written, str) else ():
        try:
            moment = datetime.strptime(str(written), pattern).replace(tzinfo=SHANGHAI).astimezone(UTC)
        except ValueError:
            continue
        return moment if datetime(2000, 1, 1, tzinfo=UTC) <= moment < datetime(2100, 1, 1, tzinfo=UTC) else None
    return None
