"""IRs between OpenVINO and Hearth: what OpenVINO wrote, Hearth reads and writes again, and OpenVINO
finds the same model in it. The same means: written once more by OpenVINO, both give the same bytes.

hearth_ir_probe also checks that the rewritten IR and the text form read back equal."""

import numpy as np
import op_golden_cases
import openvino as ov
import pytest
from conftest import ROOT
from make_op_goldens import build

CORE = ov.Core()
pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporters


def canonical(xml, folder):
    """The .xml and .bin that OpenVINO writes for a model; its own version is taken out."""
    out = folder / "canonical.xml"
    ov.serialize(CORE.read_model(xml), out)
    return out.read_text(), out.with_suffix(".bin").read_bytes()


def assert_same_model(a, b, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    xml_a, bin_a = canonical(a, tmp_path / "a")
    xml_b, bin_b = canonical(b, tmp_path / "b")
    assert xml_a.splitlines() == xml_b.splitlines()
    assert bin_a == bin_b


def save(model, folder, name="model.xml"):
    path = folder / name
    ov.save_model(model, path, compress_to_fp16=False)
    return path


def merged(cases):
    """One model of all cases that OpenVINO accepts."""
    outputs, parameters = [], []
    for case in cases:
        if case.error:
            continue
        model, _ = build(case)
        outputs += [r.input(0).get_source_output() for r in model.get_results()]
        parameters += model.get_parameters()
    return ov.Model(outputs, parameters)


@pytest.mark.parametrize("family", sorted(op_golden_cases.files()))
def test_every_op(family, tmp_path, rewrite):
    xml = save(merged(op_golden_cases.files()[family]), tmp_path)
    assert_same_model(xml, rewrite(xml), tmp_path)


def test_every_op_of_hearth_has_a_case():
    with_cases = {case.type for cases in op_golden_cases.files().values() for case in cases}
    boundary = {"Parameter", "Const", "Result", "ReadValue", "Assign"}
    lines = (ROOT / "src/ir/ops.inc").read_text().splitlines()
    own = lines.index(next(line for line in lines if "never written to an IR" in line))
    ops = {line[10:-1] for line in lines[:own] if line.startswith("HEARTH_OP(")}
    assert ops - boundary <= with_cases


def test_names_shapes_and_states(tmp_path, rewrite):
    ops = ov.opset13
    x = ops.parameter(ov.PartialShape("1..8,2..,?"), np.float32, name="p<&\"'\u00fc\n")
    x.output(0).set_names({"x", "a,b"})
    anything = ops.parameter(ov.PartialShape.dynamic(), np.int64, name="anything")
    info = ov.op.util.VariableInfo()
    info.variable_id = "state"
    info.data_shape = ov.PartialShape("1..8,2..,?")
    info.data_type = ov.Type.f32
    variable = ov.op.util.Variable(info)
    past = ops.read_value(x, variable)
    now = ops.add(past, x)
    now.output(0).set_names({"now", "also now"})
    model = ov.Model(
        [ops.result(now), ops.result(now), ops.result(x), ops.result(ops.abs(anything))],
        [ops.assign(now, variable)],
        [x, anything],
        "a \"name\" & more",
    )
    model.set_rt_info("f16", ["runtime_options", "KV_CACHE_PRECISION"])
    model.set_rt_info("1", ["not a valid tag", "2nd"])
    xml = save(model, tmp_path)
    assert_same_model(xml, rewrite(xml), tmp_path)


def test_constants_of_every_type(tmp_path, rewrite):
    ops = ov.opset13
    rng = np.random.default_rng(1)
    results = []
    for name in "boolean bf16 f16 f32 f64 i4 i8 i16 i32 i64 u1 u2 u4 u8 u16 u32 u64 nf4 f4e2m1 f8e4m3 f8e5m2 f8e8m0".split():  # fmt: skip
        for shape in [], [3], [2, 0], [5, 7]:
            tensor = ov.Tensor(getattr(ov.Type, name), ov.Shape(shape))
            if tensor.byte_size:
                raw = rng.integers(0, 2 if name == "boolean" else 256, tensor.byte_size, dtype=np.uint8)
                tensor.data.reshape(-1).view(np.uint8)[...] = raw
            results.append(ops.result(ov.op.Constant(tensor)))
    xml = save(ov.Model(results, []), tmp_path)
    assert_same_model(xml, rewrite(xml), tmp_path)


STRINGS = """<?xml version="1.0"?>
<net name="strings" version="11"><layers>
<layer id="7" name="text" type="Const" version="opset1">
<data element_type="string" shape="3" offset="{offset}" size="{size}" />
<output><port id="0" precision="STRING"><dim>3</dim></port></output></layer>
<layer id="2" name="out" type="Result" version="opset1"><input><port id="0" precision="STRING"><dim>3</dim></port></input></layer>
</layers><edges><edge from-layer="7" from-port="0" to-layer="2" to-port="0" /></edges><rt_info /></net>
"""


def test_constant_strings(tmp_path, rewrite):
    texts = [b"ab", b"", "\u00fcb".encode()]
    ends = np.cumsum([0] + [len(t) for t in texts])
    blob = np.array([3, *ends], np.int32).tobytes() + b"".join(texts)
    xml = tmp_path / "strings.xml"
    xml.write_text(STRINGS.format(offset=3, size=len(blob)))
    xml.with_suffix(".bin").write_bytes(b"xyz" + blob)
    again = CORE.read_model(rewrite(xml))
    constant = again.get_results()[0].input(0).get_source_output().get_node()
    assert list(constant.get_tensor_view().str_data) == ["ab", "", "\u00fcb"]
    assert_same_model(xml, rewrite(xml), tmp_path)


def logits(xml, seed):
    compiled = CORE.compile_model(xml, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    ids = np.random.default_rng(seed).integers(0, 131, (2, 9))
    mask = np.ones_like(ids)
    mask[0, :3] = 0
    feeds = {
        "input_ids": ids,
        "attention_mask": mask,
        "position_ids": np.maximum(mask.cumsum(1) - 1, 0),
        "beam_idx": np.arange(2, dtype=np.int32),
    }
    request = compiled.create_infer_request()
    return request.infer(feeds)["logits"].copy()


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=131, hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny-llama")
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def compressed(bits):
    from optimum.intel import OVWeightQuantizationConfig

    if bits is None:
        return {"load_in_8bit": False}
    kind = {} if bits == 8 else {"group_size": 32, "sym": bits == "4 sym", "all_layers": True}
    return {"quantization_config": OVWeightQuantizationConfig(bits=int(str(bits)[0]), **kind)}


@pytest.mark.parametrize("bits", [None, 8, 4, "4 sym"])
def test_optimum_intel_export(bits, checkpoint, tmp_path, rewrite):
    from optimum.intel import OVModelForCausalLM

    OVModelForCausalLM.from_pretrained(checkpoint, export=True, **compressed(bits)).save_pretrained(tmp_path)
    xml = tmp_path / "openvino_model.xml"
    again = rewrite(xml)
    assert_same_model(xml, again, tmp_path)
    np.testing.assert_array_equal(logits(xml, 3), logits(again, 3))
