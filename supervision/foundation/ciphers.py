import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.hmac import HMAC

NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32


class Algorithm(StrEnum):
    """How personal data is encrypted, each with the hash that goes with it."""

    AES = "aes-256-gcm"
    SM4 = "sm4-gcm"  # 国密: GB/T 32907, with SM3 of GB/T 32905


class Digest(StrEnum):
    SHA256 = "sha256"
    SM3 = "sm3"


DIGEST_OF: Mapping[Algorithm, Digest] = MappingProxyType({Algorithm.AES: Digest.SHA256, Algorithm.SM4: Digest.SM3})
_HASHES: Mapping[Digest, Callable[[], hashes.HashAlgorithm]] = MappingProxyType(
    {Digest.SHA256: hashes.SHA256, Digest.SM3: hashes.SM3}
)


def digest(chosen: Digest, data: bytes) -> bytes:
    """Return the 32 bytes of a hash."""
    hasher = hashes.Hash(_HASHES[chosen]())
    hasher.update(data)
    return hasher.finalize()


def mac(chosen: Digest, key: bytes, data: bytes) -> bytes:
    """Return the 32 bytes of an HMAC."""
    signer = HMAC(key, _HASHES[chosen]())
    signer.update(data)
    return signer.finalize()


def encrypt(chosen: Algorithm, key: bytes, plain: bytes, *, bound_to: bytes) -> bytes:
    """Encrypt with a fresh nonce: nonce, ciphertext, tag. `bound_to` must be the same when it is read."""
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(_block_cipher(chosen, key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound_to)
    return nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def decrypt(chosen: Algorithm, key: bytes, sealed: bytes, *, bound_to: bytes) -> bytes:
    """Decrypt; raises InvalidTag for another key, bytes or binding, and ValueError for what is too short."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise ValueError("no nonce and tag")
    nonce, body, tag = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:-TAG_BYTES], sealed[-TAG_BYTES:]
    decryptor = Cipher(_block_cipher(chosen, key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(bound_to)
    return decryptor.update(body) + decryptor.finalize()


def _block_cipher(chosen: Algorithm, key: bytes) -> AES | SM4:
    # SM4 has keys of 128 bits only.
    return AES(key) if chosen is Algorithm.AES else SM4(key[:16])
