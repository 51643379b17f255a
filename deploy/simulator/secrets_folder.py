import secrets
from base64 import b64encode
from pathlib import Path


class SecretsFolder:
    """Secrets of a simulated gateway, made once and kept in files that Ducha's settings can name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, name: str) -> Path:
        return (self._folder / name).absolute()

    def webhook(self, name: str) -> str:
        return self._kept(name, f"whsec_{b64encode(secrets.token_bytes(32)).decode()}")

    def token(self, name: str) -> str:
        return self._kept(name, secrets.token_hex(32))

    def _kept(self, name: str, fresh: str) -> str:
        path = self.path(name)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(fresh, encoding="ascii")
        return path.read_text(encoding="ascii").strip()
