"""Hearth runs what NNCF compresses, in every format: the logits are OpenVINO's on the same IR."""

import numpy as np
import openvino as ov
import pytest
from compression import CASES, CORE, compress_with_nncf, irs, some_cases  # noqa: F401
from conftest import EXACT

pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporters
F32 = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
# Weights are decoded in f16 by the graph and in f32 by kernels: a relative 2^-11 each, of which a
# sum of products keeps less.
TOLERANCE = 2**-10

# Of cases that differ in layers only, one; all formats, by row and in groups.
FORMATS = ["int8_asym", "int8_sym", "int4_asym", "int4_asym_rows", "int4_sym", "nf4", "mxfp4", "mxfp8", "fp8",
           "fp8_groups", "fp4", "cb4", "cb4_groups", "codebook", "codebook_u8", "nvfp4", "ratio", "all_layers"]


def feeds(tokens=7):
    ids = np.random.default_rng(5).integers(3, 131, (2, tokens))
    mask = np.ones_like(ids)
    return {"input_ids": ids, "attention_mask": mask, "position_ids": mask.cumsum(1) - 1,
            "beam_idx": np.arange(2, dtype=np.int32)}


def openvino_logits(xml, inputs):
    compiled = CORE.compile_model(xml, "CPU", F32)
    known = {name for port in compiled.inputs for name in port.get_names()}
    return compiled.create_infer_request().infer({k: v for k, v in inputs.items() if k in known})["logits"].copy()


def hearth_logits(hearth, xml, inputs, folder):
    known = {name for port in CORE.read_model(xml).inputs for name in port.get_names()}
    arguments = []
    for name in known & inputs.keys():
        np.save(folder / f"{name}.npy", inputs[name])
        arguments += ["--input", f"{name}={folder / name}.npy"]
    hearth.run("run", xml, *arguments, "--output-dir", folder, *EXACT)
    return np.load(folder / "logits.npy")


# llama_f16 has weights of half a width, gpt2 multiplies by untransposed weights, mixtral has experts.
@pytest.mark.parametrize("family, case", some_cases(["llama_f16", "qwen3", "gpt2", "mixtral"], FORMATS))
def test_same_logits_as_openvino(family, case, irs, hearth, tmp_path):  # noqa: F811
    options = CASES[case] | {"fallback": "ignore"}  # 88 columns have no groups of 16 or 32
    if case == "fp8_groups":
        options |= {"backup": "int8_asym"}
    model = compress_with_nncf(irs(family), options)
    xml = tmp_path / "model.xml"
    ov.save_model(model, xml, compress_to_fp16=False)
    inputs = feeds()
    expected = openvino_logits(xml, inputs)
    got = hearth_logits(hearth, xml, inputs, tmp_path)
    assert np.abs(got - expected).max() < TOLERANCE * np.abs(expected).max()
