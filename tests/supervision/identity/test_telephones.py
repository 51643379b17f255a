import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from supervision.foundation.ciphers import Algorithm, Digest, mac
from supervision.foundation.ids import new_id
from supervision.foundation.key_ring import KeyMissing
from supervision.identity import telephones
from supervision.identity.errors import NotAMobileNumber
from tests.factories.keys import Rings, a_key

NUMBER = "+8619999990001"
HERE, SOMEBODY = new_id(), new_id()


def seal(number: str = NUMBER) -> bytes:
    return telephones.seal(number, jurisdiction_id=HERE, official_id=SOMEBODY)


def unseal(sealed: bytes) -> str:
    return telephones.unseal(sealed, jurisdiction_id=HERE, official_id=SOMEBODY)


def sealed_by_the_first_release(number: str = NUMBER) -> bytes:
    secret = bytes.fromhex(Path(os.environ["DUCHA_SECRET_FILE"]).read_text())
    nonce = os.urandom(12)
    key = AESGCM(mac(Digest.SHA256, secret, b"ducha/telephone"))
    return b"\x01" + nonce + key.encrypt(nonce, number.encode(), b"\x01")


@pytest.mark.parametrize("written", ["19999990001", "+86 199 9999 0001", "8619999990001", "199-9999-0001"])
def test_one_number_however_written(written: str) -> None:
    assert telephones.normalise(written) == NUMBER


@pytest.mark.parametrize("written", ["010-12345678", "110", "12345", "+14155550100", "19999", "无", "199999900011"])
def test_what_is_no_mobile_number_is_refused(written: str) -> None:
    with pytest.raises(NotAMobileNumber):
        telephones.normalise(written)


def test_sealed_twice_differs_and_opens_the_same() -> None:
    first, second = seal(), seal()
    assert first != second
    assert b"9999" not in first
    assert unseal(first) == unseal(second) == NUMBER


def test_what_the_first_release_sealed_still_opens() -> None:
    sealed = sealed_by_the_first_release()
    assert unseal(sealed) == NUMBER
    assert not telephones.is_current(sealed)


def test_bytes_copied_to_another_official_or_county_do_not_open() -> None:
    sealed = seal()
    with pytest.raises(InvalidTag):
        telephones.unseal(sealed, jurisdiction_id=HERE, official_id=new_id())
    with pytest.raises(InvalidTag):
        telephones.unseal(sealed, jurisdiction_id=new_id(), official_id=SOMEBODY)


def test_bytes_cannot_be_passed_off_as_those_of_the_first_release() -> None:
    with pytest.raises(InvalidTag):
        unseal(b"\x01" + seal()[2:])


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_each_number_opens_with_its_own_key_and_with_no_other(rings: Rings, algorithm: Algorithm) -> None:
    old, new = a_key(1), a_key(2, algorithm)
    rings.use(old)
    before = seal()
    rings.use(new, old)
    after = seal()
    assert unseal(before) == unseal(after) == NUMBER
    assert (telephones.key_id_of(before), telephones.key_id_of(after)) == (1, 2)
    rings.use(new)
    assert unseal(after) == NUMBER
    with pytest.raises(KeyMissing):
        unseal(before)
    rings.use(a_key(2, algorithm))
    with pytest.raises(InvalidTag):
        unseal(after)


@pytest.mark.parametrize("damaged", [b"", b"\x02", b"\x03\x01", b"\x01", b"\x02\x00short"])
def test_what_was_never_sealed_does_not_open(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        unseal(damaged)


def test_the_index_finds_and_the_mask_hides(rings: Rings) -> None:
    assert telephones.blind_index(NUMBER) == telephones.blind_index(NUMBER)
    assert telephones.blind_index(NUMBER) != telephones.blind_index("+8619999990002")
    assert telephones.mask(NUMBER) == "199****0001"
    rings.use(old := a_key(1))
    before = telephones.blind_index(NUMBER)
    rings.use(a_key(2, Algorithm.SM4), old)
    assert telephones.blind_index(NUMBER) != before
    assert before in telephones.blind_indexes(NUMBER)
