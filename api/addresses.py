from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network

from starlette.types import Scope

# Where no address can be read: behind a socket file, or because a trusted proxy wrote down nonsense.
UNKNOWN = "unknown"


def address_of(scope: Scope) -> str:
    """Return the address that a request is counted for; one network of IPv6 (/64) is one address."""
    client = scope.get("client")
    return _counted(client[0]) if client else UNKNOWN


@lru_cache(maxsize=10_000)
def _counted(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    # Whoever has one address of IPv6 has the whole network.
    return str(address.ipv4_mapped or ip_network((int(address), 64), strict=False))
