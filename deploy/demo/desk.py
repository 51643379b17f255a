import time
from typing import Any, Self

import httpx


class FellShort(Exception):  # noqa: N818 - states the fact
    """A step of the demonstration did not come out as it should."""


class Desk:
    """One caller at its desk: a key or a person's token, and the few verbs that the demonstration needs."""

    def __init__(self, base_url: str, key: str) -> None:
        self.key, self.base_url = key, base_url
        self._http = httpx.Client(
            base_url=base_url, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **parameters: Any) -> Any:
        return self._read(self._http.get(path, params=parameters))

    def post(self, path: str, body: Any = None, *, version: int | None = None) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        if body is None:
            return self._read(self._http.post(path, headers=headers))
        return self._read(self._http.post(path, json=body, headers=headers))

    def put(self, path: str, body: Any, *, version: int) -> Any:
        return self._read(self._http.put(path, json=body, headers={"If-Match": f'"{version}"'}))

    def sign(self, path: str, body: Any = None) -> Any:
        """Put one's name to a thing as it is read now; what is done with it is the last word of the path."""
        return self.post(path, body, version=self.get(path.rpartition("/")[0])["version"])

    def download(self, path: str) -> bytes:
        return self._checked(self._http.get(path)).content

    def upload(self, path: str, content: bytes, media_type: str) -> Any:
        return self._read(self._http.post(path, content=content, headers={"Content-Type": media_type}))

    def all_of(self, path: str, **parameters: Any) -> list[Any]:
        """Read a whole list, page by page."""
        rows: list[Any] = []
        following: dict[str, Any] = {"limit": 100, **parameters}
        while True:
            page = self.get(path, **following)
            rows += page["data"]
            if page["next"] is None:
                return rows
            following["after"] = page["next"]

    def wait_for(self, operation_id: str, *, seconds: float = 30) -> Any:
        """Wait for an operation's end; refused when it does not succeed."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            operation = self.get(f"/v1/operations/{operation_id}")
            if operation["state"] == "succeeded":
                return operation
            if operation["state"] in {"refused", "failed"}:
                raise FellShort(f"operation {operation['state']}: {operation['problems'][:3]}")
            time.sleep(0.1)
        raise FellShort("the operation did not end in time")

    @staticmethod
    def _checked(answer: httpx.Response) -> httpx.Response:
        if answer.is_error:
            raise FellShort(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
        return answer

    def _read(self, answer: httpx.Response) -> Any:
        return self._checked(answer).json() if answer.content else None
