from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7

# A UUIDv7 made by the statement that inserts what it selects; PostgreSQL has a function for it only from 18 on.
# It is a random UUIDv4 whose first 48 bits become the milliseconds since 1970, and whose version becomes 7.
NEW_ID_SQL = (
    "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING"
    " substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)"
    " FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid"
)


def new_id() -> UUID:
    """Make a UUIDv7, so that new rows lie together in an index."""
    return uuid7()


def new_hex_id() -> str:
    """Make a UUIDv7 as 32 hexadecimal digits, for what is written down and never read as a UUID."""
    return uuid_utils.uuid7().hex
