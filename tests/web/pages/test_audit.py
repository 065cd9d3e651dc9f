"""The log of changes, on a page."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from assistant.domain.review_work import Role
from assistant.store.audit import log as audit
from assistant.store.tables.people import audit_log
from tests.web.conftest import SignedIn
from tests.web.pages.reading import csv_rows, excel_rows, older, rows, words
from tests.workspaces import MadeUp


def log(made_up: MadeUp, count: int, action: str = "thing.done", **detail: str) -> None:
    with made_up.workspace.database.write() as connection:
        for number in range(count):
            audit.append(connection, "ana", action, f"thing:{number}", detail)


@pytest.mark.parametrize("role", Role)
def test_managers_and_admins_read_it_and_nobody_else(signed_in: SignedIn, role: Role) -> None:
    expected = 200 if role in {Role.MANAGER, Role.ADMIN} else 403
    assert signed_in(role).get("/audit").status_code == expected
    assert signed_in(role).get("/audit.csv").status_code == expected
    assert signed_in(role).post("/audit/verify").status_code == expected


def test_it_is_filtered_by_who_what_and_to_what(made_up: MadeUp, signed_in: SignedIn) -> None:
    log(made_up, 3)
    client = signed_in(Role.ADMIN)
    assert rows(client.get("/audit?action=thing.done")) == ["thing.done"] * 3
    assert "thing:2" in words(client.get("/audit?actor=ana&subject=thing:2"))
    assert "No matching entries" in words(client.get("/audit?actor=nobody"))


def test_pages_don_t_move_while_rows_are_added(made_up: MadeUp, signed_in: SignedIn) -> None:
    log(made_up, 120)
    client = signed_in(Role.ADMIN)
    first = client.get("/audit?action=thing.done")
    assert len(rows(first)) == 50
    log(made_up, 7)
    second = client.get(older(first))
    third = client.get(older(second))
    subjects = [line["subject"] for line in csv_rows(client.get("/audit.csv?action=thing.done"))]
    shown = [f"thing:{n}" for n in range(119, -1, -1)]
    assert subjects[7:] == shown
    assert (len(rows(second)), len(rows(third)), older(third)) == (50, 20, "")


def test_the_files_hold_the_same_rows_and_no_formula(made_up: MadeUp, signed_in: SignedIn) -> None:
    with made_up.workspace.database.write() as connection:
        for name in ("=1+2", "+1", "-1", "@x", "\tx", "plain"):
            audit.append(connection, name, "odd.name", "thing:1", {})
    client = signed_in(Role.ADMIN)
    as_csv, as_excel = csv_rows(client.get("/audit.csv?action=odd.name")), client.get("/audit.xlsx?action=odd.name")
    names = ["plain", "'\tx", "'@x", "'-1", "'+1", "'=1+2"]
    assert [row["actor"] for row in as_csv] == names
    assert [row["actor"] for row in excel_rows(as_excel)] == names
    assert as_excel.headers["content-disposition"] == 'attachment; filename="audit.xlsx"'


def test_verify_says_that_all_rows_hold_or_which_one_doesn_t(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.ADMIN)
    log(made_up, 2)
    assert "Audit log verified:" in words(client.post("/audit/verify"))
    with made_up.workspace.database.write() as connection:
        connection.execute(sa.update(audit_log).where(audit_log.c.id == 3).values(actor="somebody else"))
    told = words(client.post("/audit/verify"))
    assert "tampered with at row 3" in told
    assert "2 rows before it are intact" in told


def test_names_and_details_are_shown_as_text(made_up: MadeUp, signed_in: SignedIn) -> None:
    with made_up.workspace.database.write() as connection:
        audit.append(connection, "<b>x</b>", "odd.name", '"><script>alert(1)</script>', {"<i>": ["<img src=x>"]})
    page = signed_in(Role.ADMIN).get("/audit?action=odd.name").text
    assert not any(tag in page for tag in ("<b>x", "<script>alert", "<i>", "<img"))
    assert "&lt;img src=x&gt;" in page or "\\u003cimg" in page


def test_a_forged_verify_is_refused(signed_in: SignedIn) -> None:
    client = signed_in(Role.ADMIN)
    del client.headers["X-CSRF-Token"]
    assert client.post("/audit/verify").status_code == 403
