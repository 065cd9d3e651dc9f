"""What a user chose for a proposal, and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.proposals.draft import DraftKind


@dataclass(frozen=True, slots=True)
class ProposalChoice:
    """What the user chose.

    Args:
        suite: its name or file.
        variant: the one in use.
        kind: what to change; None lets the analysis say.
        dev_share: of the items, for drafting; the others are for measuring.
        seed: of the split.
        drafter: the model that drafts; None takes the setting.
        out: file of the draft; None finds one.
        budget: US$ for drafting and measuring together; None for no cap.
    """

    suite: str
    variant: str
    kind: DraftKind | None = None
    dev_share: float = 0.5
    seed: int = 0
    drafter: str | None = None
    out: Path | None = None
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What drafting and measuring would take, before a cent is spent.

    Args:
        drafting_usd: of one question; None where the drafter's price is not known.
        measuring_usd: None where the price of the variant's model is not known.
        questions: to the variant's model.
    """

    drafting_usd: float | None
    measuring_usd: float | None
    questions: int

    @property
    def total_usd(self) -> float | None:
        """None where a part is not known."""
        parts = (self.drafting_usd, self.measuring_usd)
        return None if None in parts else sum(part for part in parts if part is not None)
