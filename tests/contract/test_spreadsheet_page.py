from tests.contract.spreadsheet_page import PATH, rendered


def test_the_committed_page_is_what_the_readers_say() -> None:
    assert PATH.read_bytes() == rendered(), "the readers have changed: run `make docs` and commit what it writes"
