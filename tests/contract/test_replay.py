"""Each operation asked once by a person and once by a key, and its answer held against the document.

Covered are all operations but the public ones: readings with the ids of what is there, so that most answer 200, all
others for what is not there, or with an empty body, so that they answer with a problem. Status, media type and schema
are those of the document; what needs a person is 403 `person_needed` to a key, and to nobody else. What succeeds in
writing is the matter of test_schemathesis.py.
"""

from typing import Any

import httpx
import pytest
from jsonschema_rs import Draft202012Validator
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from api.router import permissions, public_operations
from supervision.foundation.actors import Role
from supervision.messaging import templates
from tests.contract.front_end import FIRST
from tests.contract.requests import Operation, ids_of, operations
from tests.factories.desk import live
from tests.factories.scoring import adopt
from tests.places import Callers, Place


def wrong_with(document: dict[str, Any], operation: Operation, answer: httpx.Response) -> str | None:
    """Tell in what an answer differs from the document, if in anything."""
    declared = operation.facts["responses"].get(str(answer.status_code))
    if declared is None:
        return f"{answer.status_code} is not declared"
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    if media_type not in declared.get("content", {}):
        return f"{answer.status_code} with {media_type} is not declared"
    if not media_type.endswith("json"):
        return None
    schema = {"components": document["components"], **declared["content"][media_type]["schema"]}
    return next((each.message for each in Draft202012Validator(schema).iter_errors(answer.json())), None)


@pytest.mark.parametrize("kind", ["persons", "keys"])
async def test_answers_are_as_the_document_says(
    app: DuchaApp, callers: Callers, session: AsyncSession, here: Place, kind: str
) -> None:
    asking: dict[Role, Any] = {role: await callers(here, role, is_person=kind == "persons") for role in FIRST}
    await callers(here, Role.OFFICE, is_person=False)
    for caller in asking.values():
        caller.event_hooks = {}
    await templates.install_defaults(session, here.actor)
    await adopt(session, here.actor)
    await live(session, here.actor, month=3)
    await session.commit()
    document = app.openapi()
    ids, wrong, read, refused = await ids_of(session, document), {}, set(), set()
    asked = [each for each in operations(document) if each.name not in public_operations()]
    for each in asked:
        role = next(role for role in FIRST if role in permissions()[each.name].roles)
        answer = await each.call(asking[role], ids if each.method == "GET" else {})
        if problem := wrong_with(document, each, answer):
            wrong[each.name] = problem
        if answer.status_code == httpx.codes.OK and each.method == "GET":
            read.add(each.name)
        if answer.status_code == httpx.codes.FORBIDDEN and answer.json()["code"] == "person_needed":
            refused.add(each.name)
    assert wrong == {}
    assert refused == {name for name, step in permissions().items() if step.needs_person and kind == "keys"}
    assert len(read) > 60, "a run in which nothing is read shows little"
