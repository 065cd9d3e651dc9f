"""Who may use an address, told in the API's description from the very thing that decides it."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.routing import APIRoute

from assistant.domain.permissions import SCOPES, Permission, roles_that_may
from assistant.web.server.public_routes import needs_project

INSIDE = "x-in-project"
"""Marks an operation that works inside a project, until the description is put together."""
_END = "\nRaises:"  # of a docstring: what follows is for those who read the code


def tell_access(router: APIRouter) -> None:
    """Name the permission, the scope and the roles of each route, and describe it in the words of its docstring."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            about = route.description.split(_END)[0].strip()
            asked = permissions_of(route)
            route.openapi_extra = {INSIDE: True} if needs_project(route.endpoint) else {}
            if not asked:
                route.openapi_extra |= {"description": f"{about}\n\nFor all signed-in users."}
                continue
            route.openapi_extra |= {
                "description": "\n\n".join([about, *map(_sentence, asked)]),
                "x-permissions": [permission.value for permission in asked],
                "x-scopes": sorted({SCOPES[permission].value for permission in asked}),
            }


def permissions_of(route: APIRoute) -> list[Permission]:
    """What a route asks for, in order."""
    calls = (dependency.call for dependency in route.dependant.dependencies)
    return [asked for call in calls if (asked := getattr(call, "__permission__", None)) is not None]


def operation_id(route: APIRoute) -> str:
    """The name of an operation for clients that are generated: the handler's own."""
    return route.name


def _sentence(permission: Permission) -> str:
    roles = ", ".join(role.value for role in roles_that_may(permission))
    return f"Scope of a token: `{SCOPES[permission].value}`. Roles: {roles}."
