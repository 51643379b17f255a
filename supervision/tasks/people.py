import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from supervision.tasks.cells import Unfit
from supervision.tasks.columns import folded
from supervision.tasks.queries import Directory, PersonInPost

# How alike a name must be to be offered instead, from 0 to 1.
_NEAR = 0.5
_Named = Mapping[str, list[PersonInPost]]


class People:
    """Finds units and officials by the names that a spreadsheet gives: a name alone, or post and name."""

    def __init__(self, directory: Directory) -> None:
        self._units = {folded(name): id_ for name, id_ in directory.units.items()}
        self._unit_names = {folded(name): name for name in directory.units}
        self._everybody = _by_name(directory.people)
        self._leaders = _by_name(person for person in directory.people if person.is_county_leader)
        by_unit: dict[UUID, list[PersonInPost]] = defaultdict(list)
        for person in directory.people:
            by_unit[person.unit_id].append(person)
        self._of_unit = {unit_id: _by_name(people) for unit_id, people in by_unit.items()}

    def find_unit(self, text: str) -> UUID:
        found = self._units.get(folded(text))
        if found is None:
            raise Unfit("unknown_unit", **self._hint(text, self._unit_names))
        return found

    def find_leader(self, text: str) -> UUID:
        return self._find(text, self._leaders, unknown="unknown_leader", elsewhere="not_a_county_leader")

    def find_person(self, text: str, *, unit_id: UUID) -> UUID:
        known = self._of_unit.get(unit_id, {})
        return self._find(text, known, unknown="unknown_person", elsewhere="person_of_another_unit")

    def _find(self, text: str, known: _Named, *, unknown: str, elsewhere: str) -> UUID:
        found = known.get(folded(text), [])
        if len(found) == 1:
            return found[0].id
        if found:
            raise Unfit("ambiguous_name", count=len(found))
        if folded(text) in self._everybody:
            raise Unfit(elsewhere)
        raise Unfit(unknown, **self._hint(text, {key: people[0].name for key, people in known.items()}))

    def _hint(self, text: str, names: Mapping[str, str]) -> dict[str, str]:
        near = difflib.get_close_matches(folded(text), names, n=1, cutoff=_NEAR)
        if not near:
            return {"nearest_zh": "", "nearest_en": ""}
        name = names[near[0]]
        return {"nearest_zh": f"最接近的是“{name}”。", "nearest_en": f"The nearest is “{name}”. "}


def _by_name(people: Iterable[PersonInPost]) -> _Named:
    found: dict[str, list[PersonInPost]] = defaultdict(list)
    for person in people:
        for key in (folded(person.name), folded(person.post + person.name)):
            found[key].append(person)
    return dict(found)
