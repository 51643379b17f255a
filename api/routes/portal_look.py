from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from fastapi import Response

from api.dependencies import ActorDep, SessionDep, VersionDep
from api.permissions import ADMINISTRATOR, OFFICE, PUBLISHER, Scope, may
from api.replies import one
from api.router import Router
from api.schemas.portal_look import PortalLookOut, SetPortalLook
from supervision.publication.portal.look import read_look, set_look

router = Router("publication")


@router.get(
    "/portal_look",
    permission=may(Scope.IDENTITY_READ, ADMINISTRATOR, OFFICE, PUBLISHER),
    response_model=PortalLookOut,
)
async def get_portal_look(session: SessionDep, actor: ActorDep) -> Response:
    """Read how the county's portal looks."""
    return one(_written(await read_look(session, actor)))


@router.put("/portal_look", permission=may(Scope.IDENTITY_WRITE, ADMINISTRATOR), response_model=PortalLookOut)
async def set_portal_look(body: SetPortalLook, session: SessionDep, actor: ActorDep, version: VersionDep) -> Response:
    """Set how the county's portal looks; a colour that cannot be read well is refused."""
    facts = body.model_dump()
    await set_look(session, actor, version, emblem=facts.pop("emblem_png"), **facts)
    return one(_written(await read_look(session, actor)))


def _written(look: Mapping[str, Any]) -> dict[str, Any]:
    facts = dict(look)
    emblem = facts.pop("emblem")
    return {**facts, "emblem_png": None if emblem is None else b64encode(emblem).decode()}
