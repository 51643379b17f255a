from uuid import UUID

from sqlalchemy import column, table, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from migrations.twins import Twin, find_twins
from supervision.audit import service as audit
from supervision.foundation.actors import system
from supervision.foundation.database import enter
from supervision.foundation.insertion import violated_constraint
from supervision.foundation.texts import read_name


class NoSuchTwin(LookupError):  # noqa: N818 - it states a fact, like every refusal
    """Only what shares its name with another is renamed here, and not to that name again."""

    def __init__(self) -> None:
        super().__init__(
            "没有此重名登记，或新名称仍与他人相同。请按 ducha names check 列出的编号改名。 "
            "This is none of the twins, or the new name is another's again. Take an id that `ducha names check` lists."
        )


async def list_twins(session: AsyncSession) -> list[list[Twin]]:
    """List, as the owner, whose names are told apart by nothing that people see; the schema may be the older one."""
    return await (await session.connection()).run_sync(find_twins)


async def rename_twin(session: AsyncSession, twin_id: UUID, name: str) -> Twin:
    """Give one of several twins another name, with its audit row; refuses who is no twin, and a blank name.

    Clients and officials cannot be renamed through the API, and an older release of it may not even be running.
    """
    name = read_name(name)
    twin = await _find_twin(session, twin_id)
    if twin is None:
        raise NoSuchTwin
    await enter(session, twin.jurisdiction_id, role="ducha_api")
    named = table(twin.table, column("id"), column("name"), column("version"))
    statement = update(named).where(named.c.id == twin.id)
    try:
        await session.execute(statement.values(name=name, version=named.c.version + 1))
    except IntegrityError as error:
        # An older schema names it otherwise, by the name as it was written.
        if not violated_constraint(error).startswith(f"uq_{twin.table}_jurisdiction_id_"):
            raise
        raise NoSuchTwin from None
    await audit.record(session, system(twin.jurisdiction_id), f"{twin.table}.renamed", twin.id, name=name)
    await enter(session, None, role="ducha_owner")
    if await _find_twin(session, twin_id) is not None:
        raise NoSuchTwin
    return Twin(twin.table, twin.jurisdiction_id, twin.id, (name, *twin.names[1:]))


async def _find_twin(session: AsyncSession, twin_id: UUID) -> Twin | None:
    groups = await list_twins(session)
    return next((twin for group in groups for twin in group if twin.id == twin_id), None)
