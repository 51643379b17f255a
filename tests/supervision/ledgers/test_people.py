"""A sheet's names are found however they are spaced; what is written exactly as it is registered is meant."""

import pytest

from supervision.foundation.ids import new_id
from supervision.ledgers.cells import Unfit
from supervision.ledgers.people import People
from supervision.ledgers.queries import Directory, PersonInPost
from tests.factories.texts import NAME, TWINS

COUNTY, UNIT = new_id(), new_id()


def leader(name: str, post: str) -> PersonInPost:
    return PersonInPost(new_id(), COUNTY, name, post, is_county_leader=True)


def people(*persons: PersonInPost) -> People:
    return People(Directory({NAME: UNIT, "财政局": COUNTY}, persons))


@pytest.mark.parametrize("written", [NAME, *TWINS.values()])
def test_a_unit_is_found_however_it_is_spaced(written: str) -> None:
    assert people().find_unit(written) == UNIT


@pytest.mark.parametrize("written", ["张三", "张 三", "张\u3000三", "县长张三", "县长 张三", "县长\u200b张\u3000三"])
def test_a_person_is_found_however_it_is_spaced(written: str) -> None:
    zhang, li = leader("张三", "县长"), leader("李四", "副县长")
    assert people(zhang, li).find_leader(written) == zhang.id


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("names", "posts"),
    [
        (("张三", "张 三"), ("县长", "副县长")),
        (("Anna", "ANNA"), ("县长", "副县长")),
        (("王(大)", "王（大）"), ("县长", "副县长")),
        (("张三", "张\u3000三"), ("县长", "副县长")),
        (("ｱ", "ア"), ("县长", "副县长")),
    ],
)
def test_an_exact_match_wins(names: tuple[str, str], posts: tuple[str, str], place: int) -> None:
    persons = [leader(name, post) for name, post in zip(names, posts, strict=True)]
    found = people(*persons)
    assert found.find_leader(names[place]) == persons[place].id
    assert found.find_leader(f"{posts[place]} {names[place]}") == persons[place].id


@pytest.mark.parametrize("written", ["张  三", "张\u200b三", "张\u3000三", "\ufeff张三", "张\u00a0三"])
def test_what_folds_to_two_is_refused_rather_than_guessed(written: str) -> None:
    with pytest.raises(Unfit) as refused:
        people(leader("张三", "县长"), leader("张 三", "副县长")).find_leader(written)
    assert (refused.value.code, refused.value.facts) == ("ambiguous_name", {"count": 2})


def test_two_of_one_exact_name_are_refused_too() -> None:
    with pytest.raises(Unfit) as refused:
        people(leader("张三", "县长"), leader("张三", "副县长"), leader("张 三", "县委常委")).find_leader("张三")
    assert (refused.value.code, refused.value.facts) == ("ambiguous_name", {"count": 2})
