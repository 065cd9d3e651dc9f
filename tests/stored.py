"""What tests look up in a database beside the product's own stores: whole histories, and what counts of a run."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.domain.certificates import Settlement
from assistant.routing.route import Decision
from assistant.store.certification.settlements import _named, _settlement
from assistant.store.database import Database
from assistant.store.runs.routes import RouteStore
from assistant.store.tables.certification import settlements
from assistant.store.tables.content import items, routes
from assistant.store.tables.review import gold_items


def newest_routes(database: Database, run_id: int) -> dict[str, Decision]:
    """The route that counts of each item of a run, by external id, in order of arrival."""
    query = (
        sa.select(items.c.external_id)
        .distinct()
        .join(routes, routes.c.item_id == items.c.id)
        .where(routes.c.run_id == run_id)
        .order_by(items.c.id)
    )
    store = RouteStore(database)
    with database.read() as connection:
        names = [row.external_id for row in connection.execute(query.add_columns(items.c.id))]
    return {name: store.of_item(run_id, name)[-1].decision for name in names}


def settlements_of(database: Database, item_id: str) -> list[Settlement]:
    """Everything an item was settled as in any run, oldest first."""
    query = _named().where(items.c.external_id == item_id).order_by(settlements.c.revision)
    with database.read() as connection:
        return [_settlement(row) for row in connection.execute(query)]


def gold_of(connection: sa.Connection, policy_id: str) -> list[sa.Row[tuple[object, ...]]]:
    """Every gold item of a policy, retired ones too, newest first."""
    query = sa.select(gold_items).where(gold_items.c.policy_id == policy_id).order_by(gold_items.c.id.desc())
    return list(connection.execute(query))
