"""The same models in OpenVINO: it runs what Hearth exports, and Hearth runs what optimum-intel
exports, with the same logits; openvino_genai runs a folder of Hearth's."""

import json
import pathlib

import numpy as np
import openvino as ov
import pytest
from conftest import EXACT, ROOT
from goldens.tiny_cases import CASES
from make_tiny_goldens import write_whole_checkpoint

TOLERANCE = 1e-4
TINY = ROOT / "tests/golden/tiny"
CORE = ov.Core()
F32 = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32"}
# optimum-intel bakes the ungrown base of dynamic rope into the graph, so past the original length
# its export is no oracle.
NO_ORACLE = {"llama_rope_dynamic_long"}
# One of each kind for the exports that take seconds each.
EXPORTED = ["llama_gqa3_64_tied", "llama_mlp_bias", "llama_gelu", "llama_rope_llama3",
            "llama_rope_yarn", "mistral_sliding", "qwen2_sliding_layer_types", "qwen3_bias_old"]


def case_named(name):
    return next(case for case in CASES if case.name == name)


def golden(name):
    """(feeds, mask, logits)"""
    values = json.loads((TINY / name / "golden.json").read_text())
    mask = np.array(values["attention_mask"])
    feeds = {"input_ids": np.array(values["input_ids"]), "attention_mask": mask,
             "position_ids": np.array(values["position_ids"]),
             "beam_idx": np.arange(len(mask), dtype=np.int32)}
    return feeds, mask, np.load(TINY / name / "logits.npy")


def error(logits, expected, mask):
    assert logits.shape == expected.shape
    return np.abs(logits - expected)[mask == 1].max() / np.abs(expected[mask == 1]).max()


def openvino_logits(folder, feeds):
    request = CORE.compile_model(folder / "openvino_model.xml", "CPU", F32).create_infer_request()
    return request.infer(feeds)["logits"].copy()


def hearth_logits(hearth, folder, feeds, tmp_path):
    inputs = []
    for name, array in feeds.items():
        np.save(tmp_path / f"{name}.npy", array)
        inputs += ["--input", f"{name}={tmp_path / name}.npy"]
    hearth.run("run", folder / "openvino_model.xml", *inputs, "--output-dir", tmp_path, *EXACT)
    return np.load(tmp_path / "logits.npy")


def optimum_export(source, out, weights="fp32"):
    from optimum.exporters.openvino import main_export
    from optimum.intel import OVConfig, OVWeightQuantizationConfig

    if weights.startswith("int"):
        group = {"group_size": 32, "all_layers": True} if weights == "int4" else {}
        config = OVConfig(quantization_config=OVWeightQuantizationConfig(
            bits=int(weights[3:]), sym=False, **group))
    else:
        config = OVConfig(dtype=weights)
    main_export(str(source), out, task="text-generation-with-past", ov_config=config,
                convert_tokenizer=False)
    return out


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_openvino_runs_our_export(hearth, case, tmp_path):
    write_whole_checkpoint(tmp_path / "hf", case)
    hearth.run("export", "-m", tmp_path / "hf", tmp_path / "ir")
    feeds, mask, expected = golden(case.name)
    assert error(openvino_logits(tmp_path / "ir", feeds), expected, mask) < TOLERANCE
    assert error(hearth_logits(hearth, tmp_path / "ir", feeds, tmp_path), expected, mask) < TOLERANCE


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", EXPORTED)
def test_we_run_optimums_export(hearth, name, tmp_path):
    write_whole_checkpoint(tmp_path / "hf", case_named(name))
    optimum_export(tmp_path / "hf", tmp_path / "ir")
    feeds, mask, expected = golden(name)
    assert error(hearth_logits(hearth, tmp_path / "ir", feeds, tmp_path), expected, mask) < TOLERANCE


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("weights", ["fp16", "int8", "int4"])
@pytest.mark.parametrize("name", ["llama_gqa3_64_tied", "qwen3"])
def test_we_run_optimums_smaller_export(hearth, name, weights, tmp_path):
    """Against OpenVINO on the same file: the weights differ from the golden's."""
    write_whole_checkpoint(tmp_path / "hf", case_named(name))
    optimum_export(tmp_path / "hf", tmp_path / "ir", weights)
    feeds, mask, _ = golden(name)
    expected = openvino_logits(tmp_path / "ir", feeds)
    assert error(hearth_logits(hearth, tmp_path / "ir", feeds, tmp_path), expected, mask) < TOLERANCE


@pytest.fixture(scope="module")
def genai(bundled_ir):
    """openvino_genai.LLMPipeline on a folder that Hearth exported, tokenizer and all."""
    import openvino_genai

    return openvino_genai.LLMPipeline(bundled_ir, "CPU", **F32)


QUESTIONS = ["What colour is the sky?", "Tell me a story about a fox."]


@pytest.mark.parametrize("question", QUESTIONS)
def test_genai_runs_our_folder(hearth, genai, bundled_ir, question):
    theirs = genai.generate(question, max_new_tokens=60)
    ours = hearth.json("generate", bundled_ir, question, "--max-new-tokens", 60, *EXACT)["text"]
    assert ours == theirs


BEAMS = [
    {"num_beams": 4, "num_return_sequences": 4},
    {"num_beams": 6, "num_beam_groups": 3, "diversity_penalty": 1.0, "num_return_sequences": 6},
    {"num_beams": 3, "length_penalty": 2.0, "no_repeat_ngram_size": 3, "num_return_sequences": 2},
]


@pytest.mark.parametrize("beams", BEAMS, ids=["plain", "groups", "penalties"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_beams_are_genais(hearth, genai, bundled_ir, question, beams):
    theirs = genai.generate([question], max_new_tokens=24, **beams)
    flags = [x for key, value in beams.items() for x in (f"--{key.replace('_', '-')}", value)]
    ours = hearth.json("generate", bundled_ir, question, "--max-new-tokens", 24, *flags, *EXACT)
    assert [s["text"] for s in ours["sequences"]] == theirs.texts
    assert [s["score"] for s in ours["sequences"]] == pytest.approx(theirs.scores, abs=1e-3)


HINTS = [{}, {"PERFORMANCE_HINT": "LATENCY"}, {"PERFORMANCE_HINT": "THROUGHPUT"},
         {"PERFORMANCE_HINT": "CUMULATIVE_THROUGHPUT"},
         {"PERFORMANCE_HINT": "THROUGHPUT", "PERFORMANCE_HINT_NUM_REQUESTS": "1"},
         {"PERFORMANCE_HINT": "LATENCY", "PERFORMANCE_HINT_NUM_REQUESTS": "4"},
         {"NUM_STREAMS": "2"}, {"NUM_STREAMS": "AUTO"}, {"NUM_STREAMS": "NUMA"},
         {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_NUM_THREADS": "1"}]


@pytest.fixture(scope="module")
def tiny_ir(hearth, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    write_whole_checkpoint(folder / "hf", case_named("llama_gqa3_64_tied"))
    hearth.run("export", "--model", folder / "hf", folder / "ir")
    return folder / "ir"


@pytest.mark.parametrize("hints", HINTS, ids=lambda h: ",".join(f"{k}={v}" for k, v in h.items()))
def test_hints_mean_the_same(hearth, tiny_ir, hints):
    smt = pathlib.Path("/sys/devices/system/cpu/smt/active")
    if smt.exists() and smt.read_text().strip() == "1":
        pytest.skip("OpenVINO counts cores, Hearth threads of cores")
    model = CORE.compile_model(tiny_ir / "openvino_model.xml", "CPU", hints)
    flags = [x for name, value in hints.items() for x in ("--property", f"{name}={value}")]
    said = dict(line.split(" = ") for line in hearth.run("explain", tiny_ir, *flags).splitlines()
                if " = " in line)
    said = {name.strip(): value for name, value in said.items()}
    for name in ("NUM_STREAMS", "INFERENCE_NUM_THREADS", "PERFORMANCE_HINT",
                 "PERFORMANCE_HINT_NUM_REQUESTS"):
        value = model.get_property(name)
        assert said[name] == str(getattr(value, "name", value)), name
