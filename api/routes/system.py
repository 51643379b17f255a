import hmac
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.errors import http_problem
from api.permissions import PUBLIC
from api.replies import reply, to_json
from api.router import Router
from api.schemas.system import Liveness, Readiness
from supervision.foundation import settings

router = Router("system", prefix="")

METRICS_TEXT = {"type": "string", "maxLength": 4_000_000}
# A role that could go round row-level security must not serve requests.
_READY = text("""
    SELECT (SELECT version_num FROM alembic_version) AS revision,
           rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) AS is_too_mighty
    FROM pg_roles r WHERE rolname = session_user
""")


@router.get("/livez", permission=PUBLIC, response_model=Liveness)
async def get_livez() -> Response:
    """Say that the process answers; asks nothing of anybody else."""
    return reply({"status": "live"})


@router.get(
    "/readyz",
    permission=PUBLIC,
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Not ready"}},
)
async def get_readyz(request: Request) -> Response:
    """Say whether requests can be served: database, migration head, the role's rights; without Redis only degraded."""
    checks: dict[str, str] = {"database": "unreachable", "migration": "unknown", "role": "unknown"}
    try:
        async with request.app.state.sessions() as session:
            row = (await session.execute(_READY)).mappings().one()
    except SQLAlchemyError:
        return reply({"status": "unready", "checks": checks}, HTTPStatus.SERVICE_UNAVAILABLE)
    checks = {
        "database": "ok",
        "migration": "ok" if row["revision"] == request.app.state.head else "not at head",
        "role": "too mighty" if row["is_too_mighty"] else "ok",
    }
    is_ready = set(checks.values()) == {"ok"}
    checks["redis"] = "ok" if await request.app.state.doorbell.is_reachable() else "degraded"
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return reply({"status": "ready" if is_ready else "unready", "checks": checks}, status)


@router.get(
    "/metrics",
    permission=PUBLIC,
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": METRICS_TEXT}}, "description": "Prometheus text"}},
)
async def get_metrics(request: Request) -> Response:
    """Give the metrics to whoever brings the token of the metrics file; without one there are none here."""
    path = settings.current().metrics_token_file
    token = path.read_bytes().strip() if path else b""
    sent = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    if not token or not hmac.compare_digest(sent, token):
        return http_problem(request.scope, HTTPStatus.NOT_FOUND)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/openapi.json", permission=PUBLIC, response_model=dict[str, Any])
async def get_openapi_document(request: Request) -> Response:
    """Give this document."""
    return Response(to_json(request.app.openapi()), media_type="application/json")
