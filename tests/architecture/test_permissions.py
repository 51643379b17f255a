from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp, create_app
from api.dependencies import actor_of
from api.permissions import Permission
from api.route import DuchaRoute
from api.router import permissions, public_operations, scopes_of
from supervision.foundation.actors import Role
from supervision.foundation.database import enter
from supervision.messaging import templates
from tests.contract.requests import Operation, ids_of, operations
from tests.factories import identity_provider
from tests.factories.desk import live
from tests.factories.identity import FRONT_END, Caller, let_act_for, make_official, make_unit
from tests.factories.scoring import adopt
from tests.places import Callers, Place

CALLING: list[Role] = [role for role in Role if role is not Role.SYSTEM]


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


Comes = Callable[[Callers, Place, Role], Awaitable[tuple[Caller, dict[str, str]]]]
# How many kinds of things a county of this test has; those that are rarer are tried by tests/contract.
MOST_NAMED = 30


async def signed_in(callers: Callers, place: Place, role: Role) -> tuple[Caller, dict[str, str]]:
    return await callers(place, role, is_person=True), {}


async def signed_in_weakly(callers: Callers, place: Place, role: Role) -> tuple[Caller, dict[str, str]]:
    """Sign somebody in by password alone."""
    caller = await callers(place, role, is_person=True)
    provider = identity_provider.of_this_process()
    issuer = f"{provider.url}/{place.actor.jurisdiction_id}"
    token = provider.token(str(caller.official_id), FRONT_END, iss=issuer, amr=["pwd"])
    return caller, {"Authorization": f"Bearer {token}"}


async def with_key(callers: Callers, place: Place, role: Role, **options: Any) -> tuple[Caller, dict[str, str]]:
    caller = await callers(place, role, is_person=False, **options)
    # In other tests an administrator holds two keys; here each has its own role's alone.
    caller.event_hooks = {}
    return caller, {}


async def acting_for_an_official(callers: Callers, place: Place, role: Role) -> tuple[Caller, dict[str, str]]:
    async with callers.sessions() as session:
        await enter(session, place.actor.jurisdiction_id)
        own_unit_id = await make_unit(session, place.actor)
        official_id = await make_official(session, place.actor, own_unit_id)
        await session.commit()
    unit_id = own_unit_id if role is Role.UNIT else None
    caller, _ = await with_key(callers, place, role, may_act_for_officials=True, unit_id=unit_id)
    async with callers.sessions() as session:
        await enter(session, place.actor.jurisdiction_id)
        headers = await let_act_for(session, caller, official_id, role, unit_id=unit_id)
        await session.commit()
    return caller, headers


@dataclass(frozen=True)
class Coming:
    """How somebody comes, which steps tell it from another way to come, and what is refused to a role that may."""

    comes: Comes
    is_tried: Callable[[Permission, Role], bool]
    refusal: Callable[[Permission], tuple[int, str] | None]


WEAK, PERSON = (401, "insufficient_user_authentication"), (403, "person_needed")
COMINGS = (
    Coming(signed_in, lambda _step, _role: True, lambda _: None),
    Coming(
        signed_in_weakly,
        lambda step, _: step.needs_fresh_sign_in,
        lambda step: WEAK if step.needs_fresh_sign_in else None,
    ),
    Coming(with_key, lambda step, role: role in step.roles, lambda step: PERSON if step.needs_person else None),
    Coming(
        acting_for_an_official,
        lambda step, role: step.needs_person and role in step.roles,
        lambda step: PERSON if step.needs_fresh_sign_in else None,
    ),
)


@pytest.mark.parametrize("coming", COMINGS, ids=lambda each: each.comes.__name__)
@pytest.mark.parametrize("role", CALLING)
async def test_a_role_may_what_the_table_says(
    app: DuchaApp, callers: Callers, here: Place, role: Role, coming: Coming
) -> None:
    caller, headers = await coming.comes(callers, here, role)
    wrong = {}
    for each in guarded(app):
        permission = permissions()[each.name]
        if not coming.is_tried(permission, role):
            continue
        answer = await each.call(caller, **headers)
        expected = coming.refusal(permission) if role in permission.roles else (403, "forbidden")
        found = (answer.status_code, answer.json()["code"]) if answer.status_code in {401, 403} else None
        if found != expected or answer.status_code >= 500:
            wrong[each.name] = answer.status_code, found, expected
    assert not wrong, (
        f"{role}, {coming.comes.__name__}, got {wrong}: mend `permission=` in api/routes; a 5xx is a fault"
    )


async def test_what_is_another_countys_is_not_there(
    app: DuchaApp, callers: Callers, session: AsyncSession, here: Place, elsewhere: Place
) -> None:
    own = {role: await callers(here, role, is_person=True) for role in CALLING}
    strangers = {role: await callers(elsewhere, role, is_person=True) for role in CALLING}
    await with_key(callers, here, Role.OFFICE)
    await templates.install_defaults(session, here.actor)
    await adopt(session, here.actor)
    await live(session, here.actor, month=3)
    await session.commit()
    ids = await ids_of(session, app.openapi())
    assert len(ids) >= MOST_NAMED, (
        f"only {sorted(ids)} have a row in the county: the life of an item makes fewer things"
    )
    wrong = {}
    for each in guarded(app):
        if not each.named & ids.keys():
            continue
        nowhere = told(await each.call(strangers[min(permissions()[each.name].roles)]))
        for role in permissions()[each.name].roles:
            if (there := told(await each.call(strangers[role], ids))) != nowhere or (
                each.method == "GET" and there[0] != 404
            ):
                wrong[each.name, role] = there, nowhere
    assert not wrong, f"of another county's things and of what is not there this was told: {wrong}"
    read = [each for each in guarded(app) if each.method == "GET" and each.named and each.named <= ids.keys()]
    blind = {each.name for each in read if not await is_read_by_somebody(each, own, ids)}
    assert not blind, f"{blind}: nobody reads these in their own county, so nothing was shown of the other one"


def told(answer: httpx.Response) -> tuple[int, str | None]:
    is_problem = answer.headers.get("Content-Type") == "application/problem+json"
    return answer.status_code, answer.json()["code"] if is_problem else None


async def is_read_by_somebody(operation: Operation, own: Mapping[Role, Caller], ids: Mapping[str, str]) -> bool:
    roles = permissions()[operation.name].roles
    return 200 in {(await operation.call(own[role], ids)).status_code for role in roles}


@pytest.mark.parametrize("scope", sorted({str(each.scope) for each in permissions().values() if each.scope}))
async def test_a_key_without_the_scope_may_not(app: DuchaApp, callers: Callers, here: Place, scope: str) -> None:
    needing = [each for each in guarded(app) if permissions()[each.name].scope == scope]
    roles = {each.name: min(permissions()[each.name].roles) for each in needing}
    narrow = {role: await callers(here, role, scopes=scopes_of(role) - {scope}) for role in set(roles.values())}
    statuses = {each.name: (await each.call(narrow[roles[each.name]])).status_code for each in needing}
    wrong = {name: status for name, status in statuses.items() if status != 403}
    assert not wrong, f"{wrong} without the scope {scope}, where 403 was due: mend `permission=` in api/routes"
