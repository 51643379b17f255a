from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.document_codes import field_codes, problem_codes
from api.document_headers import ACTING_PARAMETER, BEHALF_PARAMETER, DISPOSITION_HEADER, RATE_HEADERS, headers_of
from api.router import permissions, public_operations
from api.schemas.fields import ProblemDetails

DESCRIPTION = """\
督查 (supervision): register what a county has decided, break it down into tasks, collect reports on the cadence,
tell those who must know, publish what can be published, and keep a score that can be disputed.

Every error is `application/problem+json` with a stable `code`. Lists are read page by page with `after`.
What can change carries an `ETag`; a change needs it in `If-Match`. Send an `Idempotency-Key` with whatever creates.
`x-problem-codes` and `x-field-codes` list every code with its texts in Chinese and English.
"""
# What the types of our columns bound, where a field says no more.
INT32 = {"format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
TEXT_LENGTHS = {"date": 10, "date-time": 35, "uuid": 36}
KEY_SCHEME = {"type": "http", "scheme": "bearer", "description": "`ducha_<kind>_<id>_<secret>_<checksum>`"}
TOKEN_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "a person's token of the county's identity provider (RFC 9068), checked as RFC8725 says",
}
# What a route reads of every caller by itself, so that FastAPI knows nothing of it.


_PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}
# Which problems an operation may answer beyond those that its own route declares.
_ALWAYS = (400, 405, 406, 429, 431, 500, 503)
_WITH_KEY = (401, 403)
# Where a signature over the body stands for a key.
SIGNED = frozenset({"receive_receipts", "accept_invitation"})
# Where a token is enough, of whoever has signed in, though nobody knows them here yet.
SIGNED_IN = frozenset({"accept_invitation"})
_TITLES = {
    400: "The request could not be understood",
    401: "No valid key",
    403: "Not allowed",
    404: "Not found, or not to be seen",
    405: "Another method is meant",
    406: "Only JSON is answered",
    408: "Not sent in time",
    409: "The present state does not allow it",
    410: "Taken back",
    412: "Changed by somebody else",
    413: "Too large",
    415: "Another media type is meant",
    422: "Not valid",
    428: "If-Match is missing",
    429: "Too many requests",
    431: "A header is too long",
    500: "A fault here",
    503: "The database is not available",
}


def make_document(app: FastAPI) -> dict[str, Any]:
    """Write the OpenAPI document that other front ends, gateways and contract tests rely on."""
    document = get_openapi(
        title="Ducha 督查",
        version="1",
        summary="Supervision of a county's tasks",
        description=DESCRIPTION,
        routes=app.routes,
        servers=[{"url": "/", "description": "this installation, production or test", "x-internal": False}],
        tags=[{"name": tag, "description": text} for tag, text in TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        contact={"name": "the office that runs this installation"},
    )
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["ProblemDetails"] = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schemas["ProblemDetails"].pop("$defs"))
    document["components"]["securitySchemes"] = {"key": KEY_SCHEME, "token": TOKEN_SCHEME}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    _bound(document)
    document["x-problem-codes"] = problem_codes()
    document["x-field-codes"] = field_codes()
    return document


TAGS = {
    "appointments": "roles of officials, their sign-in, identity providers (任命、登录关联)",
    "approvals": "what one proposes and another approves before it is done (提请与批准)",
    "identity": "units, officials, clients and keys (单位、人员、接入方)",
    "cadence": "calendar and scheduled runs (日历、周期)",
    "operations": "long work that can be watched (长任务)",
    "items": "items, numbers and the ledger (立项、台账)",
    "item life": "approval, changes, stages, suspension, merger and other ends (事项变更)",
    "papers": "instruction papers and their direct transfers (批示件、直接转交)",
    "notices": "inspection notices, circulation slips, acknowledgement (通知书、抄告单、签收)",
    "tasks": "decomposition, indicators, extensions (任务分解)",
    "progress": "obligations, reports, digests, completion (上报)",
    "documents": "attachments (附件)",
    "official documents": "what was issued, as docx and PDF, and the words of each kind (公文)",
    "inspections": "plans, findings, conclusions (督查方案、发现问题、结论)",
    "problems": "problems, escalation, decisions (问题化解)",
    "reviews": "completion reports, reviews, waivers, close-out (办结、销号)",
    "messaging": "templates, broadcasts, messages, receipts (短信督查)",
    "publication": "drafts, review, feeds (公开)",
    "scoring": "policy, deductions, scores (考核)",
    "bulletins": "circulars, rectification, media, accountability (督查通报)",
    "desk": "archives, work lists, burden and complaints of it, statistics (档案、待办、基层负担、统计)",
    "audit": "who did what (操作审计)",
    "system": "probes and this document",
}


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    responses = operation["responses"]
    if responses.get("422", {}).get("content", {}).keys() == {"application/json"}:
        del responses["422"]
    if name in public_operations():
        operation["security"] = [{"token": []}] if name in SIGNED_IN else []
    else:
        operation["security"] = [{"token": []}] if permissions()[name].needs_person else [{"key": []}, {"token": []}]
        operation.setdefault("parameters", []).extend([dict(BEHALF_PARAMETER), dict(ACTING_PARAMETER)])
        permission = permissions()[name]
        roles = ", ".join(sorted(permission.roles))
        needed = " A person must have signed in." if permission.needs_person else ""
        needed += " Within 15 minutes, with a second factor." if permission.needs_fresh_sign_in else ""
        operation["description"] = (
            f"{operation.get('description', '').strip()}\n\nScope `{permission.scope}`; roles: {roles}.{needed}"
        )
    for status in _problems_of(path, method, operation):
        responses.setdefault(
            str(status),
            {"description": _TITLES[status], "content": {"application/problem+json": {"schema": _PROBLEM}}},
        )
    for status, response in responses.items():
        if path.startswith(("/v1/", "/feeds/")):
            response.setdefault("headers", {}).update(RATE_HEADERS)
        response.setdefault("headers", {}).update(headers_of(status))
        if any(content["schema"].get("format") == "binary" for content in response.get("content", {}).values()):
            response["headers"]["Content-Disposition"] = DISPOSITION_HEADER
        if not response["headers"]:
            del response["headers"]
    for parameter in operation.get("parameters", []):
        _drop_null(parameter)
        # Without it the answer is 428, which FastAPI cannot know.
        parameter["required"] |= parameter["name"] == "if-match"


def _problems_of(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    problems = list(_ALWAYS)
    if operation["operationId"] not in public_operations():
        problems += _WITH_KEY
    if operation["operationId"] in SIGNED:
        problems.append(401)
    if operation.get("parameters") or "requestBody" in operation:
        problems.append(422)
    if "{" in path:
        problems.append(404)
    if "requestBody" in operation:
        problems.append(415)
    if method == "post":
        problems.append(409)
    if method != "get":
        problems += [408, 413]
    if any(each["name"] == "if-match" for each in operation.get("parameters", [])):
        problems += [409, 412, 428]
    return sorted(problems)


def _drop_null(parameter: dict[str, Any]) -> None:
    # A parameter is there or not; a null branch only makes clients send the word "null".
    branches = parameter["schema"].get("anyOf")
    if branches:
        (kept,) = [branch for branch in branches if branch.get("type") != "null"]
        rest = {key: value for key, value in parameter["schema"].items() if key != "anyOf"}
        parameter["schema"] = {**rest, **kept}


def _bound(node: Any) -> None:
    """Give every integer and every formatted text its bounds, so that a client knows how wide they are."""
    if isinstance(node, dict):
        if node.get("type") == "integer":
            node.update({**INT32, **node})
        if node.get("type") == "string" and "enum" not in node and node.get("format") in TEXT_LENGTHS:
            node.setdefault("maxLength", TEXT_LENGTHS[node["format"]])
        if "patternProperties" in node:
            # Keys that do not fit are refused, which Pydantic leaves unsaid.
            node.setdefault("additionalProperties", False)
        for child in node.values():
            _bound(child)
    elif isinstance(node, list):
        for child in node:
            _bound(child)
