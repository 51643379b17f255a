from uuid import UUID

import phonenumbers

from supervision.foundation import key_ring
from supervision.identity.errors import NotAMobileNumber

# The first byte tells the form. In today's the key's id follows, and the bytes are bound to county and official; in
# that of the first releases there was one key, and nothing was bound.
_BOUND, _UNBOUND = b"\x02", b"\x01"
_NUMBER, _INDEX = "telephone", "telephone index"
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


def seal(number: str, *, jurisdiction_id: UUID, official_id: UUID) -> bytes:
    """Encrypt a normalised number for one official of one county; nobody else's row can hold the bytes."""
    key = key_ring.writing_key()
    head = _BOUND + bytes([key.id])
    return head + key.encrypt(_NUMBER, number.encode(), bound_to=_owner(head, jurisdiction_id, official_id))


def unseal(sealed: bytes, *, jurisdiction_id: UUID, official_id: UUID) -> str:
    """Decrypt a number; raises KeyMissing, and InvalidTag or ValueError for bytes that are not this official's."""
    key = key_ring.find_key(key_id_of(sealed))
    if sealed[:1] == _UNBOUND:
        return key.decrypt(_NUMBER, sealed[1:], bound_to=_UNBOUND).decode()
    head, body = sealed[:2], sealed[2:]
    return key.decrypt(_NUMBER, body, bound_to=_owner(head, jurisdiction_id, official_id)).decode()


def key_id_of(sealed: bytes) -> int:
    """Return the id of the key that a number was encrypted with; raises ValueError for what is no such bytes."""
    if sealed[:1] == _UNBOUND:
        return key_ring.INSTALLATION_KEY
    if sealed[:1] != _BOUND or len(sealed) == 1:
        raise ValueError("no sealed number")
    return sealed[1]


def is_current(sealed: bytes) -> bool:
    """Tell whether a number is encrypted in today's form with the key that writes."""
    return sealed[:2] == _BOUND + bytes([key_ring.writing_key().id])


def blind_index(number: str) -> bytes:
    """Return what finds a normalised number without revealing it."""
    return blind_indexes(number)[0]


def blind_indexes(number: str) -> list[bytes]:
    """Return what may stand for a normalised number under any key of the ring, that of the writing key first."""
    return [key.mac(_INDEX, number.encode()) for key in key_ring.ring()]


def mask(number: str) -> str:
    """Show the first three and the last four digits of a normalised number."""
    national = number.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}"


def _owner(head: bytes, jurisdiction_id: UUID, official_id: UUID) -> bytes:
    return head + jurisdiction_id.bytes + official_id.bytes
