import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supervision.messaging.gateways import Gateway
from supervision.messaging.gateways.carriers import Carrier
from supervision.messaging.gateways.console import ConsoleGateway


@dataclass(frozen=True, slots=True)
class Route:
    """One of the gateways that messages may go through, and what part of them it is meant to get."""

    gateway: Gateway
    weight: int = 100
    """Its part among the gateways that take a message: of 300 and 100, the first gets three of four."""
    carriers: frozenset[Carrier] = frozenset(Carrier)
    """Whose numbers it takes."""
    kind: str = ConsoleGateway.name

    @property
    def name(self) -> str:
        return self.gateway.name


# The gateways of live messages (False), and those of test messages (True), in the order of the settings.
Routes = Mapping[bool, Sequence[Route]]


def count_calls(routes: Sequence[Route], messages: int) -> int:
    """Return in how many calls so many messages go, if each gateway gets its part."""
    return sum(
        math.ceil(messages * part / route.gateway.capabilities.batch_size) for route, part in _parts(routes).items()
    )


def count_seconds(routes: Sequence[Route], messages: int) -> int | None:
    """Return in how many seconds so many messages go at the rates that are set, if each gateway gets its part."""
    rates = {route: route.gateway.capabilities.rate_per_second for route in routes}
    seconds = [messages * part / rate for route, part in _parts(routes).items() if (rate := rates[route])]
    return math.ceil(max(seconds)) if seconds else None


def _parts(routes: Sequence[Route]) -> dict[Route, float]:
    whole = sum(route.weight for route in routes)
    return {route: route.weight / whole for route in routes}
