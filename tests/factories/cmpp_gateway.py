"""A gateway of CMPP before a simulator, and messages of one to three parts for it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.processes import free_port
from supervision.foundation.database import enter
from supervision.messaging import broadcasts, templates
from supervision.messaging.audience import Audience
from supervision.messaging.gateways.cmpp import CmppAccount, CmppGateway
from supervision.messaging.gateways.cmpp_session import Login
from tests.factories.messaging import as_test, make_officials
from tests.factories.simulator import RunningSimulator, printed_settings, running_command
from tests.places import Committed

AT_ONCE = {"delay_min_s": 0, "delay_max_s": 0.05}
# Of texts that make messages of one, two and three parts.
LENGTHS = (20, 100, 170)


@contextmanager
def running_cmpp(folder: Path, *options: str) -> Iterator[tuple[RunningSimulator, dict[str, str]]]:
    """Run a simulator that speaks CMPP, with the settings of Ducha for it."""
    given = ("--protocol", "cmpp", "--cmpp-port", str(free_port()), "--quiet", *options)
    with running_command(folder, *given) as simulator:
        yield simulator, printed_settings(folder, "cmpp")


def make_gateway(told: Mapping[str, str], *, timeout_seconds: float = 5, **over: str) -> CmppGateway:
    secret = over.pop("secret", None) or Path(told["DUCHA_GATEWAY_SECRET_FILE"]).read_text()
    port = int(told["DUCHA_GATEWAY_URL"].rpartition(":")[2])
    login = Login("127.0.0.1", port, told["DUCHA_GATEWAY_ACCOUNT"], secret)
    account = CmppAccount(login, told["DUCHA_GATEWAY_SERVICE"], told["DUCHA_GATEWAY_SERIAL"])
    return CmppGateway(account, timeout_seconds=timeout_seconds)


def settings_of(told: Mapping[str, str]) -> dict[str, str]:
    """Return the settings by which messages of test keys go through it."""
    return {name.replace("DUCHA_GATEWAY", "DUCHA_TEST_GATEWAY"): value for name, value in told.items()}


async def stock_lengths(committed: Committed, many: int) -> None:
    """Commit as many test messages, in turn of one, two and three parts."""
    place = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await templates.install_defaults(session, place.actor)
        officials = await make_officials(session, place.actor, many)
        for turn, length in enumerate(LENGTHS):
            # No two parts are alike, so that each is found in the ledger.
            wanted: dict[str, Any] = {
                "template": "notice",
                "variables": {"text": "".join(chr(0x4E00 + each) for each in range(length))},
                "audience": Audience(official_ids=officials[turn :: len(LENGTHS)]),
            }
            actor = as_test(place.actor)
            shown = (await broadcasts.preview(session, actor, **wanted)).shown
            await broadcasts.confirm(session, actor, **wanted, shown=shown, matter=f"事由{turn}", is_approved=True)
        await session.commit()
