"""What becomes of a model's weights: the layers, formats, groups and sub-graphs of a compressed model are
those that nncf.compress_weights writes for the same IR, node by node, and what NNCF or optimum-intel refuse
is refused.

The compared models are IRs that `hearth export` writes and IRs that optimum-intel exports. Values of codes
and scales are not looked at: hearth_compress_probe writes zeros."""

import collections
import json
import re

import nncf
import numpy as np
import pytest
from compression import CASES, CORE, OF_HEARTH, OF_OPTIMUM, compress_with_nncf, irs  # noqa: F401
from nncf.quantization.algorithms.weight_compression.config import WeightCompressionConfig
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
