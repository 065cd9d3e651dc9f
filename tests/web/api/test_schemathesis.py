"""Whatever is sent, as the OpenAPI document allows it or not: never a 5xx, and answers are as they are described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from assistant.application.people.credentials import digest, new_token
from assistant.application.workspace.create import make_workspace
from assistant.domain.projects import FIRST_KEY
from assistant.domain.review_work import Role
from assistant.review.gold import make_gold
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.web.app import api_document
from assistant.wiring.workspace import Workspace
from tests.browser.made_up import serving
from tests.web.conftest import make_user
from tests.workspaces import MadeUp

EXAMPLES = 12  # of each operation and mode; about half a minute for all
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = schemathesis.openapi.from_dict(api_document())
OPERATIONS = [found.ok() for found in DOCUMENT.get_all_operations()]


class Served(NamedTuple):
    """A workspace in which people have worked, and who comes to it."""

    base_url: str
    tokens: dict[Role, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("api") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
        make_workspace(folder)
        with Workspace.open(folder) as workspace, serving(workspace) as base_url:
            made = MadeUp(workspace, 12)
            made.work(6)
            for post in made.posts[6:9]:
                made.task(post)
            with workspace.database.write() as connection:
                make_gold(
                    connection, made.posts[10].key, policy_id="community", labels=("safe",), explanation="", actor="lea"
                )
            yield Served(base_url, {role: token(workspace, role) for role in (Role.ADMIN, Role.REVIEWER)})
            made.close()


def token(workspace: Workspace, role: Role) -> str:
    secret, user = new_token(), make_user(workspace, f"{role.value}.bot", role)
    scopes = ("read", "label", "manage", "admin")
    ApiTokenStore(workspace.database).add(user, name="t", digest=digest(secret), scopes=scopes, actor="tests")
    return secret


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method.upper()} {one.path}")
def test_answers_are_as_described_and_never_a_server_error(
    served: Served, operation: APIOperation, mode: GenerationMode
) -> None:
    @seed(1)
    @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def every(case: Case) -> None:
        if "project" in case.path_parameters:
            case.path_parameters["project"] = FIRST_KEY  # any other one is refused at the door
        for secret in served.tokens.values():
            answer = case.call(base_url=served.base_url, headers={"Authorization": f"Bearer {secret}"}, timeout=300)
            case.validate_response(answer, checks=CHECKS)
            assert "Traceback" not in answer.text
            if answer.status_code >= 400:
                assert answer.json().keys() >= {"type", "title", "status", "detail", "code", "request_id"}

    every()
