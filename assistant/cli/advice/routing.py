"""Routes and final labels."""

from __future__ import annotations

ADVICE = {
    "item_without_answer": "the id is as it was ingested; assistant export writes all of them",
    "run_not_calibrated": (
        "assistant sample  draws the items to label for training, and the first routes stay until then; where people"
        " have labeled every item, assistant settle  writes the final labels"
    ),
    "nothing_to_route": "assistant prelabel  makes them",
    "run_routed_meanwhile": "run the same command again",
}
