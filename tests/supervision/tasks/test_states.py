from datetime import date

import pytest

from supervision.tasks.errors import ExtensionAlreadyDecided
from supervision.tasks.extension_rules import decide
from supervision.tasks.states import FOLLOWS, ExtensionState

DEADLINE, LATER = date(2016, 3, 31), date(2016, 4, 30)


@pytest.mark.parametrize("state", list(ExtensionState))
@pytest.mark.parametrize("verdict", [ExtensionState.GRANTED, ExtensionState.REFUSED])
def test_every_state_with_every_verdict(state: ExtensionState, verdict: ExtensionState) -> None:
    def attempt() -> date:
        return decide(state, verdict, deadline_on=DEADLINE, asked_until=LATER, given_until=None)

    if verdict in FOLLOWS[state]:
        assert attempt() == LATER
    else:
        with pytest.raises(ExtensionAlreadyDecided):
            attempt()
