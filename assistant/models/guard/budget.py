"""What answers cost, and a spend cap that calls on their way can't exceed."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import BudgetError

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """US$ per million tokens; None where a price is not known.

    Args:
        input: of the prompt.
        output: of the reply.
        cached: of the prompt's part that the server had in its cache; None for the price of the rest.
    """

    input: float | None = None
    output: float | None = None
    cached: float | None = None

    @property
    def known(self) -> bool:
        """Whether costs can be determined."""
        return self.input is not None and self.output is not None

    def cost(self, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> float | None:
        """US$ of one answer, None when a price is not known.

        Args:
            prompt_tokens: all of them, the cached ones included.
            completion_tokens: of the reply.
            cached_tokens: those of the prompt that came from the cache.
        """
        if self.input is None or self.output is None:
            return None
        cached_price = self.input if self.cached is None else self.cached
        fresh = max(0, prompt_tokens - cached_tokens)
        return (fresh * self.input + cached_tokens * cached_price + completion_tokens * self.output) / _MILLION


class Budget:
    """The spend cap of a run: an estimate is set aside before each call and replaced by the cost after it.

    Args:
        cap: US$, None for no cap (then it only counts).
        spent: US$ that earlier sessions of the run have cost.
    """

    def __init__(self, cap: float | None = None, *, spent: float = 0.0) -> None:
        self.cap = cap
        self.spent = spent
        self._reserved = 0.0
        self._open = 0

    def reserve(self, estimate: float) -> None:
        """Set aside what a call may cost at most.

        Raises:
            BudgetError: it could cost more than is left.
        """
        if self.cap is not None and self.spent + self._reserved + estimate > self.cap:
            raise BudgetError(
                "budget_used_up",
                cap=f"{self.cap:.2f}",
                spent=f"{self.spent:.4f}",
                reserved=f"{self._reserved:.4f}",
                estimate=f"{estimate:.4f}",
            )
        self._reserved += estimate
        self._open += 1

    def settle(self, estimate: float, cost: float) -> None:
        """Replace an estimate by the cost (0 when nothing was billed)."""
        self.spent += cost
        self._open -= 1
        # Sums of fractions drift; with nothing on its way nothing is set aside.
        self._reserved = max(0.0, self._reserved - estimate) if self._open else 0.0
