import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from supervision.foundation.texts import fold
from supervision.ledgers.cells import Unfit
from supervision.ledgers.queries import Directory, PersonInPost

# How alike a name must be to be offered instead, from 0 to 1.
_NEAR = 0.5


class _Named:
    """People by what a sheet may write for them, as it is registered and as it is compared."""

    def __init__(self, people: Iterable[PersonInPost]) -> None:
        self._exact: dict[str, list[PersonInPost]] = defaultdict(list)
        self.folded: dict[str, list[PersonInPost]] = defaultdict(list)
        for person in people:
            written = (person.name, person.post + person.name, f"{person.post} {person.name}")
            for text in dict.fromkeys(written):
                self._exact[text].append(person)
            for key in dict.fromkeys(map(fold, written)):
                self.folded[key].append(person)

    def find(self, text: str) -> list[PersonInPost]:
        # Of two whose names fold alike, the one who is written as registered is meant.
        return self._exact.get(text) or self.folded.get(fold(text), [])


class People:
    """Finds units and officials by the names that a spreadsheet gives: a name alone, or post and name."""

    def __init__(self, directory: Directory) -> None:
        # The database lets no two units fold alike.
        self._units = {fold(name): id_ for name, id_ in directory.units.items()}
        self._unit_names = {fold(name): name for name in directory.units}
        self._everybody = _Named(directory.people)
        self._leaders = _Named(person for person in directory.people if person.is_county_leader)
        by_unit: dict[UUID, list[PersonInPost]] = defaultdict(list)
        for person in directory.people:
            by_unit[person.unit_id].append(person)
        self._of_unit = {unit_id: _Named(people) for unit_id, people in by_unit.items()}

    def find_unit(self, text: str) -> UUID:
        found = self._units.get(fold(text))
        if found is None:
            raise Unfit("unknown_unit", **self._hint(text, self._unit_names))
        return found

    def find_leader(self, text: str) -> UUID:
        return self._find(text, self._leaders, unknown="unknown_leader", elsewhere="not_a_county_leader")

    def find_person(self, text: str, *, unit_id: UUID) -> UUID:
        known = self._of_unit.get(unit_id) or _Named(())
        return self._find(text, known, unknown="unknown_person", elsewhere="person_of_another_unit")

    def _find(self, text: str, known: _Named, *, unknown: str, elsewhere: str) -> UUID:
        found = known.find(text)
        if len(found) == 1:
            return found[0].id
        if found:
            raise Unfit("ambiguous_name", count=len(found))
        if self._everybody.find(text):
            raise Unfit(elsewhere)
        raise Unfit(unknown, **self._hint(text, {key: people[0].name for key, people in known.folded.items()}))

    def _hint(self, text: str, names: Mapping[str, str]) -> dict[str, str]:
        near = difflib.get_close_matches(fold(text), names, n=1, cutoff=_NEAR)
        if not near:
            return {"nearest_zh": "", "nearest_en": ""}
        name = names[near[0]]
        return {"nearest_zh": f"最接近的是“{name}”。", "nearest_en": f"The nearest is “{name}”. "}
