from collections import OrderedDict
from hashlib import sha256

_MOST = 10_000


class ProvenCallers:
    """Remembers which credentials were proved, so that a request is counted for its caller before it is looked up.

    It lets nobody in: who is remembered is looked up all the same. What was never proved is counted for its address,
    or else whoever makes up a new key for each request would be a new caller each time.
    """

    def __init__(self) -> None:
        self._proven: OrderedDict[bytes, str] = OrderedDict()

    def name(self, authorization: bytes, address: str) -> str:
        """Name the caller that a request is counted for."""
        if not authorization:
            return address
        digest = _digest(authorization)
        if (who := self._proven.get(digest)) is None:
            return address
        self._proven.move_to_end(digest)
        return who

    def remember(self, authorization: str, who: str) -> None:
        """Remember whose the credentials are that were just proved; of too many the longest unused is forgotten."""
        self._proven[_digest(authorization.encode("latin-1"))] = who
        if len(self._proven) > _MOST:
            self._proven.popitem(last=False)


def _digest(authorization: bytes) -> bytes:
    return sha256(authorization).digest()
