import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError, SettingsError
from assistant.models.embedders.hashing import HashingEmbedder
from assistant.models.embedders.worker import EmbeddingWorker
from tests.worded import says


def process_of(worker: EmbeddingWorker) -> int:
    process = worker._process
    assert process is not None
    assert process.pid is not None
    return process.pid


def wait_until_gone(pid: int, *, seconds: float = 120.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/status")
        if not status.exists() or "\nState:\tZ" in status.read_text():
            return True
        time.sleep(0.05)
    return False


def test_vectors_are_those_of_the_embedder_itself() -> None:
    texts = ["hello there", "", "\ud83d", "你好"]
    with EmbeddingWorker("hashing") as worker:
        assert worker.name == HashingEmbedder.name
        assert np.array_equal(worker.embed(texts), HashingEmbedder().embed(texts))
        pid = process_of(worker)
        assert worker.embed([]).shape == (0, 256)
        assert process_of(worker) == pid != os.getpid()
    assert wait_until_gone(pid)


def test_a_killed_process_is_a_clear_error_and_the_next_call_starts_a_new_one() -> None:
    with EmbeddingWorker("hashing") as worker:
        worker.embed(["hello"])
        os.kill(process_of(worker), signal.SIGKILL)
        with pytest.raises(FatalModelError, check=says("killed by signal 9")) as caught:
            worker.embed(["hello"])
        assert "run the same command again" in error_words(caught.value).hint
        assert worker.embed(["hello"]).shape == (1, 256)


def test_the_embedders_own_errors_come_through() -> None:
    with EmbeddingWorker("openai:text-embedding-3-small") as worker:
        with pytest.raises(FatalModelError, check=says("OPENAI_API_KEY")) as caught:
            worker.embed(["hello"])
        assert "OPENAI_BASE_URL" in error_words(caught.value).hint


def test_an_unknown_name_is_told_at_once() -> None:
    with pytest.raises(SettingsError):
        EmbeddingWorker("embeded")


def test_closing_twice_or_unused_is_fine() -> None:
    worker = EmbeddingWorker("hashing")
    worker.close()
    assert worker.embed(["hello"]).shape == (1, 256)
    worker.close()
    worker.close()


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import time\n"
        "from assistant.models.embedders.worker import EmbeddingWorker\n"
        "if __name__ == '__main__':\n"
        "    worker = EmbeddingWorker('hashing')\n"
        "    worker.embed(['hello'])\n"
        "    print(worker._process.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert wait_until_gone(child)
