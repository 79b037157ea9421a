"""Memory on a model of 1.1 billion parameters, random weights in TinyLlama's shape: what is private
to the process, sampled while it runs."""

import json
import shutil
import signal
import subprocess
import time

import pytest
from conftest import peak_private

MB = 1024 * 1024
ROOM = 6 << 30  # the checkpoint and its IR


@pytest.fixture(scope="module")
def checkpoint(programs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("1.1b")
    if shutil.disk_usage(folder).free < ROOM:
        pytest.skip(f"less than 6 GB free in {folder}")
    subprocess.run([programs / "make_model", "1.1b", folder / "hf", "--dtype", "bf16"], check=True)
    yield folder / "hf"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def export(hearth, checkpoint):
    """(IR folder, peak of private bytes while it was written)"""
    out = checkpoint.parent / "ir"
    process = hearth.start("export", "-m", checkpoint, out)
    return out, peak_private(process)


def test_an_interrupted_export_leaves_nothing(hearth, checkpoint):
    out = checkpoint.parent / "half/ir"
    out.parent.mkdir()
    process = hearth.start("export", "-m", checkpoint, out)
    while not any(out.parent.iterdir()):
        assert process.poll() is None
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert list(out.parent.iterdir()) == []


def test_export_needs_little_memory(export):
    _, peak = export
    assert MB < peak < 300 * MB


@pytest.mark.parametrize("flags", [["int8"], ["int4", "--group-size", 128]], ids=["int8", "int4"])
def test_compression_needs_little_memory(hearth, checkpoint, flags):
    """Less than one of the two largest tensors, 131 MB in bf16."""
    out = checkpoint.parent / "small"
    peak = peak_private(hearth.start("export", "-m", checkpoint, out, "--weight-format", *flags))
    shutil.rmtree(out)
    assert MB < peak < 100 * MB


def test_weights_are_held_once(hearth, export, tmp_path):
    """What is private beside the mapped weights stays under the stated constant, 250 MB."""
    out, _ = export
    (tmp_path / "prompt.txt").write_text("one two three four five six seven eight nine ten\n" * 20)
    process = hearth.start("generate", out, "--prompt-file", tmp_path / "prompt.txt",
                           "--max-new-tokens", 8, "--ignore-eos", "--json")
    peak = peak_private(process)
    said = json.loads(process.stdout.read())
    weights = (out / "openvino_model.bin").stat().st_size
    assert said["prompt_tokens"] > 500, "long enough for a whole piece of a prompt"
    assert peak < 250 * MB
    assert said["metrics"]["peak_rss_bytes"] < weights + 250 * MB
