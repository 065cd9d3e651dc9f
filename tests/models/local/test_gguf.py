import io
import struct
from pathlib import Path

import numpy as np
import pytest

from assistant.models.local.gguf import UnknownGgufError, q8_0_of_q4_1, write_as_q8_0


def q4_1_block(scale: float, least: float, codes: list[int]) -> bytes:
    packed = bytes(low | high << 4 for low, high in zip(codes[:16], codes[16:], strict=True))
    return np.array([scale, least], dtype="<f2").tobytes() + packed


def weights_of_q8_0(blocks: bytes) -> np.ndarray:
    read = np.frombuffer(blocks, dtype=[("scale", "<f2"), ("codes", "i1", (32,))])
    weights: np.ndarray = read["scale"].astype(np.float32)[:, None] * read["codes"]
    return weights


def test_weights_stay_the_same_to_within_half_a_step() -> None:
    codes = [index % 16 for index in range(32)]
    # w = 0.5 * code - 3: from -3 to 4.5, so a step is 4.5 / 127.
    expected = np.array([0.5 * code - 3 for code in codes])
    found = weights_of_q8_0(q8_0_of_q4_1(q4_1_block(0.5, -3.0, codes)))[0]
    assert np.abs(found - expected).max() <= 0.5 * 4.5 / 127 + 0.002  # the scale itself has 11 bits
    assert found[15] == pytest.approx(4.5, rel=1e-3)


def test_a_block_of_zeros_stays_zero() -> None:
    assert not weights_of_q8_0(q8_0_of_q4_1(q4_1_block(0.0, 0.0, [7] * 32))).any()


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def gguf(kind: int, data: bytes, shape: int = 32) -> bytes:
    """A file with one text, one list and one tensor, as the format's documentation lays it out."""
    values = text(b"name") + struct.pack("<I", 8) + text(b"tiny")
    values += text(b"sizes") + struct.pack("<IIQ2I", 9, 4, 2, 1, 2)
    tensor = text(b"w") + struct.pack("<IQIQ", 1, shape, kind, 0)
    head = struct.pack("<4sIQQ", b"GGUF", 3, 1, 2) + values + tensor
    return head + b"\0" * (-len(head) % 32) + data


def test_a_file_is_rewritten_with_its_values_kept(tmp_path: Path) -> None:
    block = q4_1_block(1.0, 0.0, [3] * 32)
    source = tmp_path / "tiny.gguf"
    source.write_bytes(gguf(3, block))
    target = io.BytesIO()
    write_as_q8_0(source, target)
    # The same head with the type 8, then one Q8_0 block of 34 bytes, padded to 32.
    assert target.getvalue() == gguf(8, q8_0_of_q4_1(block) + b"\0" * 30)


def test_tensors_of_other_types_are_copied(tmp_path: Path) -> None:
    source = tmp_path / "tiny.gguf"
    source.write_bytes(gguf(0, struct.pack("<8f", *range(8)), shape=8))
    target = io.BytesIO()
    write_as_q8_0(source, target)
    assert target.getvalue() == source.read_bytes()


@pytest.mark.parametrize("content", [b"", b"no weights at all, just text", gguf(30, b"\0" * 64)])
def test_files_of_another_kind_are_refused(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "other.gguf"
    source.write_bytes(content)
    with pytest.raises(UnknownGgufError):
        write_as_q8_0(source, io.BytesIO())
