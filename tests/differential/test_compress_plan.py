"""What becomes of a model's weights: the layers, formats, groups and sub-graphs of a compressed model are
those that nncf.compress_weights writes for the same IR, node by node, and what NNCF or optimum-intel refuse
is refused.

The compared models are IRs that `hearth export` writes and IRs that optimum-intel exports. Values of codes
and scales are not looked at: hearth_compress_probe writes zeros."""

import collections
import json

import nncf
import numpy as np
import pytest
from compression import CASES, CORE, MADE_UP, OF_HEARTH, OF_OPTIMUM, compress_with_nncf, irs, some_cases  # noqa: F401
from nncf.quantization.algorithms.weight_compression.config import WeightCompressionConfig
from nncf.quantization.algorithms.weight_compression.openvino_backend import OVWeightCompressionAlgoBackend
from nncf.quantization.algorithms.weight_compression.weight_lowering import get_integer_quantization_error
from nncf.tensor import Tensor

pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporters

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


# Layers that NNCF compresses to four bits and Hearth does not.
PROTECTED = ".mlp.gate/"


def without_protected(model):
    """The nodes that results and states need, but for the weights of protected layers."""
    seen, stack = set(), [*model.get_results(), *model.get_sinks()]
    while stack:
        node = stack.pop()
        name = node.get_friendly_name()
        if name in seen:
            continue
        seen.add(name)
        stack += [value.get_node() for value in inputs(node)]
    return [node for node in model.get_ordered_ops() if node.get_friendly_name() in seen]


def inputs(node):
    return node.input_values()[:1 if PROTECTED in node.get_friendly_name() else None]


def signatures(model, known):
    """How often each node occurs, as numbers that mean the same in all models that share `known`: type,
    name, attributes, outputs, the value of small constants, and the nodes it reads."""
    numbers, counts = {}, collections.Counter()
    for node in without_protected(model):
        name = node.get_friendly_name()
        value = None
        if node.get_type_name() == "Constant" and (len(node.shape) <= 1 or name.endswith("/awq_mul/scale")):
            value = node.get_tensor_view().data.tobytes()
        key = (
            node.get_type_name(),
            "" if MADE_UP.search(name) else name,
            value,
            json.dumps(node.get_attributes(), default=str, sort_keys=True),
            tuple((str(out.get_element_type()), str(out.get_partial_shape())) for out in node.outputs()),
            tuple((numbers[v.get_node().get_friendly_name()], v.get_index()) for v in inputs(node)),
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


@pytest.mark.parametrize("family, case", some_cases(OF_HEARTH + OF_OPTIMUM, CASES))
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


def scaled_weights(xml, options, monkeypatch):
    """The model that NNCF makes, and the float weights that AWQ gave it to compress."""
    scaled = {}
    original = OVWeightCompressionAlgoBackend.set_weight

    def recording(self, node, port, model, graph, weight):
        scaled[node.layer_attributes.constant_attributes[port]["name"]] = np.array(weight.data)
        return original(self, node, port, model, graph, weight)

    monkeypatch.setattr(OVWeightCompressionAlgoBackend, "set_weight", recording)
    return compress_with_nncf(xml, options), scaled


def float_constants(xml):
    return {node.get_friendly_name(): node.get_data(dtype=np.float32) for node in CORE.read_model(xml).get_ops()
            if node.get_type_name() == "Constant" and node.get_element_type().is_real()}


# Gated (the factors go to the rows of up_proj), experts of it, ReLU (a product is inserted), and a GELU, for
# which there is no pattern.
@pytest.mark.parametrize("family, layers", [
    ("llama_gqa3_64_tied", 2), ("llama_f16", 2), ("mistral_sliding", 2), ("mixtral", 2), ("opt", 2), ("gpt2", 0)])
def test_same_awq_as_nncf(family, layers, irs, ask, tmp_path, monkeypatch):
    xml, options = irs(family), dict(format="int4_sym", group_size=-1, awq=True)
    request = {"model": str(xml), "options": options | {"fallback": "error"}, "out": str(tmp_path / "out")}
    (answer,) = ask("hearth_compress_probe", [request])
    theirs, scaled = scaled_weights(xml, options, monkeypatch)
    ours = CORE.read_model(tmp_path / "out/model.xml")
    assert_same_graph(ours, theirs)
    assert values(ours.get_rt_info("nncf")) == values(theirs.get_rt_info("nncf"))

    factors = {w["tensor"]: w for w in answer["weights"] if w["column_factors"] or w["row_factors"]}
    assert factors.keys() == scaled.keys()
    assert sum(bool(w["column_factors"]) for w in factors.values()) == layers
    before = float_constants(xml)
    for name, weight in factors.items():
        got = before[name]
        if weight["row_factors"]:
            got = got * np.float32(weight["row_factors"]).reshape(*got.shape[:-1], 1)
        if weight["column_factors"]:
            got = got * np.float32(weight["column_factors"]).reshape(*got.shape[:-2], 1, got.shape[-1])
        np.testing.assert_array_equal(got.astype(scaled[name].dtype), scaled[name])


def ask_plan(ask, xml, **options):
    return ask("hearth_compress_probe", [{"model": str(xml), "options": options}])[0]


def test_routers_stay_in_8_bits(irs, ask):
    plan = ask_plan(ask, irs("mixtral"), format="int4_sym", group_size=32)
    routers = [weight for weight in plan["weights"] if PROTECTED in weight["name"]]
    assert [weight["format"] for weight in routers] == ["int8_asym"] * 2
    assert all("router" in weight["reason"] for weight in routers)
    assert any("router" in note for note in plan["notes"])


def test_a_group_size_that_nobody_named_is_adjusted(irs, ask):
    """Widths are 64 and 88; 88 has no power of two from 32 on."""
    plan = ask_plan(ask, irs("qwen3"), format="int4_asym")
    kinds = {(w["cols"], w["format"], w["group"]) for w in plan["weights"] if w["ratio_defining"]}
    assert (64, "int4_asym", 64) in kinds and (512, "int4_asym", 128) in kinds
    down = [w for w in plan["weights"] if w["cols"] == 88]
    assert down and all(w["format"] == "int8_asym" for w in down)
    assert len(plan["notes"]) == 2


def test_a_name_of_a_tensor_is_a_name_too(irs, ask):
    name = "self.model.layers.0.mlp.up_proj.weight"
    plan = ask_plan(ask, irs("qwen3"), format="int8_asym", ignored={"names": [name]})
    assert [w["tensor"] for w in plan["weights"] if w["reason"] == "in the ignored scope"] == [name]


REFUSED_BY_BOTH = [
    (dict(format="int8_asym", ratio=0.5), "ratio"),
    (dict(format="int8_sym", group_size=64), "group size"),
    (dict(format="int8_asym", all_layers=True), "all layers"),
    (dict(format="int8_asym", backup="int8_sym"), "backup"),
    (dict(format="int8_asym", sensitivity_metric="weight_quantization_error"), "sensitivity metric"),
    (dict(format="int8_asym", awq=True), "AWQ"),
    (dict(format="int4_asym", ratio=1.5), "between 0 and 1"),
    (dict(format="int4_asym", group_size=0), "number of columns"),
    (dict(format="int4_asym", group_size=-2), "number of columns"),
    (dict(format="int4_asym", group_size=48), "does not divide"),
    (dict(format="mxfp4", group_size=64), "groups of 32"),
    (dict(format="mxfp8_e4m3", group_size=16), "groups of 32"),
    (dict(format="nvfp4", group_size=32), "groups of 16"),
    (dict(format="mxfp4", fallback="adjust"), "cannot be adjusted"),
    (dict(format="nvfp4", fallback="adjust"), "cannot be adjusted"),
    (dict(format="mxfp4", awq=True), "AWQ"),
    (dict(format="nvfp4", awq=True), "AWQ"),
    (dict(format="fp8_e4m3", group_size=-1, awq=True), "AWQ"),
    (dict(format="codebook"), "table"),
    (dict(format="codebook", table=[1.0]), "2 to"),
    (dict(format="codebook", table=[1.0, 0.5]), "ascend"),
    (dict(format="int4_asym", ratio=0.8, sensitivity_metric="hessian_input_activation"), "dataset"),
    (dict(format="int4_asym", group_size=-1, ignored={"names": ["nobody"]}), "`nobody`"),
    (dict(format="int4_asym", group_size=-1, ignored={"patterns": ["nobody.*"]}), "`nobody.*`"),
    (dict(format="int4_asym", group_size=-1, ignored={"types": ["Loop"]}), "`Loop`"),
    (dict(format="adaptive_codebook"), "dataset"),
]


@pytest.mark.parametrize("options, part", REFUSED_BY_BOTH)
def test_refuses_what_nncf_refuses(options, part, irs, ask):
    xml = irs("llama_f16")
    answer = ask_plan(ask, xml, **options)
    assert answer.get("kind") == "bad_input" and part in answer["error"], answer
    with pytest.raises(Exception):  # its own kinds of errors, and Python's
        compress_with_nncf(xml, options)


@pytest.mark.parametrize("options, part", [
    (dict(format="int5"), "int4_asym, nf4"),
    (dict(format="int4_asym", backup="int4_sym"), "int8_asym"),
    (dict(format="int4_asym", sensitivity_metric="size"), "weight_quantization_error"),
    (dict(format="int4_asym", table=[0.0, 1.0]), "codebook"),
    (dict(format="codebook", table=[0.0, 1.0], fallback="error", ignored={"patterns": ["("]}), "regular expression"),
])
def test_refuses_what_does_not_exist(options, part, irs, ask):
    answer = ask_plan(ask, irs("llama_f16"), **options)
    assert answer.get("kind") == "bad_input" and part in answer["error"], answer


def test_refuses_a_model_that_is_compressed_already(irs, ask, tmp_path):
    out = tmp_path / "out"
    request = {"model": str(irs("llama_f16")), "options": {"format": "int8_asym"}, "out": str(out)}
    assert "error" not in ask("hearth_compress_probe", [request])[0]
    answer = ask_plan(ask, out / "model.xml", format="int4_asym")
    assert answer["kind"] == "bad_input" and "compressed already" in answer["error"]


def test_a_compressed_model_does_not_ask_for_a_cache_of_f16(irs, ask, tmp_path):
    xml = irs("llama_f16")
    before = CORE.read_model(xml).get_rt_info("runtime_options").value
    ask("hearth_compress_probe", [{"model": str(xml), "options": {"format": "int8_asym"}, "out": str(tmp_path / "out")}])
    after = CORE.read_model(tmp_path / "out/model.xml").get_rt_info("runtime_options").value
    assert before.keys() - after.keys() == {"KV_CACHE_PRECISION"}
