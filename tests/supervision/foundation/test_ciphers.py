import hashlib
import hmac

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from supervision.foundation.ciphers import NONCE_BYTES, Algorithm, Digest, decrypt, digest, encrypt, mac

KEY = bytes(range(32))
ALGORITHMS = pytest.mark.parametrize("algorithm", list(Algorithm))
# RFC 8998, appendix A.2: SM4-GCM.
SM4_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
SM4_NONCE = bytes.fromhex("00001234567800000000ABCD")
SM4_BOUND = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
SM4_PLAIN = bytes.fromhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD") + bytes.fromhex(
    "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
)
SM4_SEALED = bytes.fromhex("17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735") + bytes.fromhex(
    "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D83DE3541E4C2B58177E065A9BF7B62EC"
)


def test_sm4_is_that_of_the_standard() -> None:
    assert decrypt(Algorithm.SM4, SM4_KEY, SM4_NONCE + SM4_SEALED, bound_to=SM4_BOUND) == SM4_PLAIN


def test_aes_is_that_of_the_library() -> None:
    sealed = encrypt(Algorithm.AES, KEY, b"plain", bound_to=b"row")
    assert AESGCM(KEY).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], b"row") == b"plain"


def test_sm3_is_that_of_the_standard() -> None:
    # GB/T 32905, appendix A.
    whole = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(Digest.SM3, b"abc").hex() == whole
    assert digest(Digest.SHA256, b"abc") == hashlib.sha256(b"abc").digest()


def test_an_hmac_goes_round_its_hash_as_rfc_2104_says() -> None:
    inner, outer = (bytes(pad ^ each for each in KEY.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    assert mac(Digest.SM3, KEY, b"x") == digest(Digest.SM3, outer + digest(Digest.SM3, inner + b"x"))
    assert mac(Digest.SHA256, KEY, b"x") == hmac.digest(KEY, b"x", "sha256")


@ALGORITHMS
def test_another_key_another_binding_and_a_changed_byte_are_refused(algorithm: Algorithm) -> None:
    sealed = encrypt(algorithm, KEY, b"plain", bound_to=b"row")
    assert decrypt(algorithm, KEY, sealed, bound_to=b"row") == b"plain"
    assert sealed != encrypt(algorithm, KEY, b"plain", bound_to=b"row")
    for key, taken, bound_to in (
        (KEY[::-1], sealed, b"row"),
        (KEY, sealed, b"other row"),
        (KEY, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"row"),
    ):
        with pytest.raises(InvalidTag):
            decrypt(algorithm, key, taken, bound_to=bound_to)
    with pytest.raises(ValueError, match="no nonce and tag"):
        decrypt(algorithm, KEY, sealed[:20], bound_to=b"row")
