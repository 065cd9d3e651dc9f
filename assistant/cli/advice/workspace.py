"""What a workspace holds."""

from __future__ import annotations

ADVICE = {
    "item_not_found": "assistant export items.csv  lists the ids",
}
