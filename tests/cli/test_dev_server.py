"""`assistant dev-server` refuses what it does not know, before it listens."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Assistant


def test_it_lists_its_faults_and_takes_each_by_the_name_listed(assistant: Assistant) -> None:
    listed = assistant("dev-server", "--list-faults", "--json")
    assert {"reset", "bad_key", "thinking"} <= set(listed.json["faults"])
    assert {"temperature", "system", "tools"} <= set(listed.json["lacks"])
    assert "--fault reset" in assistant("dev-server", "--list-faults").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fault", "rest"), "--fault: no fault is called rest"),
        (("--fault", "reset", "--fault-when", "never"), "--fault-when: never is not known"),
        (("--fault", "reset", "--fault-when", "after:x"), "--fault-when: after:x is not known"),
        (("--lacks", "sytem"), "--lacks: sytem is not known"),
    ],
)
def test_a_mistyped_fault_is_refused_with_those_it_knows(
    assistant: Assistant, words: tuple[str, ...], said: str
) -> None:
    refused = assistant("dev-server", *words)
    assert refused.status != 0
    assert said in refused.stderr
    assert any(known in refused.stderr for known in ("always", "there are: "))
