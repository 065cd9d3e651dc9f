"""Shares of a whole run: of its labels, and of the items on which people agree with the machine."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.stats.agreement.coefficient import Coefficient


@dataclass(frozen=True, slots=True)
class Powered:
    """A share of all items of the run, by people's answers.

    Attributes:
        alone: from the labelled items alone.
        powered: from them and the machine's answers to all items.
        more_labels: as many more labels would make the interval of the labels alone as narrow.
        power: how much the machine's answers count, 0 to 1.
    """

    alone: Coefficient
    powered: Coefficient
    more_labels: int
    power: float


@dataclass(frozen=True, slots=True)
class RunShare:
    """How common a label is in the run.

    Attributes:
        label: its name.
        machine: share of all items that the machine gave it, as counted.
        share: by people's answers, where the labelled items stand for all; else None.
        corrected: where they don't, the labels people gave and the machine's count of the other items, corrected for
            its errors; else None.
    """

    label: str
    machine: float
    share: Powered | None = None
    corrected: Coefficient | None = None


@dataclass(frozen=True, slots=True)
class WholeRun:
    """What a whole run holds.

    Attributes:
        items: that the machine answered.
        labelled: items among them that people settled.
        stands_for_all: whether the labelled items, weighted, stand for all of them.
        shares: of each label.
        agreement: share of items on which people agree with the machine, where it says how sure it is and the
            labelled items stand for all; else None.
    """

    items: int
    labelled: int
    stands_for_all: bool
    shares: tuple[RunShare, ...]
    agreement: Powered | None = None
