"""The story models of llama2.c say exactly what the reference program says."""

import subprocess
import sys

import pytest
from conftest import EXACT, ROOT

MODELS = {
    "stories260K": ("stories260K.bin", "tok512.bin", "expected_greedy_200.txt", 200),
    "babyllama": ("model5000.bin", "tok105.model", "expected_greedy_256_runc.txt", 256),
}


@pytest.fixture(scope="module", params=MODELS)
def model(request, shared, tmp_path_factory):
    """(folder, expected text, number of tokens)"""
    weights, tokenizer, expected, count = MODELS[request.param]
    source = shared / "models" / request.param
    folder = tmp_path_factory.mktemp(request.param) / "hf"
    subprocess.run([sys.executable, ROOT / "tools/llama2c_to_hf.py", source / weights,
                    source / tokenizer, folder], check=True)
    return folder, (source / expected).read_text(), count


def story(hearth, path, count):
    return hearth.json("generate", path, "--prompt", "", "--no-chat-template", "--max-new-tokens",
                       count, "--ignore-eos", *EXACT)["text"]


def test_from_the_folder(hearth, model):
    folder, expected, count = model
    assert story(hearth, folder, count).strip("\n") == expected.strip("\n")


def test_through_an_ir(hearth, model, tmp_path):
    folder, expected, count = model
    hearth.run("export", "-m", folder, tmp_path / "ir")
    assert story(hearth, tmp_path / "ir", count).strip("\n") == expected.strip("\n")


def test_from_gguf(hearth, shared, tmp_path):
    """The file says a context of 128 tokens, so the story is cut there."""
    source = shared / "models/stories260K"
    text = story(hearth, source / "stories260K.gguf", 200)
    expected = (source / "expected_greedy_200.txt").read_text()
    assert len(text) > 250
    assert expected.startswith(text)
