"""`hearth compress` beside nncf.compress_weights on the same IR: the same constants, bit for bit, and logits
that OpenVINO computes alike."""

import json
import shutil

import numpy as np
import pytest
from compression import CASES, CORE, MADE_UP, compress_with_nncf, irs, some_cases  # noqa: F401
from compression_options import hearth_flags
from conftest import EXACT

import nncf
import openvino as ov

pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporters
# Mixtral's routers are protected here and not in NNCF; see test_compress_plan.py.
FAMILIES = ["llama_bf16", "llama_gqa3_64_tied", "gpt2"]


def constants(model):
    out = {}
    for node in model.get_ops():
        if node.get_type_name() == "Constant" and node.get_output_size() and len(node.shape) > 1:
            view = node.get_tensor_view() if hasattr(node, "get_tensor_view") else node.data
            out[node.get_friendly_name()] = (str(node.get_element_type()), tuple(node.shape),
                                             bytes(view.data.tobytes()))
    return out


@pytest.mark.parametrize("family, case", some_cases(FAMILIES, CASES))
def test_same_bytes_as_nncf(family, case, irs, hearth, tmp_path):  # noqa: F811
    options = {"fallback": "error"} | CASES[case]
    xml = irs(family)
    told = hearth.try_run("compress", xml.parent, tmp_path / "out", *hearth_flags(options))
    try:
        theirs = compress_with_nncf(xml, options)
    except (nncf.InvalidGroupSizeError, nncf.ValidationError) as refusal:
        assert told.returncode == 2 and told.stderr.startswith("hearth: "), f"NNCF refuses: {refusal}"
        return
    assert told.returncode == 0, told.stderr
    ours, expected = constants(CORE.read_model(tmp_path / "out/openvino_model.xml")), constants(theirs)
    for name, (kind, shape, data) in expected.items():
        if name in ours or not MADE_UP.search(name):
            assert name in ours and ours[name][:2] == (kind, shape), name
            assert ours[name][2] == data, f"{name}: {kind} {shape} differs"


def test_report(hearth, bundled_ir, tmp_path):
    file = tmp_path / "report.json"
    hearth.run("compress", bundled_ir, tmp_path / "out", "--weight-format", "int4", "--group-size", "32",
               "--report", file)
    report = json.loads(file.read_text())
    layers = report["layers"]
    assert {layer["format"] for layer in layers} == {"int4_asym", "int8_asym", "float"}
    assert all(layer["bytes"] > 0 and (layer["format"] == "float" or 0 < layer["error"] < 0.05) for layer in layers)
    assert report["bytes"] == sum(layer["bytes"] for layer in layers) < report["source_bytes"]
    assert all(layer["reason"] for layer in layers if layer["format"] != "int4_asym")
    size = (tmp_path / "out/openvino_model.bin").stat().st_size
    assert size >= report["bytes"]


@pytest.mark.parametrize("weight_format", ["int8", "int4", "nf4", "cb4", "fp8_e5m2"])
def test_compressed_model_answers(hearth, bundled, bundled_ir, tmp_path, weight_format):
    """From the folder as from the IR, and close to the float model."""
    hearth.run("export", "-m", bundled, tmp_path / "a", "--weight-format", weight_format)
    hearth.run("compress", bundled_ir, tmp_path / "b", "--weight-format", weight_format)
    a, b = (constants(CORE.read_model(tmp_path / f"{one}/openvino_model.xml")) for one in "ab")
    assert a == b and len(a) > 50
    text = tmp_path / "text.txt"
    text.write_text("Anna put the ball in the box. The sky is blue. " * 20)
    told = hearth.json("compare", bundled, tmp_path / "a", "--text", text, "--answers", 1, *EXACT)
    # A sanity bound, for a model that reads its weights wrongly: fewer than eight bits cost this small a model
    # 0.05 to 0.14. That the bytes are right is proven in test_same_bytes_as_nncf and test_quantize.py.
    assert told["kl_mean"] < (1e-3 if weight_format == "int8" else 0.2)
    assert told["candidate"]["size_bytes"] < 0.7 * told["reference"]["size_bytes"]


def test_same_bytes_for_any_thread_count(hearth, bundled_ir, tmp_path):
    sizes = []
    for threads in ("1", "2", "5"):
        hearth.run("compress", bundled_ir, tmp_path / threads, "--weight-format", "int4",
                   env={"HEARTH_THREADS": threads, "PATH": "/usr/bin"})
        sizes.append((tmp_path / threads / "openvino_model.bin").read_bytes())
    assert sizes[0] == sizes[1] == sizes[2]


def test_compressed_again(hearth, bundled_ir, tmp_path):
    hearth.run("compress", bundled_ir, tmp_path / "a")
    told = hearth.try_run("compress", tmp_path / "a", tmp_path / "b")
    assert told.returncode == 2 and "compressed already" in told.stderr, told.stderr
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("arguments, words", [
    (["--weight-format", "int8", "--ratio", "0.5"], "ratio"),
    (["--weight-format", "int8", "--group-size", "64"], "group"),
    (["--weight-format", "int8", "--all-layers"], "all layers"),
    (["--weight-format", "nf4", "--sym"], "--sym"),
    (["--weight-format", "int3"], "int3"),
    (["--weight-format", "int4", "--ignored-scope", "{}x"], "--ignored-scope"),
    (["--weight-format", "int4", "--ignored-scope", '{"names": ["no such layer"]}'], "no such layer"),
    (["--weight-format", "codebook"], "codebook"),
    (["--weight-format", "codebook", "--codebook", "1,0"], "ascend"),
])
def test_refusals(hearth, bundled_ir, tmp_path, arguments, words):
    told = hearth.try_run("compress", bundled_ir, tmp_path / "out", *arguments)
    assert told.returncode == 2 and told.stdout == "", told
    assert words in told.stderr and len(told.stderr.strip().splitlines()) <= 3, told.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("value, options", [
    (np.nan, ["int4"]), (np.nan, ["int8"]), (np.inf, ["int8", "--sym"]), (-np.inf, ["nf4", "--group-size", "16"]),
    (np.nan, ["nvfp4"]), (np.inf, ["mxfp4", "--group-size-fallback", "ignore"]), (np.nan, ["fp8_e5m2"]),
    (np.nan, ["codebook", "--codebook", "-1,0,1"]), (np.inf, ["int4", "--awq"]), (np.nan, ["int4", "--ratio", "0.5"])],
    ids=str)
def test_what_is_not_finite_is_named(hearth, bundled, tmp_path, value, options):
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "model"
    shutil.copytree(bundled, folder)
    weights = load_file(folder / "model.safetensors")
    name = next(n for n in weights if n.endswith("down_proj.weight"))
    weights[name].flat[[5, 700]] = value
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    told = hearth.try_run("export", "-m", folder, tmp_path / "out", "--weight-format", *options)
    assert told.returncode == 2 and f'{name}" has 2 elements that are NaN or infinite' in told.stderr, told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def odd_model(folder):
    """Products with and without transposed weights, experts, a look-up; rows of one column, single rows, and more
    rows than fit one block."""
    from openvino import opset13 as op

    rng = np.random.default_rng(7)
    results = []

    def float_constant(name, shape, dtype):
        values = (rng.standard_normal(shape) * 0.05).astype(dtype)
        constant = op.constant(values)
        constant.set_friendly_name(name)
        return constant if dtype == np.float32 else op.convert(constant, "f32")

    inputs = []
    for i, (rows, cols) in enumerate([(1, 96), (1, 1), (7, 33), (3, 1), (255, 131), (2, 65538), (300001, 5), (64, 64)]):
        for transposed in True, False:
            x = op.parameter([-1, cols], np.float32)
            weight = float_constant(f"weight.{i}.{transposed}", (rows, cols) if transposed else (cols, rows),
                                    np.float16 if i % 2 else np.float32)
            inputs.append(x)
            results.append(op.matmul(x, weight, False, transposed))
    x = op.parameter([3, -1, 33], np.float32)
    inputs.append(x)
    results.append(op.matmul(x, float_constant("experts", (3, 5, 33), np.float16), False, True))
    ids = op.parameter([-1], np.int64)
    inputs.append(ids)
    results.append(op.gather(float_constant("table", (11, 33), np.float32), ids, op.constant(np.int64(0))))
    folder.mkdir()
    ov.save_model(ov.Model(results, inputs, "odd"), folder / "openvino_model.xml", compress_to_fp16=False)
    return folder / "openvino_model.xml"


@pytest.mark.parametrize("options", [
    dict(format="int8_asym"), dict(format="int8_sym"), dict(format="int4_asym", group_size=-1, all_layers=True),
    dict(format="int4_sym", group_size=-1, all_layers=True), dict(format="int4_asym", group_size=32, fallback="ignore"),
    dict(format="nf4", group_size=-1), dict(format="cb4"), dict(format="fp4", group_size=-1),
    dict(format="fp8_e4m3", group_size=-1), dict(format="mxfp4", fallback="ignore", backup="int8_asym"),
    dict(format="nvfp4", fallback="ignore")], ids=lambda o: "-".join(map(str, o.values())))
def test_odd_shapes(hearth, tmp_path, options):
    xml = odd_model(tmp_path / "odd")
    options = {"fallback": "error"} | options
    hearth.run("compress", xml.parent, tmp_path / "out", *hearth_flags(options))
    theirs = constants(compress_with_nncf(xml, options))
    ours = constants(CORE.read_model(tmp_path / "out/openvino_model.xml"))
    named = {name for name in theirs if name in ours or not MADE_UP.search(name)}
    assert len(named) > 18
    for name in named:
        assert name in ours and ours[name][:2] == theirs[name][:2], name
        assert codes(*ours[name]) == codes(*theirs[name]), name


def codes(kind, shape, data):
    """An odd number of codes of four bits leaves a last nibble that means nothing."""
    if any(four in kind for four in ("'uint4_t'", "'int4_t'", "'nfloat4'", "'f4e2m1'")) and np.prod(shape) % 2:
        return data[:-1], data[-1] & 15
    return data, None
