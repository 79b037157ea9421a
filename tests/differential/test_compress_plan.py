"""What becomes of a model's weights: the layers, formats, groups and sub-graphs of a compressed model are
those that nncf.compress_weights writes for the same IR, node by node, and what NNCF or optimum-intel refuse
is refused.

The compared models are IRs that `hearth export` writes and IRs that optimum-intel exports. Values of codes
and scales are not looked at: hearth_compress_probe writes zeros."""

import collections
import json
import logging
import re
import shutil

import nncf
import numpy as np
import openvino as ov
import pytest
from conftest import ROOT
from goldens.weights import write_checkpoint
from nncf.quantization.algorithms.weight_compression.config import WeightCompressionConfig
from nncf.quantization.algorithms.weight_compression.weight_lowering import get_integer_quantization_error
from nncf.tensor import Tensor

CORE = ov.Core()
pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporters
nncf.set_log_level(logging.ERROR)

OF_HEARTH = ["llama_bf16", "llama_f16", "llama_gqa3_64_tied", "mistral_sliding", "qwen2", "qwen3"]
OF_OPTIMUM = ["gpt2", "mixtral", "opt", "gemma2"]

TABLE = [-2.0, -1.0, -0.25, 0.0, 1.0, 2.5, 3.0]
CASES = {
    "int8_asym": dict(format="int8_asym"),
    "int8_sym": dict(format="int8_sym"),
    "int4_asym": dict(format="int4_asym", group_size=32),
    "int4_asym_64": dict(format="int4_asym", group_size=64),
    "int4_asym_rows": dict(format="int4_asym", group_size=-1),
    "int4_sym": dict(format="int4_sym", group_size=32),
    "nf4": dict(format="nf4", group_size=32),
    "mxfp4": dict(format="mxfp4"),
    "mxfp8": dict(format="mxfp8_e4m3"),
    "fp8": dict(format="fp8_e4m3", group_size=-1),
    "fp8_groups": dict(format="fp8_e4m3", group_size=32),
    "fp4": dict(format="fp4", group_size=32),
    "cb4": dict(format="cb4"),
    "cb4_groups": dict(format="cb4", group_size=32),
    "codebook": dict(format="codebook", table=TABLE),
    "codebook_u8": dict(format="codebook", table=list(np.linspace(-1, 1, 17))),
    "nvfp4": dict(format="nvfp4"),
    "ratio": dict(format="int4_asym", group_size=32, ratio=0.8),
    "ratio_low": dict(format="int4_sym", group_size=32, ratio=0.35, backup="int8_sym"),
    "ratio_all": dict(format="int4_sym", group_size=-1, ratio=0.6, all_layers=True),
    "ratio_zero": dict(format="int4_sym", group_size=-1, ratio=0),
    "all_layers": dict(format="int4_asym", group_size=32, all_layers=True),
    "no_backup": dict(format="int4_asym", group_size=-1, backup="none"),
    "backup_mx": dict(format="nf4", group_size=32, backup="mxfp8_e4m3", ratio=0.5),
    "adjust": dict(format="int4_asym", group_size=128, fallback="adjust"),
    "ignore": dict(format="int4_asym", group_size=128, fallback="ignore", backup="int8_sym"),
    "ignored_pattern": dict(format="int4_sym", group_size=-1,
                            ignored={"patterns": [r".*[vV]_proj", "nothing"], "validate": False}),
    "ignored_type": dict(format="int4_sym", group_size=-1, ignored={"types": ["Gather"]}),
}


def export_with_optimum(family, folder):
    import torch
    import transformers
    from optimum.intel import OVModelForCausalLM

    common = dict(vocab_size=131, bos_token_id=1, eos_token_id=2, pad_token_id=0)
    heads = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=64)
    config = {
        "gpt2": lambda: transformers.GPT2Config(n_embd=64, n_layer=2, n_head=4, n_positions=64, **common),
        "mixtral": lambda: transformers.MixtralConfig(
            intermediate_size=96, num_key_value_heads=2, num_local_experts=4, **heads, **common),
        "opt": lambda: transformers.OPTConfig(ffn_dim=96, word_embed_proj_dim=64, **heads, **common),
        "gemma2": lambda: transformers.Gemma2Config(
            intermediate_size=96, num_key_value_heads=2, head_dim=16, **heads, **common),
    }[family]()
    torch.manual_seed(0)
    transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    model = OVModelForCausalLM.from_pretrained(folder, export=True, load_in_8bit=False)
    model.save_pretrained(folder / "ir")


@pytest.fixture(scope="session")
def irs(hearth, tmp_path_factory):
    """irs(family): its openvino_model.xml, exported once."""
    made = {}

    def make(family):
        folder = tmp_path_factory.mktemp(family)
        if family in OF_OPTIMUM:
            export_with_optimum(family, folder)
        else:
            golden = ROOT / "tests/golden/tiny" / family
            (folder / "config.json").write_text((golden / "config.json").read_text())
            write_checkpoint(folder, json.loads((golden / "tensors.json").read_text()))
            shutil.copy(ROOT / "models/hearth-tiny/tokenizer.json", folder)
            hearth.run("export", "-m", folder, folder / "ir")
        return folder / "ir/openvino_model.xml"

    def get(family):
        if family not in made:
            made[family] = make(family)
        return made[family]

    return get


def nncf_arguments(options):
    advanced = {}
    if "table" in options:
        advanced["codebook"] = np.array(options["table"], np.float32)
    if "fallback" in options:
        advanced["group_size_fallback_mode"] = nncf.GroupSizeFallbackMode(options["fallback"])
    out = {"mode": nncf.CompressWeightsMode(options["format"])}
    if advanced:
        out["advanced_parameters"] = nncf.AdvancedCompressionParameters(**advanced)
    if "backup" in options:
        out["backup_mode"] = nncf.BackupMode(options["backup"])
    if "ignored" in options:
        out["ignored_scope"] = nncf.IgnoredScope(**options["ignored"])
    if "sensitivity_metric" in options:
        out["sensitivity_metric"] = nncf.SensitivityMetric(options["sensitivity_metric"])
    return out | {key: options[key] for key in ("ratio", "group_size", "all_layers", "awq") if key in options}


def compress_with_nncf(xml, options):
    return nncf.compress_weights(CORE.read_model(xml), **nncf_arguments(options))


def int8_errors(xml):
    """What mixed precision orders layers by, of every float matrix or list of matrices. The reduced axis
    follows from whether a MatMul reads the constant transposed."""
    out = {}
    for node in CORE.read_model(xml).get_ops():
        if node.get_type_name() not in ("MatMul", "Gather"):
            continue
        for port, value in enumerate(node.input_values()):
            constant = value.get_node()
            while constant.get_type_name() in ("Convert", "Reshape"):
                constant = constant.input_value(0).get_node()
            if constant.get_type_name() != "Constant" or len(constant.shape) < 2:
                continue
            rank = len(constant.shape)
            transposed = node.get_type_name() == "Gather" or node.get_attributes()["transpose_b"]
            axis = rank - 1 if transposed or port == 0 else rank - 2
            weight = Tensor(constant.get_data(dtype=np.float32))
            out.setdefault(constant.get_friendly_name(), float(get_integer_quantization_error(
                weight, (axis,), WeightCompressionConfig(), "max_mean")))
    return out


# Names that were made up when nobody gave one: they carry a number that says nothing.
MADE_UP = re.compile(r"(^|/)[A-Za-z]+_\d+$")


def signatures(model, known):
    """How often each node occurs, as numbers that mean the same in all models that share `known`: type,
    name, attributes, outputs, the value of small constants, and the nodes it reads."""
    numbers, counts = {}, collections.Counter()
    for node in model.get_ordered_ops():
        name = node.get_friendly_name()
        value = None
        if node.get_type_name() == "Constant" and len(node.shape) <= 1:
            value = node.get_tensor_view().data.tobytes()
        key = (
            node.get_type_name(),
            "" if MADE_UP.search(name) else name,
            value,
            json.dumps(node.get_attributes(), default=str, sort_keys=True),
            tuple((str(out.get_element_type()), str(out.get_partial_shape())) for out in node.outputs()),
            tuple((numbers[v.get_node().get_friendly_name()], v.get_index()) for v in node.input_values()),
        )
        numbers[name] = known.setdefault(key, len(known))
        counts[numbers[name]] += 1
    return counts


def assert_same_graph(ours, theirs):
    known = {}
    counts, expected = signatures(ours, known), signatures(theirs, known)
    keys = {number: key for key, number in known.items()}
    extra = [keys[n][:5] for n in counts - expected]
    missing = [keys[n][:5] for n in expected - counts]
    assert not extra and not missing, f"only ours: {extra[:5]}\nonly NNCF's: {missing[:5]}"


def values(tree):
    """rt_info as plain values; numbers compare as numbers."""
    if isinstance(tree, dict):
        return {key: values(value) for key, value in tree.items()}
    if hasattr(tree, "value"):
        return values(tree.value)
    try:
        return float(tree)
    except (TypeError, ValueError):
        return tree


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("family", OF_HEARTH + OF_OPTIMUM)
def test_same_model_as_nncf(family, case, irs, ask, tmp_path):
    options, xml = CASES[case], irs(family)
    request = {"model": str(xml), "options": {"fallback": "error"} | options, "out": str(tmp_path / "out")}
    if "ratio" in options:
        request["errors"] = int8_errors(xml)
    (answer,) = ask("hearth_compress_probe", [request])
    try:
        theirs = compress_with_nncf(xml, options)
    except (nncf.InvalidGroupSizeError, nncf.ValidationError) as refusal:
        assert answer.get("kind") == "bad_input", f"NNCF refuses: {refusal}"
        return
    assert "error" not in answer, answer
    ours = CORE.read_model(tmp_path / "out/model.xml")
    assert_same_graph(ours, theirs)

    info, expected = (values(m.get_rt_info("nncf")) for m in (ours, theirs))
    if "codebook" in options["format"]:  # NNCF writes it as NumPy prints arrays
        for tree in info, expected:
            del tree["weight_compression"]["advanced_parameters"]
    assert info == expected
