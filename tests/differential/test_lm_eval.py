"""lm-eval itself, with Hearth and with its model for transformers, on a slice of a public task: questions of
MMLU's dev split as the lm_eval package carries them (tasks/mmlu/flan_cot_fewshot), without their reasoning."""

import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
from conftest import ROOT

if importlib.util.find_spec("lm_eval") is None:
    pytest.skip("lm_eval is not installed", allow_module_level=True)
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import lm_eval  # noqa: E402
import lm_eval_adapter  # noqa: E402, F401 - registers the model
from test_evaluate import PER_TOKEN  # noqa: E402

QUESTION = re.compile(r"(.*)\n\(A\) (.*) \(B\) (.*) \(C\) (.*) \(D\) (.*)\nA: .*answer is \(([ABCD])\)", re.S)
# Questions, each of another subject. PyTorch takes a minute for those of SmolLM2.
MODELS = {"bundled": 12} | ({"smollm2_folder": 6} if os.environ.get("HEARTH_ALL_CASES") == "1" else {})
EXACT = "INFERENCE_PRECISION_HINT=f32,KV_CACHE_PRECISION=f32,DYNAMIC_QUANTIZATION_GROUP_SIZE=0"


def questions(count):
    """The first question of each subject."""
    file = pathlib.Path(lm_eval.__file__).parent / "tasks/mmlu/flan_cot_fewshot/_cot_prompts.json"
    prompts = json.loads(file.read_text(encoding="utf-8"))
    firsts = [found for subject in sorted(prompts) if (found := QUESTION.match(prompts[subject].split("\nQ: ")[1]))]
    return [{"question": m[1].strip(), "choices": list(m.groups()[1:5]), "answer": "ABCD".index(m[6])}
            for m in firsts[:count]]


def tasks(folder, count):
    file = folder / "dev.jsonl"
    file.write_text("".join(json.dumps(question) + "\n" for question in questions(count)))
    common = {"dataset_path": "json", "dataset_kwargs": {"data_files": {"test": str(file)}}, "test_split": "test"}
    ask = "{{question}}\nAnswer:"
    return [
        common | {"task": "choose", "output_type": "multiple_choice", "doc_to_text": ask, "doc_to_choice": "{{choices}}",
                  "doc_to_target": "answer", "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}]},
        common | {"task": "read", "output_type": "loglikelihood_rolling", "doc_to_text": "",
                  "doc_to_target": "{{question}}", "metric_list": [{"metric": "word_perplexity"}]},
        common | {"task": "write", "output_type": "generate_until", "doc_to_text": ask,
                  "doc_to_target": "{{choices[answer]}}", "metric_list": [{"metric": "exact_match"}],
                  "generation_kwargs": {"until": ["\n"], "max_gen_toks": 12, "do_sample": False}},
    ]


def run(model, arguments, tasks):
    return lm_eval.simple_evaluate(model=model, model_args=arguments, tasks=tasks, bootstrap_iters=0, batch_size=1,
                                   device="cpu", log_samples=True)


@pytest.fixture(scope="module", params=MODELS)
def both(request, hearth, tmp_path_factory):
    model, folder = request.getfixturevalue(request.param), tmp_path_factory.mktemp("mmlu")
    os.environ["HF_DATASETS_CACHE"] = str(folder / "cache")
    asked = tasks(folder, MODELS[request.param])
    return (run("hearth", f"pretrained={model},hearth={hearth.binary},{EXACT}", asked),
            run("hf", f"pretrained={model},dtype=float32", asked))


def answers(result, task):
    return [sample["resps"] for sample in sorted(result["samples"][task], key=lambda sample: sample["doc_id"])]


def test_the_adapter_takes_the_arguments_of_lm_eval(hearth, bundled, tmp_path):
    (tmp_path / "choose.yaml").write_text(json.dumps(tasks(tmp_path, 2)[0]))
    result = subprocess.run(
        [sys.executable, ROOT / "tools/lm_eval_adapter.py", "--model", "hearth", "--model_args",
         f"pretrained={bundled},hearth={hearth.binary},{EXACT}", "--tasks", "choose", "--include_path", tmp_path,
         "--apply_chat_template", "--output_path", tmp_path / "out"],
        capture_output=True, text=True, env=os.environ | {"HF_DATASETS_CACHE": str(tmp_path / "cache")})
    assert result.returncode == 0, result.stderr
    results = json.loads(next((tmp_path / "out").rglob("*.json")).read_text())
    assert results["n-samples"]["choose"]["effective"] == 2


def test_the_same_figures(both):
    ours, theirs = (result["results"] for result in both)
    for metric in ("acc,none", "acc_norm,none"):
        assert ours["choose"][metric] == theirs["choose"][metric]
    assert ours["write"]["exact_match,none"] == theirs["write"]["exact_match,none"]
    assert ours["read"]["word_perplexity,none"] == pytest.approx(theirs["read"]["word_perplexity,none"], rel=1e-4)
    assert len(both[0]["samples"]["choose"]) in MODELS.values()


def test_the_same_answers(both):
    ours, theirs = both
    limit = 64 * PER_TOKEN  # tokens of a choice at most
    for ((mine,),), ((his,),) in zip(answers(ours, "read"), answers(theirs, "read")):
        assert mine == pytest.approx(his, rel=1e-4)
    for mine, his in zip(answers(ours, "choose"), answers(theirs, "choose"), strict=True):
        for ((a, a_greedy),), ((b, b_greedy),) in zip(mine, his, strict=True):
            assert a == pytest.approx(b, abs=limit) and a_greedy == b_greedy
    assert answers(ours, "write") == answers(theirs, "write")
