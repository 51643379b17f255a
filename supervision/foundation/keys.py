from functools import lru_cache

from supervision.foundation import settings
from supervision.foundation.ciphers import Digest, mac
from supervision.foundation.key_ring import read_secret
from supervision.foundation.settings import SettingRefused


@lru_cache
def derive(purpose: str) -> bytes:
    """Derive the 32-byte key of one purpose from the installation secret; refuses a secret that is no secret."""
    path = settings.current().secret_file
    if path is None:
        raise SettingRefused(
            "此进程需要安装密钥。请设置 DUCHA_SECRET_FILE。",
            "This process needs the installation's secret. Set DUCHA_SECRET_FILE.",
        )
    return mac(Digest.SHA256, read_secret(path), b"ducha/" + purpose.encode())
