"""Who may do what: one table of roles, one of token scopes. Nothing here knows about requests or databases."""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum

from assistant.domain.review_work import Principal, Role


class Scope(StrEnum):
    """What an API token can be given."""

    READ = "read"
    LABEL = "label"
    MANAGE = "manage"
    ADMIN = "admin"
    ACCOUNTS = "accounts"


class Permission(StrEnum):
    """Something a page or an address does."""

    OWN = "own"  # one's own profile, history and figures
    READ_POLICY = "read_policy"
    REVIEW = "review"  # claim, answer, skip, escalate, undo
    SEE_QUEUE = "see_queue"
    STEER_QUEUE = "steer_queue"  # priorities, teams, handing over, what is enqueued
    SEE_DISAGREEMENTS = "see_disagreements"
    ADJUDICATE = "adjudicate"
    SEE_QUALITY = "see_quality"  # agreement, calibration, certificates
    SEE_RUNS = "see_runs"
    STEER_RUNS = "steer_runs"  # stop and resume: costs money
    SEE_PROMPTS = "see_prompts"
    SEE_FIGURES = "see_figures"  # people's figures, by pseudonym where names are not seen
    SEE_PEOPLE = "see_people"  # named persons: who is behind figures, answers and leases
    STAFF = "staff"  # who is a member of the project, and their teams, languages and skills
    MANAGE_GOLD = "manage_gold"  # gold and precedents
    EXPORT = "export"  # tables as files
    SEE_AUDIT = "see_audit"
    STEER_PROJECT = "steer_project"  # its title and state
    MANAGE_PROJECTS = "manage_projects"  # set up another one
    ERASE = "erase"  # content, for good
    CHANGE_POLICY = "change_policy"  # propose, approve and activate versions of the policy
    MANAGE_USERS = "manage_users"  # what people may take
    MANAGE_ACCESS = "manage_access"  # who gets in, and as what: accounts, roles, passwords, sessions, tokens


_P = Permission
_EVERYBODY = frozenset({_P.OWN, _P.READ_POLICY})
_LOOKING = _EVERYBODY | {
    _P.SEE_QUEUE,
    _P.SEE_DISAGREEMENTS,
    _P.SEE_QUALITY,
    _P.SEE_RUNS,
    _P.SEE_PROMPTS,
    _P.SEE_FIGURES,
    _P.EXPORT,
}
_LEADING = _LOOKING | {_P.REVIEW, _P.STEER_QUEUE, _P.ADJUDICATE, _P.SEE_PEOPLE, _P.STAFF, _P.MANAGE_GOLD}
_MANAGING = _LEADING | {_P.STEER_RUNS, _P.STEER_PROJECT, _P.SEE_AUDIT, _P.CHANGE_POLICY}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.EXTERNAL: _EVERYBODY | {_P.REVIEW},
    Role.REVIEWER: _EVERYBODY | {_P.REVIEW},
    Role.ANALYST: frozenset(_LOOKING),
    Role.LEAD: frozenset(_LEADING),
    Role.MANAGER: frozenset(_MANAGING),
    Role.ADMIN: frozenset(Permission),
}

SCOPES: dict[Permission, Scope] = {
    _P.OWN: Scope.READ,
    _P.READ_POLICY: Scope.READ,
    _P.REVIEW: Scope.LABEL,
    _P.SEE_QUEUE: Scope.READ,
    _P.STEER_QUEUE: Scope.MANAGE,
    _P.SEE_DISAGREEMENTS: Scope.READ,
    _P.ADJUDICATE: Scope.MANAGE,
    _P.SEE_QUALITY: Scope.READ,
    _P.SEE_RUNS: Scope.READ,
    _P.STEER_RUNS: Scope.MANAGE,
    _P.SEE_PROMPTS: Scope.READ,
    _P.SEE_FIGURES: Scope.MANAGE,
    _P.SEE_PEOPLE: Scope.MANAGE,
    _P.STAFF: Scope.MANAGE,
    _P.MANAGE_GOLD: Scope.MANAGE,
    _P.EXPORT: Scope.READ,
    _P.SEE_AUDIT: Scope.ADMIN,
    _P.STEER_PROJECT: Scope.MANAGE,
    _P.MANAGE_PROJECTS: Scope.ADMIN,
    _P.ERASE: Scope.ADMIN,
    _P.CHANGE_POLICY: Scope.MANAGE,
    _P.MANAGE_USERS: Scope.ADMIN,
    _P.MANAGE_ACCESS: Scope.ACCOUNTS,
}
"""The scope a token needs, beside its owner's role."""

CONFIRMED = frozenset({_P.MANAGE_ACCESS})
"""What a session may do only shortly after its person has shown that it is them."""


OF_WORKSPACE = frozenset({_P.SEE_AUDIT, _P.MANAGE_PROJECTS, _P.MANAGE_USERS, _P.MANAGE_ACCESS})
"""What is about all projects together: where there are several, a role in one of them doesn't open it."""


_RANKS = {Role.EXTERNAL: 0, Role.REVIEWER: 0, Role.ANALYST: 0, Role.LEAD: 1, Role.MANAGER: 2, Role.ADMIN: 3}


def may_give(own: Role | None, role: Role) -> bool:
    """Whether somebody with a role of their own (None for none) may make others members in this role, or end that."""
    return own is not None and role_may(own, Permission.STAFF) and _RANKS[role] <= _RANKS[own]


def role_may(role: Role, permission: Permission) -> bool:
    """Whether people of this role may do it."""
    return permission in ROLES[role]


def may(principal: Principal, permission: Permission) -> bool:
    """Whether a person may do it: by their role and, where they came with a token, also by its scopes."""
    return role_may(principal.role, permission) and (
        not principal.scopes or SCOPES[permission].value in principal.scopes
    )


def roles_that_may(permission: Permission) -> list[Role]:
    """The roles that may do it, for an error that says whom to ask."""
    return [role for role in Role if role_may(role, permission)]


def unknown_scopes(scopes: Set[str]) -> list[str]:
    """Those that are no scope."""
    return sorted(scopes - {scope.value for scope in Scope})
