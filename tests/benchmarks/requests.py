from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import cycle, islice, repeat
from typing import Any

import orjson
from starlette.types import ASGIApp

from tests.benchmarks.county import YEAR, County
from tests.benchmarks.driver import ROUNDS, Call, Failed, Side, request
from tests.factories.progress import as_json, entry


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request, as an app of either side gets it."""

    method: str = "GET"
    path: str
    key: str = ""
    body: bytes = b""
    wanted: int = 200
    # The ETag of what the reader holds.
    known: str = ""

    def to(self, app: ASGIApp) -> Awaitable[bytes]:
        return request(app, self.method, self.path, self.key, self.body, wanted=self.wanted, known=self.known)


@dataclass(frozen=True)
class Case:
    """A kind of request: the ratio wanted, how many a round has, and in what answers to the same may differ."""

    wanted: float
    each_round: int
    requests: Callable[[County], Iterator[Sent]]
    varying: frozenset[str] = frozenset()
    # Anybody's, and compared with a bare route that gives the same bytes.
    is_public: bool = False


def list_items(county: County) -> Iterator[Sent]:
    return repeat(Sent(path="/v1/items", key=county.office_key))


def get_item(county: County) -> Iterator[Sent]:
    return (Sent(path=f"/v1/items/{item_id}", key=county.office_key) for item_id in cycle(county.item_ids))


def get_scores(county: County) -> Iterator[Sent]:
    return repeat(Sent(path=f"/v1/scores?year={YEAR}", key=county.office_key))


def report_progress(county: County) -> Iterator[Sent]:
    """Report once for each obligation, on all tasks of the unit, with a figure of each."""
    figures = zip(county.duty.task_ids, county.duty.indicator_ids, strict=True)
    body = orjson.dumps(as_json([entry(task, of={indicator: Decimal("12.5")}) for task, indicator in figures]))
    for owed in county.obligation_ids:
        path = f"/v1/obligations/{owed}/progress_reports"
        yield Sent(method="POST", path=path, key=county.unit_key, body=body, wanted=201)


def get_feed(county: County) -> Iterator[Sent]:
    return repeat(Sent(path=county.feed[0]))


def know_feed(county: County) -> Iterator[Sent]:
    path, etag = county.feed
    return repeat(Sent(path=path, known=etag, wanted=304))


def get_page(county: County) -> Iterator[Sent]:
    return repeat(Sent(path=county.page[0]))


CASES = {
    "list": Case(0.7, 160, list_items),
    "item": Case(0.7, 240, get_item),
    "scores": Case(0.7, 48, get_scores, frozenset({"as_of"})),
    "report": Case(0.5, 32, report_progress, frozenset({"id", "obligation_id", "received_at"})),
    "feed": Case(0.8, 10_000, get_feed, is_public=True),
    "feed, 304": Case(0.8, 10_000, know_feed, is_public=True),
    "portal page": Case(0.8, 10_000, get_page, is_public=True),
}
# Each is reported once: by either side in each round, and before, while we listen and compare.
OBLIGATIONS = 2 * (ROUNDS + 1) * CASES["report"].each_round + 3


def take_turns(case: Case, stream: Iterator[Sent], app: ASGIApp) -> Side:
    """Give an app its share of the stream in each round."""

    async def calls(_: int) -> Sequence[Call]:
        return [partial(sent.to, app) for sent in islice(stream, case.each_round)]

    return Side(calls)


async def require_same_answers(case: Case, stream: Iterator[Sent], ours: ASGIApp, theirs: ASGIApp) -> None:
    """Refuse to compare two programs that answer the same question differently."""
    first = next(stream)
    second = first if first.method == "GET" else next(stream)
    answers = [await sent.to(app) for sent, app in ((first, ours), (second, theirs))]
    read = bytes if case.is_public else orjson.loads
    mine, other = (_without(read(answer), case.varying) for answer in answers)
    if mine != other:
        raise Failed(f"{first.path}: {mine} is not {other}")


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner, names) for name, inner in value.items() if name not in names}
    return [_without(inner, names) for inner in value] if isinstance(value, list) else value
