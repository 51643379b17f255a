from dataclasses import replace

import pytest

from supervision.foundation.actors import Actor, Proof, Role
from supervision.foundation.ids import new_id
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.items.errors import RegistrarActsAlone

COUNTY, CLIENT = new_id(), new_id()


def test_a_key_is_one_with_whoever_signs_in_through_it() -> None:
    key = Actor(COUNTY, Role.OFFICE, client_id=CLIENT, proof=Proof.KEY)
    person = Actor(COUNTY, Role.OFFICE, client_id=CLIENT, official_id=new_id(), proof=Proof.TOKEN)
    with pytest.raises(RegistrarActsAlone):
        require_another(person, CounterStep.APPROVE_ITEM, {"register_item": key.person}, RegistrarActsAlone)


def test_two_who_sign_in_through_one_front_end_are_two() -> None:
    first, second = (
        Actor(COUNTY, Role.OFFICE, client_id=CLIENT, official_id=new_id(), proof=Proof.TOKEN) for _ in range(2)
    )
    require_another(second, CounterStep.APPROVE_ITEM, {"register_item": first.person}, RegistrarActsAlone)


@pytest.mark.parametrize("taken_by", [{}, {"draft_notice": None}, {"register_item": None, "draft_notice": None}])
def test_what_the_table_does_not_name_cannot_be_asked(taken_by: dict[str, None]) -> None:
    actor = Actor(COUNTY, Role.OFFICE, official_id=new_id())
    with pytest.raises(LookupError):
        require_another(actor, CounterStep.APPROVE_ITEM, taken_by, RegistrarActsAlone)


def test_nobody_decides_on_themselves() -> None:
    actor = Actor(COUNTY, Role.SECURITY_ADMINISTRATOR, official_id=new_id())
    with pytest.raises(RegistrarActsAlone):
        require_another(
            actor,
            CounterStep.APPROVE_APPOINTMENT,
            {"grant_role": new_id()},
            RegistrarActsAlone,
            concerned=actor.official_id,
        )


@pytest.mark.parametrize(("step", "counter_step"), [(step, each) for each in CounterStep for step in each.steps])
def test_a_front_end_is_one_with_all_for_whom_it_may_act(step: str, counter_step: CounterStep) -> None:
    one, two = new_id(), new_id()
    key = Actor(COUNTY, Role.OFFICE, client_id=CLIENT, stands_for=frozenset({one, two}), proof=Proof.KEY)
    for_two = replace(key, official_id=two, proof=Proof.ON_BEHALF)
    for actor in (key, for_two):
        taken_by = {each: one if each == step else None for each in counter_step.steps}
        with pytest.raises(RegistrarActsAlone):
            require_another(actor, counter_step, taken_by, RegistrarActsAlone)
