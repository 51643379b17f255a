from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

import orjson

from supervision.foundation.database import Signed
from supervision.foundation.locks import require_version

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


def sign(row: Signed, version: int, answer: Mapping[str, Any]) -> str:
    """Return the digest of what is signed, for the audit; refuses who has not read the last version of a locked row.

    `answer` is the thing as the API answers it, read in the same transaction before anything is changed.
    """
    require_version(row, version)
    return digest_of({name: answer[name] for name in row.signed_fields})


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of some content as JSON that everybody writes alike.

    Names in order, no blanks, UTF-8; values as the API answers them: decimals as text, moments in UTC with Z.
    """
    return sha256(orjson.dumps(content, default=_plain, option=_CANONICAL)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
