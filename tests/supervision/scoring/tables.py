from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
NONE = "–"


def read_tables(name: str) -> list[list[dict[str, str]]]:
    """Read the tables of a golden file: a line that begins with # heads each, its cells are parted by |."""
    tables: list[list[dict[str, str]]] = []
    header: list[str] = []
    for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            header = _cells(line.removeprefix("# "))
            tables.append([])
        elif header and line.strip():
            tables[-1].append(dict(zip(header, _cells(line), strict=True)))
    return tables


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]
