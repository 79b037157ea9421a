"""The examples of the tree run, and the model in one file says what the pipeline says."""

import subprocess

import pytest
from conftest import EXACT

PROMPTS = ["Tell me a story about a fox.", "What colour is the sky?", "Hello!"]


def example(hearth, name, *arguments, **options):
    program = hearth.binary.parent / "examples" / name
    result = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True,
                            timeout=300, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("prompt", PROMPTS)
def test_minimal_llama_says_what_the_pipeline_says(hearth, bundled, prompt):
    text, ids = example(hearth, "minimal_llama", bundled, prompt, 80).rsplit("\n", 2)[:2]
    said = hearth.json("generate", bundled, prompt, "--max-new-tokens", 80, *EXACT)
    assert [int(i) for i in ids.split()] == said["token_ids"]
    assert text.strip() == said["text"].strip()


def test_minimal_llama_is_small(hearth):
    source = (hearth.binary.parents[3] / "apps/examples/minimal_llama.cc").read_text()
    assert len(source.splitlines()) <= 300


@pytest.mark.parametrize("name", ["greedy", "streaming", "custom_streamer", "beam_search",
                                  "scheduler"])
def test_the_snippets_run(hearth, bundled_ir, name):
    assert example(hearth, name, bundled_ir).strip()


def test_the_chat_snippet_runs(hearth, bundled_ir):
    assert example(hearth, "chat", bundled_ir, input="What colour is the sky?\n").strip()
