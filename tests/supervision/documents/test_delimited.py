import pytest

from supervision.documents import errors
from supervision.documents.spreadsheets import read_table
from tests.factories.spreadsheets import HEADER, places


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_and_delimiters_of_offices(encoding: str, delimiter: str) -> None:
    lines = [HEADER, ["1", '"甲\n""乙"""', "6.5"], ["", "", ""], ["2", "䶮①€", "-5"]]
    raw = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    table = read_table(raw)
    assert table.header == tuple(HEADER)
    assert [(row.number, tuple(row.cells.values())) for row in table.rows] == [
        (2, ("1", '甲\n"乙"', "6.5")),
        (4, ("2", "䶮①€", "-5")),
    ]
    assert (table.problems, table.sheet) == ([], None)


@pytest.mark.parametrize("line", ["编号\t,目标\t,目标值\t", "\t编号,\t目标,\t目标值", "编号\t;\t目标;目标值\t"])
def test_tabs_beside_another_delimiter_delimit_nothing(line: str) -> None:
    assert read_table(f"{line}\n".encode()).header == tuple(HEADER)


def test_csv_problems_are_told_with_their_place() -> None:
    text = "编号,目标,目标值\n1,=1+1,+SUM(A1)\n2,甲\n3,甲,5,多,出\n4,甲,6,,\n-5,@名,+86\n"
    table = read_table(text.encode())
    assert places(table.problems) == [
        (2, "目标", "formula"),
        (2, "目标值", "formula"),
        (3, "编号", "ragged_row"),
        (4, "编号", "ragged_row"),
        (4, "D", "no_header"),
        (4, "E", "no_header"),
    ]
    assert "5" in table.problems[3].detail_zh


@pytest.mark.parametrize("broken", ['3,"乙\n4,丙\n', '3,"乙"丙\n4,丁\n'])
def test_csv_with_unpaired_quotes_is_read_as_far_as_it_holds(broken: str) -> None:
    table = read_table(f"编号,目标\n2,甲\n{broken}".encode())
    assert [row.number for row in table.rows] == [2]
    assert places(table.problems) == [(3, "编号", "broken_quotes")]


def test_csv_whose_header_is_broken_is_empty() -> None:
    with pytest.raises(errors.SpreadsheetEmpty):
        read_table(b'"a\n1,2\n')


def test_a_repeated_column_name_is_refused() -> None:
    with pytest.raises(errors.HeaderRepeated) as refused:
        read_table("编号,目标,编 号, 编号\n".encode())
    assert refused.value.facts == {"first": "A", "second": "D"}


def test_a_column_name_that_cannot_be_one_is_told_by_its_letter() -> None:
    table = read_table(f"编号,{'长' * 2_001},a\x07\n1,2,3\n".encode())
    assert places(table.problems) == [(1, "B", "too_long"), (1, "C", "control_character")]


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(errors.SpreadsheetHasTooManyColumns):
        read_table(",".join(str(number) for number in range(65)).encode())
