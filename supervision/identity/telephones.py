import hmac
import os

import phonenumbers
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from supervision.foundation.keys import derive
from supervision.identity.errors import NotAMobileNumber

# The first byte names the key, so that numbers sealed under an old one stay readable after a change.
KEY_ID = b"\x01"
NONCE_BYTES = 12
# 1999999xxxx is given to no carrier; phonenumbers knows 199 as a mobile range, so invented officials pass.
_KINDS = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def normalise(number: str) -> str:
    """Return a mainland mobile number in E.164 form (+86…); refuses everything else."""
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        raise NotAMobileNumber from None
    if parsed.country_code != 86 or phonenumbers.number_type(parsed) not in _KINDS:  # noqa: PLR2004 - the country code of China
        raise NotAMobileNumber
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def seal(number: str) -> bytes:
    """Encrypt a normalised number (AES-256-GCM)."""
    nonce = os.urandom(NONCE_BYTES)
    return KEY_ID + nonce + AESGCM(derive("telephone")).encrypt(nonce, number.encode(), KEY_ID)


def unseal(sealed: bytes) -> str:
    key_id, nonce, body = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    return AESGCM(derive("telephone")).decrypt(nonce, body, key_id).decode()


def blind_index(number: str) -> bytes:
    """Return what finds a normalised number without revealing it."""
    return hmac.digest(derive("telephone index"), number.encode(), "sha256")


def mask(number: str) -> str:
    """Show the first three and the last four digits of a normalised number."""
    national = number.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}"
