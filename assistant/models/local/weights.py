"""Weights that come as files inside a package: found without importing it, and checked before they are used."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import FatalModelError


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """One file of an installed package, pinned.

    Args:
        package: the name it is imported by.
        path: the file's place inside the package.
        sha256: what its content must hash to, 64 hex digits.
        install: what to type when it is missing or not the right one.
    """

    package: str
    path: str
    sha256: str
    install: str

    def locate(self) -> Path:
        """Where the file is.

        Raises:
            FatalModelError: the package is not installed, or lacks the file.
        """
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise FatalModelError("weights_not_installed", package=self.package, hint=self.install)
        found = Path(spec.origin).parent / self.path
        if not found.is_file():
            raise FatalModelError("weights_missing", package=self.package, file=self.path, hint=self.install)
        return found

    def verified(self) -> Path:
        """Where the file is, once its content is known to be the pinned one (98 MB take 0.1 to 0.3 s).

        Raises:
            FatalModelError: missing, or another file than the pinned one.
        """
        found = self.locate()
        with found.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != self.sha256:
            raise FatalModelError(
                "weights_not_tested",
                found=f"{digest[:12]}…",
                expected=f"{self.sha256[:12]}…",
                where=str(found),
                hint=f"remove the package {self.package} and install the pinned version: {self.install}",
            )
        return found
