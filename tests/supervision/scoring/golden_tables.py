from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
NONE = "–"


def read_tables(name: str | Path) -> list[list[dict[str, str]]]:
    """Read the tables of a golden file: a line that begins with # heads each, its cells are parted by |.

    A name is one of scoring's files, a path one elsewhere.
    """
    return _read((GOLDEN / name).read_text(encoding="utf-8"))


def read_table_lines(text: str) -> list[dict[str, str]]:
    """Read the one table of a text."""
    (table,) = _read("\n".join(line.strip() for line in text.splitlines()))
    return table


def _read(text: str) -> list[list[dict[str, str]]]:
    tables: list[list[dict[str, str]]] = []
    header: list[str] = []
    for line in text.splitlines():
        if line.startswith("# "):
            header = _cells(line.removeprefix("# "))
            tables.append([])
        elif header and line.strip():
            tables[-1].append(dict(zip(header, _cells(line), strict=True)))
    return tables


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]
