from dataclasses import dataclass
from pathlib import Path

from deploy.demo.county import INVENTED, County
from deploy.demo.script import YEAR
from deploy.demo.year import Year


@dataclass(frozen=True)
class Result:
    """A year that was lived through, and where to ask about it."""

    base_url: str
    code: str
    folder: Path
    county: County
    year: Year
    audited: int
    damages: int
    seconds: dict[str, float]

    @property
    def workbook(self) -> Path:
        return self.folder / f"settlement-{YEAR}.xlsx"


def real_units(names: list[str]) -> list[str]:
    """Return which of the names belong to real departments: what goes wrong never does."""
    return sorted(set(names) - set(INVENTED))
