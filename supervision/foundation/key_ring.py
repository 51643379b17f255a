"""The keys of personal data (数据密钥): the first of the ring writes, all of them read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm

from supervision.foundation import settings
from supervision.foundation.ciphers import DIGEST_OF, KEY_BYTES, Algorithm, decrypt, encrypt, mac
from supervision.foundation.settings import SettingRefused

# Without a ring of its own an installation has this one key, made of its secret.
INSTALLATION_KEY = 0
LAST_ID = 255  # an id is one byte of each ciphertext


class KeyMissing(LookupError):  # noqa: N818 - states the fact
    """A ciphertext names a key that is not in this process's ring."""


@dataclass(frozen=True, slots=True)
class Key:
    id: int
    algorithm: Algorithm
    secret: bytes = field(repr=False)

    def encrypt(self, purpose: str, plain: bytes, *, bound_to: bytes) -> bytes:
        return encrypt(self.algorithm, self._derive(purpose), plain, bound_to=bound_to)

    def decrypt(self, purpose: str, sealed: bytes, *, bound_to: bytes) -> bytes:
        return decrypt(self.algorithm, self._derive(purpose), sealed, bound_to=bound_to)

    def mac(self, purpose: str, data: bytes) -> bytes:
        return mac(DIGEST_OF[self.algorithm], self._derive(purpose), data)

    def _derive(self, purpose: str) -> bytes:
        return mac(DIGEST_OF[self.algorithm], self.secret, b"ducha/" + purpose.encode())


@lru_cache
def ring() -> Sequence[Key]:
    """Return the keys of personal data, the one that writes first; refuses settings that hold none that works."""
    chosen = settings.current()
    if chosen.data_keys_file:
        keys = read_ring(chosen.data_keys_file)
    elif chosen.secret_file:
        keys = [Key(INSTALLATION_KEY, Algorithm.AES, read_secret(chosen.secret_file))]
    else:
        raise SettingRefused(
            "未设置数据密钥文件。请设置 DUCHA_DATA_KEYS_FILE（可用 ducha keys add 生成）。",
            "There are no keys of personal data. Set DUCHA_DATA_KEYS_FILE; `ducha keys add` makes the file.",
        )
    for key in keys:
        _try_out(key)
    return tuple(keys)


def writing_key() -> Key:
    return ring()[0]


def find_key(key_id: int) -> Key:
    """Return a key of the ring; raises KeyMissing."""
    for key in ring():
        if key.id == key_id:
            return key
    raise KeyMissing(f"key {key_id} is not in the ring")


def read_ring(path: Path) -> list[Key]:
    """Read a ring's file: a line `id algorithm secret` for each key; refuses what is none, without repeating it."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SettingRefused(
            f"无法读取数据密钥文件 {path}。请检查 DUCHA_DATA_KEYS_FILE 和文件权限。",
            f"The file of keys {path} cannot be read. Check DUCHA_DATA_KEYS_FILE and the file's owner and mode.",
        ) from None
    keys = [_read_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    if not keys or len({key.id for key in keys}) != len(keys):
        raise SettingRefused(
            f"数据密钥文件 {path} 为空，或有重复的密钥编号。",
            f"The file of keys {path} is empty, or two of its keys have one id.",
        )
    return keys


def write_line(key: Key) -> str:
    return f"{key.id} {key.algorithm} {key.secret.hex()}\n"


def read_secret(path: Path) -> bytes:
    """Read 32 bytes in hexadecimal; refuses a file that is absent or holds anything else."""
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise SettingRefused(
            f"密钥文件 {path} 应为 64 位十六进制数字。请检查 DUCHA_SECRET_FILE 和文件权限。",
            f"{path} must hold 64 hexadecimal digits. Check DUCHA_SECRET_FILE and the file's owner and mode.",
        )
    return secret


def _read_line(path: Path, number: int, line: str) -> Key:
    try:
        key_id, algorithm, secret = line.split()
        key = Key(int(key_id), Algorithm(algorithm), bytes.fromhex(secret))
        is_right = 0 <= key.id <= LAST_ID and len(key.secret) == KEY_BYTES
    except ValueError:
        is_right = False
    if not is_right:
        raise SettingRefused(
            f"数据密钥文件 {path} 第 {number} 行有误。"
            f"每行应为：编号（0–255） 算法（{'、'.join(Algorithm)}） 64 位十六进制数字。",
            f"Line {number} of the file of keys {path} is wrong. A line is an id (0 to 255), an algorithm "
            f"({', '.join(Algorithm)}) and 64 hexadecimal digits.",
        )
    return key


def _try_out(key: Key) -> None:
    try:
        key.decrypt("trial", key.encrypt("trial", b"", bound_to=b""), bound_to=b"")
        key.mac("trial", b"")
    except UnsupportedAlgorithm:
        raise SettingRefused(
            f"本机的加密库不支持 {key.algorithm}。请更换 cryptography 或 OpenSSL，或改用其他算法的密钥。",
            f"This machine's cryptography has no {key.algorithm}. Install another, or use keys of another algorithm.",
        ) from None
