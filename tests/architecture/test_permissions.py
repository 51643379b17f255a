from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from api.app import DuchaApp, create_app
from api.dependencies import actor_of
from api.route import DuchaRoute
from api.router import permissions, public_operations, scopes_of
from supervision.foundation.actors import Role
from tests.contract.requests import Operation, operations
from tests.places import Callers, Place

CALLING = [role for role in Role if role is not Role.SYSTEM]


@pytest.fixture(scope="module")
def routes() -> list[APIRoute]:
    routes = [context.original_route for context in iter_route_contexts(create_app().routes)]
    return [route for route in routes if isinstance(route, APIRoute)]


def dependencies(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from dependencies(each)


def test_every_route_knows_its_caller_or_is_public(routes: list[APIRoute]) -> None:
    nameless = {route.name for route in routes if actor_of not in set(dependencies(route.dependant))}
    assert nameless == public_operations(), "these differ: take ActorDep, or declare permission=PUBLIC"


def test_every_operation_has_a_name_and_a_permission_of_its_own(routes: list[APIRoute]) -> None:
    names = [route.name for route in routes]
    assert len(names) == len(set(names)), "two routes of one name: the function's name is the operation's, rename one"
    assert set(names) == set(permissions()), "declare routes with api.router.Router, whose decorators ask who may call"


def test_every_route_is_strict(routes: list[APIRoute]) -> None:
    lax = [route.name for route in routes if not isinstance(route, DuchaRoute)]
    assert not lax, f"{lax}: declare them with api.router.Router, whose routes refuse what they do not know"


def test_what_creates_can_be_repeated(app: DuchaApp) -> None:
    # A key's text is shown once and kept nowhere, so it cannot be shown again; receipts carry their own key.
    exempt = {"issue_key", "link_official", "receive_receipts"}
    creating = [each for each in operations(app.openapi()) if {"201", "202"} & each.facts["responses"].keys()]
    headers = {each.name: {one["name"].lower() for one in each.facts.get("parameters", [])} for each in creating}
    once = {name for name, names in headers.items() if "idempotency-key" not in names} - exempt
    assert not once, f"{once} create and cannot be repeated safely: add dependencies=[Once] in api/routes"


def test_what_changes_a_thing_needs_its_version(app: DuchaApp) -> None:
    changing = [each for each in operations(app.openapi()) if each.method in {"PUT", "PATCH", "DELETE"}]
    headers = {each.name: {one["name"].lower() for one in each.facts["parameters"]} for each in changing}
    blind = {name for name, names in headers.items() if "if-match" not in names}
    assert not blind, f"{blind} change a thing whatever its version: take VersionDep in api/routes, and hand it on"


def guarded(app: DuchaApp) -> list[Operation]:
    return [each for each in operations(app.openapi()) if each.name not in public_operations()]


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic eDp5", "Bearer"])
async def test_nobody_is_let_in_without_a_key(app: DuchaApp, callers: Callers, here: Place, header: str) -> None:
    caller = await callers(here, "office")
    answers = {each.name: await each.call(caller, Authorization=header) for each in guarded(app)}
    let_in = {name: answer.status_code for name, answer in answers.items() if answer.status_code != 401}
    assert not let_in, f"{let_in} answer without a key: the endpoint takes ActorDep, or is declared permission=PUBLIC"
    told = {(answer.json()["code"], answer.headers["WWW-Authenticate"]) for answer in answers.values()}
    assert told == {("unauthenticated", "Bearer")}, "a 401 names Bearer: raise Unauthenticated (api/errors.py)"


@pytest.mark.parametrize("role", CALLING)
async def test_a_role_may_what_the_table_says(app: DuchaApp, callers: Callers, here: Place, role: Role) -> None:
    caller = await callers(here, role, is_person=True)
    wrong = {}
    for each in guarded(app):
        status = (await each.call(caller)).status_code
        is_let_in = status not in {401, 403}
        if is_let_in != (role in permissions()[each.name].roles) or status >= 500:
            wrong[each.name] = status
    assert not wrong, f"a caller of role {role} got {wrong}: mend `permission=` in api/routes; a 5xx is a fault"


@pytest.mark.parametrize("scope", sorted({str(each.scope) for each in permissions().values() if each.scope}))
async def test_a_key_without_the_scope_may_not(app: DuchaApp, callers: Callers, here: Place, scope: str) -> None:
    needing = [each for each in guarded(app) if permissions()[each.name].scope == scope]
    roles = {each.name: min(permissions()[each.name].roles) for each in needing}
    narrow = {role: await callers(here, role, scopes=scopes_of(role) - {scope}) for role in set(roles.values())}
    statuses = {each.name: (await each.call(narrow[roles[each.name]])).status_code for each in needing}
    wrong = {name: status for name, status in statuses.items() if status != 403}
    assert not wrong, f"{wrong} without the scope {scope}, where 403 was due: mend `permission=` in api/routes"
