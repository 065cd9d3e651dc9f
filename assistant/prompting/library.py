"""Prompts by name: the workspace's own first, then those that ship with the package.

A version that ends in `-proposal` and a number is a draft: it is used only where its version is named.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from assistant.errors import PromptError
from assistant.prompting.template import Prompt, read_prompt

_DRAFT = re.compile(r"-proposal\d+$")


class PromptLibrary:
    """Finds prompts in folders laid out as `<name>/<version>.md`.

    Args:
        folders: searched in order; a version found in an earlier folder hides the same version in a later one.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def paths(self) -> dict[tuple[str, str], Path]:
        """Every prompt there is: (name, version) -> file, versions in their natural order."""
        found: dict[tuple[str, str], Path] = {}
        for folder in self._folders:
            for path in folder.glob("*/*.md"):
                found.setdefault((path.parent.name, path.stem), path)
        return dict(sorted(found.items(), key=lambda entry: (entry[0][0], _natural(entry[0][1]))))

    def get(self, ref: str) -> Prompt:
        """The prompt `name@version`, or the newest version of `name` that is no draft.

        Raises:
            PromptError: there is none, naming the nearest; or it has mistakes.
        """
        name, _, version = ref.partition("@")
        known = self.paths()
        versions = [found for found_name, found in known if found_name == name]
        if not versions or (version and version not in versions):
            everything = [f"{found_name}@{found}" for found_name, found in known]
            near = difflib.get_close_matches(ref, everything, n=1, cutoff=0.5)
            if near:
                raise PromptError("prompt_misspelled", hint=f"did you mean {near[0]}?", prompt=ref)
            raise PromptError("prompt_not_found", prompt=ref)
        in_use = [found for found in versions if not is_draft(found)]
        return read_prompt(known[name, version or (in_use or versions)[-1]])


def is_draft(version: str) -> bool:
    """Whether a version is a draft's."""
    return _DRAFT.search(version) is not None


def draft_version(version: str, number: int) -> str:
    """The version of a draft: `2-proposal1` for a draft from 2, or from another draft of it."""
    return f"{_DRAFT.sub('', version)}-proposal{number}"


def _natural(version: str) -> list[tuple[int, str]]:
    """Sort key that puts 10 after 9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", version) if part]
