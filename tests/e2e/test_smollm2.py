"""SmolLM2-135M-Instruct against transformers in float32 (tests/golden/smollm2.json): greedy tokens
from the GGUF file, the Hugging Face folder and the IR; chats; perplexity; speed of the first token."""

import json

import pytest
from conftest import EXACT, ROOT

GOLDEN = json.loads((ROOT / "tests/golden/smollm2.json").read_text(encoding="utf-8"))
QUESTION = "What is the capital of France? Answer in one sentence."


@pytest.fixture(scope="module", params=["gguf", "folder", "ir"])
def model(request):
    return request.getfixturevalue(f"smollm2_{request.param}")


def ask(hearth, model, golden, tmp_path, *flags):
    if "messages" in golden:
        file = tmp_path / "messages.json"
        file.write_text(json.dumps(golden["messages"]))
        prompt = ["--messages", file]
    else:
        file = tmp_path / "prompt.txt"
        file.write_text(golden["prompt"])
        prompt = ["--prompt-file", file, "--no-chat-template"]
    return hearth.json("generate", model, *prompt, *EXACT, *flags)


def test_greedy_tokens(hearth, model, tmp_path):
    for golden in GOLDEN["goldens"]:
        said = ask(hearth, model, golden, tmp_path, "--max-new-tokens", 64, "--ignore-eos")
        assert said["token_ids"] == golden["ids"], golden["kind"]
        assert said["prompt_tokens"] == len(golden["prompt_ids"])
        assert said["finish_reason"] == "length"


def test_an_answer_ends(hearth, model, tmp_path):
    golden = next(g for g in GOLDEN["goldens"] if QUESTION in json.dumps(g.get("messages", "")))
    said = ask(hearth, model, golden, tmp_path, "--max-new-tokens", 64)
    assert said["text"] == golden["answer"] == "The capital of France is Paris."
    assert said["finish_reason"] == "stop"


def test_streamed_text(hearth, smollm2_ir):
    out = hearth.run("generate", smollm2_ir, QUESTION, "--max-new-tokens", 64)
    assert out == "The capital of France is Paris.\n"


def test_prompt_ids(hearth, model, tmp_path):
    for golden in GOLDEN["goldens"]:
        if "prompt" in golden:
            ids = hearth.json("tokenize", model, "--text", golden["prompt"])["ids"]
            assert ids == golden["prompt_ids"]


@pytest.mark.parametrize("mode", ["exact", "default"])
def test_perplexity(hearth, shared, mode, request):
    """In f32 from the GGUF; as people run it (f16 or bf16 and an f16 cache) from the IR."""
    expected = GOLDEN["perplexity"]
    path = request.getfixturevalue("smollm2_gguf" if mode == "exact" else "smollm2_ir")
    measured = hearth.json(
        "perplexity", path, "--text", shared / "text" / expected["text"], "--context",
        expected["context"], "--max-tokens", expected["max_tokens"],
        *(EXACT if mode == "exact" else []))
    assert measured["tokens"] == expected["gguf"]["tokens"]
    allowed = 1e-3 if mode == "exact" else 5e-3
    assert measured["perplexity"] == pytest.approx(expected["gguf"]["perplexity"], rel=allowed)
