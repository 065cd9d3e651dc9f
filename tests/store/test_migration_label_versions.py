"""What migration 0013 makes of labels from before versions were kept: known where the queue knew it, else unknown."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.domain.label_versions import LabelVersions
from assistant.store.database import Database, _engine
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.tables.content import reviews
from assistant.store.tables.review import adjudications
from tests.store.old_schema import old_schema
from tests.store.test_migration_nonces import url  # noqa: F401 - the fixture: one database of each kind

AT = "2026-11-30T08:00:00.000+00:00"


def test_labels_of_the_queue_get_their_version_and_all_others_stay_unknown(url: str) -> None:  # noqa: F811
    engine = _engine(url)
    add = old_schema(engine, "0010")
    add("users", id=1, name="ana", created_at=AT)
    add("items", id=1, external_id="i1", content_digest="d1")
    for number, rater in ((1, "ana"), (2, "imported")):
        add("reviews", id=number, item_id=1, rater=rater, labels='["safe"]', created_at=AT)
    detail = {"policy_id": "community", "policy_version": "3", "seconds": 2.0, "changed": False}
    add("review_details", review_id=1, user_id=1, submit_key="k", clauses="[]", **detail)
    add("adjudications", id=1, item_id=1, labels='["safe"]', created_at=AT)
    engine.dispose()
    database = Database.open(url)
    with database.read() as connection:
        given = connection.execute(
            sa.select(reviews.c.rater, reviews.c.policy_id, reviews.c.policy_version).order_by(reviews.c.id)
        ).all()
        settled = connection.execute(sa.select(adjudications.c.policy_id, adjudications.c.policy_version)).all()
    assert given == [("ana", "community", "3"), ("imported", None, None)]
    assert settled == [(None, None)]

    def labels(versions: LabelVersions) -> int:
        database.versions_in_use = lambda: versions
        return ReviewStore(database).count()["labels"]

    # What was not kept counts everywhere until a change is in effect, and then as the version before it.
    assert labels(LabelVersions("community", "3")) == 2
    assert labels(LabelVersions("community", "4")) == 1
    assert labels(LabelVersions("community", "4", unknown_as="3")) == 0
    database.close()
