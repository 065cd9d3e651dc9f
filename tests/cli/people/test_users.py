"""People, tokens and the log of changes from the command line."""

from __future__ import annotations

import io
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Assistant, Said

PASSWORD = "correct horse battery"  # noqa: S105 - of made-up people


@pytest.fixture
def typed(assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    """Runs a command in the workspace with a line on standard input."""

    def call(*words: str | Path, line: str = PASSWORD) -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(line + "\n"))
        return assistant(*words, "-w", workspace)

    return call


def test_somebody_is_added_listed_changed_and_shut_out(typed: Assistant) -> None:
    added = typed("users", "add", "Ana", "--role", "admin", "--languages", "en, zh", "--json")
    assert added.status == 0, added.stderr
    assert added.json | {"created_at": ""} == {
        "name": "ana",
        "display_name": "ana",
        "role": "admin",
        "has_password": True,
        "languages": ["en", "zh"],
        "skills": [],
        "queues": [],
        "team": "",
        "disabled": False,
        "created_at": "",
    }
    assert typed("users", "add", "bo", "--no-password", "--team", "night").status == 0
    table = typed("users", "list").stdout
    assert "password" in table
    assert "link or token" in table
    changed = typed("users", "roles", "bo", "lead", "--skills", "expert", "--queues", "a,b", "--json").json
    assert (changed["role"], changed["skills"], changed["queues"]) == ("lead", ["expert"], ["a", "b"])
    assert "adjudicate" in changed["may"]
    assert typed("users", "disable", "bo").stdout == "bo is disabled\n"
    assert typed("users", "list", "--json").json[1]["disabled"] is True
    assert typed("users", "enable", "bo").status == 0
    assert typed("users", "roles", "bo", "--json").json["team"] == "night"


def test_a_password_is_never_an_argument_and_never_shown(typed: Assistant, workspace: Path) -> None:
    assert typed("users", "add", "ana", "--password", PASSWORD).status == 2
    said = typed("users", "add", "ana", "--role", "admin", "--password-stdin")
    assert PASSWORD not in said.stdout + said.stderr
    assert typed("users", "password", "ana", line="another good password").status == 0
    assert PASSWORD.encode() not in (workspace / ".assistant" / "assistant.db").read_bytes()


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("ana", "short", "the password has 5 characters"),
        ("ana", "", "the password has 0 characters"),
        ("ana", "x" * 1025, "the password has 1,025 characters"),
        ("long-enough-name", "Long-Enough-Name1", "the password is the name itself"),
        ("a b", PASSWORD, "can't be a name"),
        ("<b>", PASSWORD, "can't be a name"),
    ],
)
def test_names_and_passwords_that_will_not_do_are_refused(typed: Assistant, name: str, line: str, told: str) -> None:
    said = typed("users", "add", name, line=line)
    assert said.status == 1
    assert told in said.stderr
    assert typed("users", "list", "--json").json == []


def test_a_name_is_taken_once_and_the_last_admin_stays(typed: Assistant) -> None:
    typed("users", "add", "ana", "--role", "admin")
    assert "there is a user of this name already" in typed("users", "add", "ANA").stderr
    for words in (("users", "disable", "ana"), ("users", "roles", "ana", "lead")):
        assert "last admin" in typed(*words).stderr
    typed("users", "add", "bo", "--role", "admin")
    assert typed("users", "disable", "ana").status == 0
    assert "there is no user of this name" in typed("users", "roles", "who").stderr


def test_a_link_for_a_running_server(typed: Assistant) -> None:
    typed("users", "add", "ana", "--role", "admin")
    said = typed("users", "link", "ana", "--port", "8999")
    assert said.stdout.startswith("http://127.0.0.1:8999/login/link?token=")
    assert typed("users", "link", "nobody").status == 1


def test_tokens_are_shown_once_listed_and_revoked(typed: Assistant) -> None:
    typed("users", "add", "ana", "--role", "admin")
    made = typed("tokens", "add", "dashboard", "--user", "ana", "--scope", "read", "--scope", "label", "--json").json
    assert made["token"].startswith("lat_")
    assert made["scopes"] == ["label", "read"]
    listed = typed("tokens", "list", "--json")
    assert made["token"] not in listed.stdout
    assert [one["revoked_at"] for one in listed.json] == [None]
    assert typed("tokens", "revoke", "1").status == 0
    assert typed("tokens", "list", "--json").json[0]["revoked_at"]
    assert "there is no scope root" in typed("tokens", "add", "x", "--user", "ana", "--scope", "root").stderr
    assert "there is no such token" in typed("tokens", "revoke", "9").stderr
    assert typed("tokens", "add", "x", "--user", "ana").status == 2


def test_every_change_is_in_the_log_and_a_forged_one_is_found(typed: Assistant, workspace: Path) -> None:
    typed("users", "add", "ana", "--role", "admin")
    typed("users", "add", "bo")
    typed("users", "roles", "bo", "lead")
    typed("tokens", "add", "t", "--user", "bo", "--scope", "read")
    typed("users", "disable", "bo")
    entries = typed("audit", "list", "--json").json
    assert [(one["action"], one["subject"]) for one in entries] == [
        ("user.disable", "user:bo"),
        ("token.add", "token:1"),
        ("user.change", "user:bo"),
        ("user.add", "user:bo"),
        ("user.add", "user:ana"),
    ]
    assert entries[0]["detail"] == {"sessions_ended": 0, "tokens_revoked": 1}
    assert entries[2]["detail"] == {"role": ["reviewer", "lead"], "sessions_ended": 0}
    assert len(typed("audit", "list", "--action", "user.add", "--json").json) == 2
    whole = typed("audit", "verify", "--json").json
    assert (whole["whole"], whole["rows"]) == (True, 5)
    assert typed("audit", "verify", "--head", whole["head"]).status == 0
    with sqlite3.connect(workspace / ".assistant" / "assistant.db") as database:
        database.execute("DELETE FROM audit_log WHERE id = 5")
    database.close()
    cut = typed("audit", "verify", "--head", whole["head"])
    assert cut.status == 1
    assert "rows were removed at the end" in cut.stdout
    with sqlite3.connect(workspace / ".assistant" / "assistant.db") as database:
        database.execute("UPDATE audit_log SET actor = 'somebody else' WHERE id = 2")
    database.close()
    forged = typed("audit", "verify")
    assert forged.status == 1
    assert "broken at row 2 (changed); the 1 rows before it are intact" in forged.stdout


def test_a_port_that_is_taken_and_a_log_that_is_none_are_said(typed: Assistant) -> None:
    assert "is neither file nor stderr" in typed("serve", "--log", "nowhere").stderr
    refused = typed("serve", "--team")
    assert refused.status == 1
    assert "no one could sign in" in refused.stderr


TEAM = """name,role,display_name,languages,skills,queues,team
Ana,lead,Ana María,"en, es",expert,,night
bo,,Bo,zh;en,,partner-zh,
"""


def test_a_team_comes_from_a_file_and_who_is_there_stays_as_they_are(typed: Assistant, tmp_path: Path) -> None:
    file, passwords = tmp_path / "team.csv", tmp_path / "first.csv"
    file.write_text(TEAM, encoding="utf-8")
    assert typed("users", "import", file, "--dry-run", "--json").json["added"] == ["ana", "bo"]
    assert typed("users", "list", "--json").json == []
    said = typed("users", "import", file, "--passwords", passwords)
    assert said.status == 0, said.stderr
    assert "2 added, 0 unchanged" in said.stdout
    [ana, bo] = typed("users", "list", "--json").json
    assert (ana["role"], ana["display_name"], ana["languages"]) == ("lead", "Ana María", ["en", "es"])
    assert (ana["skills"], ana["team"], ana["has_password"]) == (["expert"], "night", True)
    assert (bo["role"], bo["languages"], bo["queues"]) == ("reviewer", ["zh", "en"], ["partner-zh"])
    head, *given = passwords.read_text(encoding="utf-8").splitlines()
    assert (head, [line.split(",")[0] for line in given]) == ("name,password", ["ana", "bo"])
    assert passwords.stat().st_mode & 0o777 == 0o600
    assert not any(line.split(",")[1] in said.stdout + said.stderr for line in given)
    file.write_text(TEAM + "cy,analyst,,,,,\n", encoding="utf-8")
    again = typed("users", "import", file, "--json").json
    assert (again["added"], again["there_already"]) == (["cy"], ["ana", "bo"])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("name,role\nana,boss\n", "'boss' is no role"),
        ("name,rolle\nana,lead\n", "rolle is no column of people"),
        ("name,role\n,lead\n", "it has no name"),
        ("role\nlead\n", "it has no name"),
        ("name\na b c\n", "can't be a name to sign in with"),
        ("name\nana\nANA\n", "ana was in line 2 already"),
    ],
)
def test_nobody_is_added_where_a_row_is_wrong(typed: Assistant, tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "team.csv").write_text(rows, encoding="utf-8")
    refused = typed("users", "import", tmp_path / "team.csv")
    assert (refused.status, said in refused.stderr) == (1, True), refused.stderr
    assert typed("users", "list", "--json").json == []


def test_a_file_of_passwords_is_never_written_over(typed: Assistant, tmp_path: Path) -> None:
    (tmp_path / "team.csv").write_text("name\nbo\n", encoding="utf-8")
    (tmp_path / "first.csv").write_text("kept", encoding="utf-8")
    assert typed("users", "import", tmp_path / "team.csv", "--passwords", tmp_path / "first.csv").status != 0
    assert (tmp_path / "first.csv").read_text(encoding="utf-8") == "kept"
    assert typed("users", "list", "--json").json == []


def test_where_people_work_is_imported_printed_and_changed_from_a_day_on(typed: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    head = "name,role,languages,team,vendor,site,contract,weekly_hours,valid_from,valid_to\n"
    rows = [
        "ana,reviewer,en,A,Acme,Lisbon,C1,40,2026-01-01,2026-01-31",
        "ana,reviewer,en,B,Acme,Lisbon,C1,20,2026-02-01,",
    ]
    file.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    assert typed("users", "import", file, "--dry-run", "--json").json["memberships"] == 2
    said = typed("users", "import", file, "--json")
    assert (said.json["added"], said.json["memberships_set"]) == (["ana"], 2), said.stderr
    told = typed("users", "memberships", "ana", "--json").json
    assert [(one["team"], one["valid_from"], one["valid_to"]) for one in told] == [
        ("A", "2026-01-01", "2026-01-31"),
        ("B", "2026-02-01", None),
    ]
    moved = typed("users", "move", "ana", "--team", "C", "--vendor", "Other", "--from", "2026-03-01", "--json")
    assert [(one["team"], one["valid_to"]) for one in moved.json][1:] == [("B", "2026-02-28"), ("C", None)]
    assert "ends the day before" in moved.stderr
    assert typed("users", "groups", "--by", "vendor", "--json").json["groups"] == []
    for words in (("--by", "shoe"), ("--from", "soon"), ("--from", "2026-02-01", "--to", "2026-01-01")):
        assert typed("users", "groups", *words).status != 0, words
    assert typed("users", "move", "ana", "--team", "D", "--from", "2026-13-01").status != 0
    assert typed("users", "move", "nobody", "--team", "D").status != 0
    rows.append("ana,reviewer,en,D,Acme,Lisbon,C1,40,2026-02-15,")
    file.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    refused = typed("users", "import", file)
    assert refused.status != 0
    assert "line 4" in refused.stderr
    assert len(typed("users", "memberships", "ana", "--json").json) == 3
