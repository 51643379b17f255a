import re

from supervision.documents.errors import SpreadsheetDamaged

_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def place(reference: str) -> tuple[int, int]:
    """Return column and row, from 1, of a cell such as `AB12`; refuses anything else."""
    match = _PLACE.fullmatch(reference)
    if match is None:
        raise SpreadsheetDamaged
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(match[2])
