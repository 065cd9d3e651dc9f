"""How figures are written: never alone, and undefined ones with the reason."""

from __future__ import annotations

from assistant.reports.words import Words
from assistant.stats.agreement.coefficient import Coefficient


def number(value: float, digits: int = 1) -> str:
    """With thousands parted by commas and a true minus; never a negative zero."""
    rounded = round(value, digits) + 0.0
    return f"{rounded:,.{digits}f}".replace("-", "−")


def signed(value: float, digits: int = 1) -> str:
    """`number` with a plus where it is above 0 as shown."""
    shown = number(value, digits)
    return shown if shown.startswith("−") or not any(sign in shown for sign in "123456789") else f"+{shown}"


def percent(value: float, words: Words, digits: int = 1) -> str:
    """A share as a percentage."""
    return words.say("{number} %", number=number(100 * value, digits))


def p_value(value: float) -> str:
    """A p-value; small ones as an inequality."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def dollars(value: float) -> str:
    """US$ without the sign: two decimals, small amounts with three significant digits."""
    return f"{value:,.2f}" if value >= 1 or value <= 0 else f"{value:.3g}" if value >= 0.0001 else f"{value:.2e}"


def duration(milliseconds: float) -> str:
    """Milliseconds, or seconds from 10 on."""
    return f"{milliseconds:,.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:,.1f} s"


def interval(figure: Coefficient, words: Words) -> str:
    """Both ends of a share's interval in per cent, or why there is none."""
    if figure.low is None or figure.high is None:
        return words.say("no interval: {reason}", reason=words.reason(figure.reason))
    low = number(100 * figure.low)
    return words.say(
        "{low} to {high}", low=low if words.language == "en" else f"{low}%", high=percent(figure.high, words)
    )


def size(figure: Coefficient, words: Words) -> str:
    """What a figure rests on: n, and what the items are worth where they don't weigh alike."""
    shown = f"n = {figure.n:,}"
    if abs(figure.effective_n - figure.n) < max(1.0, 0.01 * figure.n):
        return shown
    return words.punctuation.comma.join(
        (shown, words.say("worth {effective} independent items", effective=f"{figure.effective_n:,.0f}"))
    )


def share(figure: Coefficient, words: Words) -> str:
    """A share with interval and n, or the reason why it isn't defined."""
    if figure.value is None:
        return words.say("not defined: {reason}", reason=words.reason(figure.reason))
    inside = words.punctuation.semicolon.join((interval(figure, words), size(figure, words)))
    return percent(figure.value, words) + words.say(" ({inside})", inside=inside)
