import pytest

from api.router import permissions
from supervision.foundation.actors import Role
from supervision.foundation.two_persons import CounterStep
from tests.factories.two_persons import PREPARATIONS, Story, post
from tests.places import Callers, Place

PAIRS = [(step, counter_step) for counter_step in CounterStep for step in counter_step.steps]


def test_the_table_names_operations_each_once() -> None:
    named = {name for counter_step in CounterStep for name in (counter_step.operation, *counter_step.steps)}
    assert named <= permissions().keys(), "an operation of the table does not exist"
    assert all(each.name.lower() == each.operation for each in CounterStep), "a line is named after its operation"
    assert len(PAIRS) == len(set(PAIRS))


@pytest.mark.parametrize(
    ("step", "counter_step"), PAIRS, ids=[f"{step}-{counter_step.operation}" for step, counter_step in PAIRS]
)
async def test_nobody_takes_a_step_and_its_counter_step(
    callers: Callers, here: Place, step: str, counter_step: CounterStep
) -> None:
    story = Story(callers, here, tried=step)
    await story.begin()
    roles = permissions()[counter_step.operation].roles
    # Who comes later would be one more to write to.
    another = await story.somebody(Role.OFFICE if Role.OFFICE in roles or Role.GROUP in roles else min(roles))
    asked = await PREPARATIONS[counter_step](story, counter_step)
    path = f"{asked.thing}/{asked.verb}"
    before = (await story.person.get(asked.thing)).json()
    refused = await post(story.person, path, asked.body)
    assert (refused.status_code, refused.json()["code"]) == (403, asked.code), refused.text
    assert (await story.person.get(asked.thing)).json() == before
    taken = await post(another, path, asked.body)
    assert taken.status_code == 200, taken.text
    assert (await another.get(asked.thing)).json() != before
