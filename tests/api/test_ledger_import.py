import pytest

from api.edge import XLSX
from supervision.documents.spreadsheets import write_xlsx
from tests.factories.tasks import HEADER, ledger_row, to_csv
from tests.places import Callers, Place

CSV = {"Content-Type": "text/csv"}


class TestImports:
    async def test_a_year_without_ledger(self, callers: Callers, here: Place) -> None:
        office = await callers(here, "office")
        assert (await office.get("/v1/ledgers/2016")).status_code == 404
        assert (await office.get("/v1/ledgers/2016/entries")).status_code == 404

    @pytest.mark.parametrize("is_xlsx", [True, False])
    async def test_an_import_is_accepted_and_can_be_watched(
        self,
        callers: Callers,
        here: Place,
        is_xlsx: bool,  # noqa: FBT001 - a column of the table
    ) -> None:
        office, group = await callers(here, "office"), await callers(here, "group")
        raw = write_xlsx(HEADER, [list(ledger_row().values())], title="2016") if is_xlsx else to_csv([ledger_row()])
        headers = {"Content-Type": XLSX if is_xlsx else "text/csv; charset=utf-8", "Idempotency-Key": "k"}
        answers = [await office.post("/v1/ledgers/2016/imports", content=raw, headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()
        assert answers[0].headers["Retry-After"] == "1"
        watched = await office.get(answers[1].headers["Location"])
        assert watched.json() == answers[0].json()
        assert (watched.json()["state"], watched.json()["kind"]) == ("queued", "ledger_import")
        assert watched.headers["Retry-After"] == "1"
        assert (await group.get(answers[0].headers["Location"])).status_code == 404

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"", "spreadsheet_empty"),
            (b"PK\x03\x04 no more", "spreadsheet_damaged"),
            (b"\x89PNG\r\n\x1a\n....", "spreadsheet_of_other_type"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "spreadsheet_encrypted"),
            (b"a" * (5 * 1024 * 1024 + 1), "spreadsheet_too_large"),
        ],
    )
    async def test_refuses_at_once_what_is_no_table(self, callers: Callers, here: Place, raw: bytes, code: str) -> None:
        office = await callers(here, "office")
        answer = await office.post("/v1/ledgers/2016/imports", content=raw, headers=CSV)
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    @pytest.mark.parametrize("media_type", ["application/json", "application/octet-stream", ""])
    async def test_refuses_another_media_type(self, callers: Callers, here: Place, media_type: str) -> None:
        office = await callers(here, "office")
        headers = {"Content-Type": media_type}
        answer = await office.post("/v1/ledgers/2016/imports", content=b"a,b", headers=headers)
        assert answer.status_code == 415

    @pytest.mark.parametrize("year", ["1899", "2201", "x"])
    async def test_refuses_another_year(self, callers: Callers, here: Place, year: str) -> None:
        office = await callers(here, "office")
        answer = await office.post(f"/v1/ledgers/{year}/imports", content=to_csv([ledger_row()]), headers=CSV)
        assert answer.status_code == 422
