from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from api.schemas.fields import DecimalText, Digits, FullDate, Moment, PointsText


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *[(DecimalText, text) for text in ("1٣", "٣", "6.५", "１２", "10²", "1①", "𝟏")],
        *[(PointsText, text) for text in ("1٣", "0.५", "１", "2²")],
        *[(Digits, text) for text in ("1٣", "1１", "1²", "1①")],
        *[(FullDate, text) for text in ("201٦-12-31", "2016-1２-31")],
        *[(Moment, text) for text in ("2016-12-31T0٠:00:00Z", "2016-12-31T00:00:00+0８:00")],
    ],
)
def test_digits_of_other_scripts_are_no_digits(kind: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)
