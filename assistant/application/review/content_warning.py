"""Which texts stay covered on pages until a person opens them."""

from __future__ import annotations

from collections.abc import Collection

from assistant.domain.labels import severity
from assistant.domain.policies import LabelKind
from assistant.store.review.labels.all_labels import labels_said
from assistant.wiring.workspace import Workspace


def covered_items(workspace: Workspace, keys: Collection[int]) -> frozenset[int]:
    """The items whose text stays covered, by row number: one label given to them is severe, whoever gave it.

    The model's, the classifier's, reviewers', adjudicated and known answers count alike, so that a text is covered on
    every page or on none; the routing settings say which labels are severe. Grades are no harm.
    """
    label_set, limit = workspace.policy.label_set, workspace.settings.routing.severe_from
    if label_set.kind is LabelKind.ORDINAL or not keys:
        return frozenset()
    with workspace.database.read() as connection:
        said = labels_said(connection, keys)
    return frozenset(key for key in keys if severity(tuple(said.get(key, ())), label_set) >= limit)
