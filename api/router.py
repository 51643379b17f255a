from collections.abc import Callable, Coroutine
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Response

from api import routes
from api.dependencies import read_version
from api.permissions import PUBLIC, Permission
from api.route import DuchaRoute, TakeIn
from supervision.foundation.actors import Role

Endpoint = TypeVar("Endpoint", bound=Callable[..., Coroutine[Any, Any, Response]])


class Router:
    """The operations of one tag, each declared with who may call it."""

    def __init__(self, tag: str, *, prefix: str = "/v1") -> None:
        self._declared = APIRouter(prefix=prefix, route_class=DuchaRoute, tags=[tag])

    def _declare(
        self,
        method: str,
        path: str,
        permission: Permission,
        facts: dict[str, Any],
        *,
        signs: bool = False,
        takes_in: TakeIn | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        if signs:
            facts["dependencies"] = [*facts.get("dependencies", ()), Depends(read_version)]

        def declare(endpoint: Endpoint) -> Endpoint:
            self._declared.add_api_route(path, endpoint, methods=[method], **facts)
            route = self.routes[-1]
            route.permission, route.signs, route.takes_in = permission, signs, takes_in
            return endpoint

        return declare

    def get(self, path: str, *, permission: Permission, **facts: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("GET", path, permission, facts)

    def post(
        self,
        path: str,
        *,
        permission: Permission,
        signs: bool = False,
        takes_in: TakeIn | None = None,
        **facts: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """Declare a POST; what `signs` is a step by which somebody puts their name to what they have read of a thing.

        It asks for the thing's ETag, its path is the thing's and one word more, and its endpoint hands the version on.
        What a body `takes_in` is done once its sender is known, while no connection of the database is held.
        """
        return self._declare("POST", path, permission, facts, signs=signs, takes_in=takes_in)

    def put(self, path: str, *, permission: Permission, **facts: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("PUT", path, permission, facts)

    def patch(self, path: str, *, permission: Permission, **facts: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("PATCH", path, permission, facts)

    def delete(self, path: str, *, permission: Permission, **facts: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("DELETE", path, permission, facts)

    @property
    def routes(self) -> list[DuchaRoute]:
        return self._declared.routes  # type: ignore[return-value] # its route class makes no others


@cache
def all_routes() -> tuple[DuchaRoute, ...]:
    """Return the routes of every file of api/routes, in the order of the files."""
    modules = (import_module(f"{routes.__name__}.{module.name}") for module in iter_modules(routes.__path__))
    return tuple(route for module in modules for route in module.router.routes)


def permissions() -> dict[str, Permission]:
    """Return who may call each operation, as the routes declare it, by the operation's name."""
    return {route.name: route.permission for route in all_routes()}


def signing_routes() -> tuple[DuchaRoute, ...]:
    """Return the routes by which people put their name to what they have read."""
    return tuple(route for route in all_routes() if route.signs)


def public_operations() -> frozenset[str]:
    """Return the operations that anybody may call without a key."""
    return frozenset(name for name, permission in permissions().items() if permission is PUBLIC)


@cache
def operations_of(role: Role) -> tuple[str, ...]:
    """Return every operation that a role may call, in the order of the alphabet."""
    return tuple(sorted(name for name, permission in permissions().items() if role in permission.roles))


@cache
def scopes_of(role: Role) -> frozenset[str]:
    """Return every scope that some operation of a role needs."""
    return frozenset(str(permission.scope) for permission in permissions().values() if role in permission.roles)
