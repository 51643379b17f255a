"""What schemathesis must know about our API beyond its document."""

from itertools import count
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

_numbers = count(1)


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], **_: object) -> None:
    # A generator soon repeats itself, and a key that comes again with another request is refused, as it should be.
    if case.headers and "Idempotency-Key" in case.headers and is_positive(case):
        case.headers["Idempotency-Key"] = f"contract-{next(_numbers)}"


@schemathesis.check
def what_fits_the_document_is_understood(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """Hold the document to its word: what it allows is never answered with the code for unreadable requests."""
    if response.status_code == 422 and is_positive(case):
        assert response.json()["code"] != "invalid", "the document allows what the API cannot read"


def is_positive(case: Case[Any]) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive
