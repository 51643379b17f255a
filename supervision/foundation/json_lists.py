from typing import Any
from uuid import UUID

from sqlalchemy import func, literal
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

NO_ROWS = literal([], JSONB)


def json_list(identity: InstrumentedAttribute[UUID], **columns: Any) -> Any:
    """Gather rows as JSON objects of these columns, in the order of their ids; none are an empty list."""
    pairs = [each for pair in columns.items() for each in pair]
    rows = func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*pairs), identity))
    return or_empty(rows)


def or_empty(rows: Any) -> Any:
    """Answer rows gathered as JSON as they are, and none as an empty list."""
    return func.coalesce(rows, NO_ROWS)
