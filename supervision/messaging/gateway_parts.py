"""Which messages each of several gateways takes: by the carrier of the number, then by the gateways' weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supervision.messaging.gateways.carriers import CARRIER_OF, Carrier
from supervision.messaging.gateways.route import Route

# Each message falls into one of so many buckets, by its number and its tries: what is tried again may go elsewhere.
BUCKETS = 10_000
# Near the golden section of the buckets, and without a common divisor: messages that follow each other are spread.
STRIDE = 6181

# From the first bucket to before the last.
Buckets = tuple[int, int]
ALL, NONE = (0, BUCKETS), (0, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a gateway stands: whether it is handed anything, and how many percent of its weight it has now."""

    route: Route
    is_on: bool = True
    share: int = 100

    @property
    def weight(self) -> float:
        """The effective weight."""
        return self.route.weight * self.share / 100 if self.is_on else 0


@dataclass(frozen=True, slots=True)
class Part:
    """What one gateway takes: the buckets of numbers that begin in some way, and those of all others."""

    by_prefix: Mapping[str, Buckets]
    others: Buckets

    @property
    def is_whole(self) -> bool:
        return self.others == ALL and not self.by_prefix


WHOLE = Part({}, ALL)


def find_part(name: str, standings: Sequence[Standing]) -> Part | None:
    """Return what the gateway of this name takes beside the others; None for nothing.

    No message is in two parts, and none is in no part while one of those that take its carrier is on.
    """
    others = _find_buckets(name, _takers(standings, None))
    by_carrier = {carrier: _find_buckets(name, _takers(standings, carrier)) for carrier in Carrier}
    by_prefix = {prefix: by_carrier[carrier] for prefix, carrier in CARRIER_OF.items() if by_carrier[carrier] != others}
    has_any = others != NONE or any(buckets != NONE for buckets in by_carrier.values())
    return Part(by_prefix, others) if has_any else None


def _takers(standings: Sequence[Standing], carrier: Carrier | None) -> list[Standing]:
    """Return who takes numbers of a carrier; those of an unknown one (None) go to who takes all, or else to anybody."""
    if carrier:
        return [each for each in standings if carrier in each.route.carriers]
    return [each for each in standings if len(each.route.carriers) == len(Carrier)] or list(standings)


def _find_buckets(name: str, takers: Sequence[Standing]) -> Buckets:
    whole, before = sum(each.weight for each in takers), 0.0
    for each in takers:
        if each.route.name == name and each.weight:
            return round(BUCKETS * before / whole), round(BUCKETS * (before + each.weight) / whole)
        before += each.weight
    return NONE
