"""How a user says in which way a file is to be read: as an option of the command, or in a suite's file."""

from __future__ import annotations

from assistant.ingest.reading.problems import ReadingChoice
from assistant.ingest.reading.rows import Refusal


def choice_words(choice: ReadingChoice) -> str:
    """`--encoding gb18030`, `--encoding labels=gb18030` for one of several files, or the line of a suite."""
    if choice.in_suite:
        written = choice.value if choice.value.isdecimal() else f'"{choice.value}"'
        return f"{choice.name} = {written} in [data.reading.{choice.role}]"
    value = f"{choice.role}={choice.value}" if choice.role else choice.value
    return f"--{choice.name.replace('_', '-')} {value}".strip()


def remedy_words(choice: ReadingChoice) -> str:
    """What to say so that rows that were refused are read."""
    if choice.name == "take_words":
        return f"{choice_words(choice)} takes posts that say just this"
    return f"if the whole file is in another encoding, name it: {choice_words(choice)}"


def refusal_words(refusal: Refusal) -> str:
    """Why a row is refused, and what to say so that it is read, where something can be said."""
    return f"{refusal.message}; {remedy_words(refusal.remedy)}" if refusal.remedy else refusal.message
