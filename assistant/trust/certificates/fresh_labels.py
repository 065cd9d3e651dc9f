"""What breaks a certificate: fresh blind labels of accepted items, in an order that says nothing about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain.labels import LabelAnswer
from assistant.routing.sampling import Key, draw
from assistant.trust.certificates.monitor import Monitoring, monitor
from assistant.trust.certificates.monitoring_plan import MonitoringPlan


@dataclass(frozen=True, slots=True)
class FreshLabels:
    """The fresh labels of the items that were drawn to monitor a certificate.

    Args:
        human: by external id, the human label of each drawn item that has one.
        machine: by external id, the machine's label of the accepted items.
        counted: ids that earlier checks counted, in the order they did.
    """

    human: Mapping[str, LabelAnswer]
    machine: Mapping[str, LabelAnswer]
    counted: Sequence[str]

    def new(self, certificate_id: int, key: Key) -> list[str]:
        """Ids of those that no check has counted, in an order drawn at random with the nonce of the run's routes."""
        purpose = f"order of checking certificate {certificate_id}"
        return sorted(self.human.keys() - set(self.counted), key=lambda name: (draw(key, name, purpose), name))

    def test(self, new: Sequence[str], plan: MonitoringPlan) -> Monitoring:
        """Test the certified error share on all of them, those counted before first.

        An item whose human label was taken back since it was counted is left out.

        Args:
            new: of `new`.
            plan: of the accepted items: permitted share, level, and how many there are.
        """
        order = [*(name for name in self.counted if name in self.human), *new]
        losses = [set(self.human[name]) != set(self.machine[name]) for name in order]
        return monitor(
            losses, np.ones(len(losses)), max_error=plan.permitted, level=plan.level, population=plan.population
        )
