"""`hearth compare` beside the same figures from transformers' logits."""

import json
import shutil

import pytest
from conftest import EXACT

numpy = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")
safetensors_numpy = pytest.importorskip("safetensors.numpy")
transformers = pytest.importorskip("transformers")

TEXT = ("Anna put the ball in the box. The sky is blue. Tom asked where the ball was, and Anna said that it "
        "was in the box. ") * 12
CONTEXT, STRIDE, PROMPT, ANSWERS, ANSWER_TOKENS = 96, 64, 32, 3, 24


@pytest.fixture(scope="module")
def pair(bundled, tmp_path_factory):
    """The bundled model, and a copy whose weights are off by a few percent."""
    noisy = tmp_path_factory.mktemp("compare") / "noisy"
    shutil.copytree(bundled, noisy)
    rng = numpy.random.default_rng(1)
    weights = safetensors_numpy.load_file(bundled / "model.safetensors")
    for name, weight in weights.items():
        if weight.ndim == 2:
            noise = rng.standard_normal(weight.shape) * 0.08 * weight.astype(numpy.float32).std()
            weights[name] = (weight.astype(numpy.float32) + noise).astype(weight.dtype)
    safetensors_numpy.save_file(weights, noisy / "model.safetensors", {"format": "pt"})
    return bundled, noisy


def load(folder):
    return transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def windows(count):
    """(begin, end, first scored token)"""
    scored = 1
    for begin in range(0, count - 1, STRIDE):
        end = min(begin + CONTEXT, count)
        yield begin, end, max(scored, begin + 1)
        scored = end
        if end == count:
            return


def greedy(model, prompt):
    ids = list(prompt)
    for _ in range(ANSWER_TOKENS):
        with torch.no_grad():
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[len(prompt):]


def expected(pair, ids):
    models = [load(folder) for folder in pair]
    kl, same, nll = [], [], ([], [])
    for begin, end, first in windows(len(ids)):
        with torch.no_grad():
            logs = [m(torch.tensor([ids[begin:end]])).logits[0].double().log_softmax(-1) for m in models]
        rows = [log[first - 1 - begin:end - 1 - begin] for log in logs]
        kl += (rows[0].exp() * (rows[0] - rows[1])).sum(-1).tolist()
        same += (rows[0].argmax(-1) == rows[1].argmax(-1)).tolist()
        for side, row in zip(nll, rows):
            side += (-row[range(end - first), ids[first:end]]).tolist()
    parted = []
    for i in range(ANSWERS):
        begin = i * (len(ids) - PROMPT) // ANSWERS
        a, b = (greedy(m, ids[begin:begin + PROMPT]) for m in models)
        parted.append(next((n for n in range(ANSWER_TOKENS) if a[n] != b[n]), ANSWER_TOKENS))
    return {"kl_mean": numpy.mean(kl), "kl_p99": numpy.percentile(kl, 99), "top1_agreement": numpy.mean(same),
            "first_divergence": numpy.mean(parted), "tokens": len(kl),
            "perplexity": [float(numpy.exp(numpy.mean(side))) for side in nll]}


def run(hearth, first, second, file, *more):
    return hearth.json("compare", first, second, "--text", file, "--context", CONTEXT, "--stride", STRIDE,
                       "--answers", ANSWERS, "--answer-tokens", ANSWER_TOKENS, *EXACT, *more)


def test_beside_transformers(hearth, pair, tmp_path):
    file = tmp_path / "text.txt"
    file.write_text(TEXT)
    ids = hearth.json("tokenize", pair[0], "--text", TEXT)["ids"]
    told, want = run(hearth, *pair, file), expected(pair, ids)
    assert want["kl_mean"] > 1e-3 and want["top1_agreement"] < 1 and want["first_divergence"] < ANSWER_TOKENS
    for key in ("kl_mean", "kl_p99"):  # float32 logits of two implementations
        assert told[key] == pytest.approx(want[key], rel=2e-3, abs=1e-6), key
    for key in ("top1_agreement", "first_divergence", "tokens"):
        assert told[key] == pytest.approx(want[key]), key
    for side, perplexity in zip(("reference", "candidate"), want["perplexity"]):
        assert told[side]["perplexity"] == pytest.approx(perplexity, rel=1e-4)
        assert told[side]["tok_s"] > 0
        assert told[side]["size_bytes"] == (pair[0] / "model.safetensors").stat().st_size


def test_a_model_with_itself(hearth, bundled, bundled_ir, tmp_path):
    file = tmp_path / "text.txt"
    file.write_text(TEXT)
    told = run(hearth, bundled, bundled_ir, file, "--max-tokens", 200)
    assert told["kl_mean"] == pytest.approx(0, abs=1e-9) and told["top1_agreement"] == 1
    assert told["first_divergence"] == ANSWER_TOKENS and told["tokens"] == 199
    assert told["candidate"]["size_bytes"] == (bundled_ir / "openvino_model.bin").stat().st_size
    alone = hearth.json("perplexity", bundled, "--text", file, "--context", CONTEXT, "--stride", STRIDE,
                        "--max-tokens", 200, *EXACT)
    assert told["reference"]["perplexity"] == alone["perplexity"]


def test_two_modes_of_a_model(hearth, bundled, tmp_path):
    file = tmp_path / "text.txt"
    file.write_text(TEXT)
    told = run(hearth, bundled, bundled, file, "--candidate-property", "KV_CACHE_PRECISION=u4")
    assert told["kl_mean"] > 1e-9
    exact, coarse = (hearth.json("perplexity", bundled, "--text", file, "--context", CONTEXT, "--stride", STRIDE,
                                 *EXACT, *more) for more in ((), ("--property", "KV_CACHE_PRECISION=u4")))
    assert told["reference"]["perplexity"] == exact["perplexity"]
    assert told["candidate"]["perplexity"] == coarse["perplexity"] != exact["perplexity"]


def test_refusals(hearth, bundled, tmp_path):
    file = tmp_path / "text.txt"
    file.write_text(TEXT)
    other = tmp_path / "other"
    shutil.copytree(bundled, other)
    tokenizer = json.loads((other / "tokenizer.json").read_text())
    tokenizer["normalizer"] = {"type": "Lowercase"}
    (other / "tokenizer.json").write_text(json.dumps(tokenizer))
    for arguments, words in [((other, "--text", file), "different tokens"),
                             ((bundled, "--text", file, "--context", 1), "context"),
                             ((bundled, "--text", file, "--candidate-property", "x"), "NAME=VALUE"),
                             ((bundled, "--text", file, "--context", 64, "--stride", 65), "stride")]:
        result = hearth.try_run("compare", bundled, *arguments)
        assert result.returncode == 2 and words in result.stderr, result.stderr
