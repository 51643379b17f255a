from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from supervision.foundation.actors import Role
from tests.factories.identity import Caller

FAR = date(2199, 12, 31)
# Who stands for each role: nobody may decide on what is their own.
CallersByRole = Mapping[Role, Caller]


@dataclass
class FixtureValues:
    """Values that exist, by the name of the parameter or field that takes them; whole bodies by operation.

    Where a verb needs rows in one state, `places` has the values of its parameters, by operation.
    """

    ids: dict[str, list[str]] = field(default_factory=dict)
    bodies: dict[str, list[Any]] = field(default_factory=dict)
    places: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def put(self, *names: str, values: list[Any]) -> None:
        for name in names:
            self.ids[name] = [str(value) for value in values]

    def place(self, operation: str, **values: list[Any]) -> None:
        self.places[operation] = {name: [str(value) for value in found] for name, found in values.items()}
