import pytest

from api.router import permissions
from supervision.foundation.actors import Role
from supervision.foundation.database import enter
from supervision.foundation.two_persons import Asked, CounterStep
from supervision.identity import two_person_steps
from tests.factories.approvals import approve
from tests.factories.two_persons import PREPARATIONS, Story, post
from tests.places import Callers, Place

PAIRS = [(step, counter_step) for counter_step in CounterStep for step in counter_step.steps]


def test_the_table_names_operations_each_once() -> None:
    named = {name for counter_step in CounterStep for name in (counter_step.operation, *counter_step.steps)}
    assert named <= permissions().keys(), "an operation of the table does not exist"
    ends = {Asked.ALWAYS: "", Asked.BY_COUNTY: "_by_another"}
    odd = {each.name for each in CounterStep if each.name.lower() != each.operation + ends[each.asked]}
    assert not odd, "a line is named after its operation"
    assert len(PAIRS) == len(set(PAIRS))


@pytest.mark.parametrize(
    ("step", "counter_step"), PAIRS, ids=[f"{step}-{counter_step.name.lower()}" for step, counter_step in PAIRS]
)
async def test_nobody_takes_a_step_and_its_counter_step(
    callers: Callers, here: Place, step: str, counter_step: CounterStep
) -> None:
    story = Story(callers, here, tried=step)
    await story.begin()
    roles = permissions()[counter_step.operation].roles
    # Who comes later would be one more to write to.
    another = await story.somebody(Role.OFFICE if Role.OFFICE in roles or Role.GROUP in roles else min(roles))
    if counter_step.asked is Asked.BY_COUNTY:
        await story.add(two_person_steps.set_two_person_steps, operations=[counter_step.operation])
    asked = await PREPARATIONS[counter_step](story, counter_step)
    path = f"{asked.thing}/{asked.verb}"
    before = (await story.person.get(asked.thing)).json()
    refused = await post(story.person, path, asked.body)
    assert (refused.status_code, refused.json()["code"]) == (403, asked.code), refused.text
    assert (await story.person.get(asked.thing)).json() == before
    taken = await post(another, path, asked.body)
    assert taken.status_code == 200, taken.text
    assert (await another.get(asked.thing)).json() != before


CHOSEN = [(step, each) for step, each in PAIRS if each.asked is Asked.BY_COUNTY]


@pytest.mark.parametrize(("step", "counter_step"), CHOSEN)
async def test_what_a_county_does_not_ask_for_one_person_may(
    callers: Callers, here: Place, elsewhere: Place, step: str, counter_step: CounterStep
) -> None:
    story = Story(callers, here, tried=step)
    await story.begin()
    operations = [each.operation for _, each in CHOSEN if each is not counter_step]
    await story.add(two_person_steps.set_two_person_steps, operations=operations)
    async with callers.sessions() as session:
        await enter(session, elsewhere.actor.jurisdiction_id)
        await two_person_steps.set_two_person_steps(session, elsewhere.actor, operations=[counter_step.operation])
        await session.commit()
    asked = await PREPARATIONS[counter_step](story, counter_step)
    taken = await post(story.person, f"{asked.thing}/{asked.verb}", asked.body)
    assert taken.status_code == 200, taken.text


async def test_a_county_asks_for_more_and_never_for_fewer(callers: Callers, here: Place, elsewhere: Place) -> None:
    first, second = [await callers(here, "administrator", is_person=True) for _ in range(2)]
    path, wanted = "/v1/two_person_steps", {"operations": ["publish", "issue_notice"]}
    proposed = await first.post(path, json=wanted)
    before = (await first.get(path)).json()["data"]
    assert [each["is_asked"] for each in before] == [each.asked is Asked.ALWAYS for each in CounterStep]
    assert (await approve(first, proposed)).json()["code"] == "proposer_approves"
    assert (await approve(second, proposed)).status_code == 200
    after = (await first.get(path)).json()["data"]
    assert {each["operation"] for each in after if each["is_asked"] and each["asked"] == "by_county"} == {
        "publish",
        "issue_notice",
    }
    assert all(each["is_asked"] for each in after if each["asked"] == "always")
    for wrong in (["approve_item"], ["confirm_deduction"], "publish"):
        assert (await first.post(path, json={"operations": wrong})).status_code == 422
    stranger = await callers(elsewhere, "administrator", is_person=True)
    assert (await stranger.get(path)).json()["data"] == before
    # None is left out of the choice, and nothing else is in it.
    all_of_them = {each.operation for each in CounterStep if each.asked is Asked.BY_COUNTY}
    assert (await first.post(path, json={"operations": sorted(all_of_them)})).status_code == 201
