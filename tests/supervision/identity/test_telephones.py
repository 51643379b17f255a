import pytest

from supervision.identity import telephones
from supervision.identity.errors import NotAMobileNumber


@pytest.mark.parametrize("written", ["19999990001", "+86 199 9999 0001", "8619999990001", "199-9999-0001"])
def test_one_number_however_written(written: str) -> None:
    assert telephones.normalise(written) == "+8619999990001"


@pytest.mark.parametrize("written", ["010-12345678", "110", "12345", "+14155550100", "19999", "无", "199999900011"])
def test_what_is_no_mobile_number_is_refused(written: str) -> None:
    with pytest.raises(NotAMobileNumber):
        telephones.normalise(written)


def test_sealed_twice_differs_and_opens_the_same() -> None:
    first, second = telephones.seal("+8619999990001"), telephones.seal("+8619999990001")
    assert first != second
    assert b"9999" not in first
    assert telephones.unseal(first) == telephones.unseal(second) == "+8619999990001"


def test_the_index_finds_and_the_mask_hides() -> None:
    assert telephones.blind_index("+8619999990001") == telephones.blind_index("+8619999990001")
    assert telephones.blind_index("+8619999990001") != telephones.blind_index("+8619999990002")
    assert telephones.mask("+8619999990001") == "199****0001"
