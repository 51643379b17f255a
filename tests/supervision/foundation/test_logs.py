import logging

import psycopg
import pytest
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError

from supervision.foundation import logs

SECRET = "不可外传"


class Sent(BaseModel):
    number: int


def wrapped() -> None:
    try:
        raise psycopg.errors.UniqueViolation(f"Key (name)=({SECRET}) already exists.")
    except psycopg.Error as error:
        raise DBAPIError("SELECT 1", {"name": SECRET}, error) from error


def grouped() -> None:
    try:
        Sent.model_validate({"number": SECRET})
    except ValueError as error:
        raise ExceptionGroup("several", [error]) from error


@pytest.mark.parametrize("fails", [wrapped, grouped])
def test_an_error_is_told_without_what_it_quotes(fails: object) -> None:
    assert callable(fails)
    try:
        fails()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        told = logs.tell(error)
        record = logging.LogRecord("other", logging.ERROR, "", 1, "failed", None, (type(error), error, None))
    assert SECRET not in told
    assert "test_logs.py" in told
    assert SECRET not in logs.Plain("%(message)s").format(record)
    assert told in logs.Plain("%(message)s").format(record)


def test_other_errors_keep_their_words() -> None:
    assert logs.tell(RuntimeError("the disk of 19999990001 is full")).endswith(
        "RuntimeError: the disk of 1********** is full"
    )
