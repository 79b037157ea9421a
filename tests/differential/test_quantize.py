"""hearth_quantize_probe beside nncf.compress_weights: the same codes, scales and zero points.

The comparison is of bytes, and no byte differs: int8 and int4 (symmetric and asymmetric), nf4, cb4,
codebooks, mxfp4, mxfp8, fp8, fp4 and nvfp4 from weights in f32, bf16 and f16. That takes four habits
of NNCF that its formulas do not show, each with weights here that would count differences:
- ranges of asymmetric integers include zero (the groups of one sign in edges());
- fp8 rounds twice, by way of f16 (a few codes in a thousand of any tensor), fp4 once;
- microscaled scales multiply a logarithm by 1 / log(2) in f32, which can lift a power of two
  (powers());
- below COMPILED_ELEMENTS elements another implementation runs, which puts epsilon elsewhere (zeros
  and near zeros in edges()).
Left out are infinities and NaN, which have no meaning in these formats."""
import numpy as np
import pytest

pytest.importorskip("nncf")

from nncf_oracle import (COMPILED_ELEMENTS, FIXED_GROUPS, ROW_MODES, compress,  # noqa: E402
                         quantization_error)
from nncf_weights import edges, powers  # noqa: E402

GROUPED = ("int4_sym", "int4_asym", "nf4", "cb4", "fp8_e4m3", "fp4")
SHAPES = {"small": (12, 256), "compiled": (96, 320), "large": (640, 512)}
assert 12 * 256 < COMPILED_ELEMENTS <= 96 * 320 < 16 * COMPILED_ELEMENTS < 640 * 512


def normal(rng, shape):
    return rng.standard_normal(shape) * 0.02


def uniform(rng, shape):
    return rng.uniform(-0.1, 0.1, shape)


def heavy(rng, shape):
    return rng.standard_t(3, shape) * 0.02


def one_sign(rng, shape):
    return np.abs(rng.standard_normal(shape)) * np.where(np.arange(shape[0]) % 2, 1, -1)[:, None]


def from_source(values, source):
    """f32 values that the type `source` holds: nearest even."""
    values = np.ascontiguousarray(values, np.float32)
    if source == "f16":
        return values.astype(np.float16).astype(np.float32)
    if source == "bf16":
        bits = values.view(np.uint32)
        return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view(np.float32)
    return values


@pytest.fixture
def quantize(ask, tmp_path):
    """What Hearth makes of the weights, in the form of nncf_oracle.compress."""

    def run(weights, mode, group, table=None):
        weights.tofile(tmp_path / "weights")
        request = {"format": mode, "rows": weights.shape[0], "cols": weights.shape[1],
                   "group": weights.shape[1] if group == -1 else group,
                   "weights": str(tmp_path / "weights"), "out": str(tmp_path / "out")}
        if table is not None:
            request["table"] = [float(value) for value in table]
        [answer] = ask("hearth_quantize_probe", [request])
        files = {part: (tmp_path / f"out.{part}").read_bytes()
                 for part in ("codes", "scales", "zero_points")}
        assert answer.pop("not_finite") == 0
        return {**files, **answer}

    return run


def different_bytes(ours, theirs):
    assert ours.keys() == theirs.keys()
    counts = {}
    for part, expected in theirs.items():
        if isinstance(expected, bytes):
            a, b = (np.frombuffer(bytes_, np.uint8) for bytes_ in (ours[part], expected))
            assert a.size == b.size, part
            counts[part] = int(np.count_nonzero(a != b))
        else:
            counts[part] = int(ours[part] != expected)
    return {part: count for part, count in counts.items() if count}


def modes(group):
    for mode in ROW_MODES:
        yield mode, -1
    for mode in GROUPED:
        yield mode, group
    yield from FIXED_GROUPS.items()


@pytest.mark.parametrize("source", ["f32", "bf16", "f16"])
@pytest.mark.parametrize("distribution", [normal, uniform, heavy, one_sign])
@pytest.mark.parametrize("shape", SHAPES)
def test_random_weights(quantize, shape, distribution, source):
    rng = np.random.default_rng([len(shape), len(source), len(distribution.__name__)])
    weights = from_source(distribution(rng, SHAPES[shape]), source)
    group = {"f32": 64, "bf16": 32, "f16": -1}[source]
    for mode, group_size in modes(group):
        theirs = compress(weights, mode, group_size, source)
        assert different_bytes(quantize(weights, mode, group_size), theirs) == {}, mode


@pytest.mark.parametrize("shape", SHAPES)
def test_edges(quantize, shape):
    weights = edges(*SHAPES[shape], np.random.default_rng(4))
    for mode, group in modes(64):
        assert different_bytes(quantize(weights, mode, group), compress(weights, mode, group)) == {}, mode


@pytest.mark.parametrize("rows", [96, 4 * 96])
def test_powers_of_two(quantize, rows):
    weights = np.tile(powers(), (rows // 96, 1))
    for mode in ("mxfp4", "mxfp8_e4m3"):
        assert different_bytes(quantize(weights, mode, 32), compress(weights, mode, 32)) == {}, mode


@pytest.mark.parametrize("group", [16, 128, 256])
def test_groups(quantize, group):
    weights = from_source(heavy(np.random.default_rng(group), (48, 512)), "bf16")
    for mode in GROUPED:
        theirs = compress(weights, mode, group, "bf16")
        assert different_bytes(quantize(weights, mode, group), theirs) == {}, mode


@pytest.mark.parametrize("values", [2, 5, 16, 17, 256, 257, 1000])
def test_codebooks(quantize, values):
    rng = np.random.default_rng(values)
    table = np.sort(rng.standard_normal(values)).astype(np.float32)
    weights = from_source(heavy(rng, (64, 256)), "f32")
    theirs = compress(weights, "codebook", 64, table=table)
    assert different_bytes(quantize(weights, "codebook", 64, table), theirs) == {}


def test_smollm2(quantize, smollm2_folder):
    from safetensors.torch import load_file

    tensors = load_file(smollm2_folder / "model.safetensors")
    names = [name for name in tensors if ".layers.7." in name and tensors[name].ndim == 2]
    assert len(names) == 7
    for name in names:
        weights = tensors[name].float().numpy()
        source = {"float16": "f16", "bfloat16": "bf16"}[str(tensors[name].dtype).split(".")[1]]
        for mode, group in modes(64):
            theirs = compress(weights, mode, group, source)
            assert different_bytes(quantize(weights, mode, group), theirs) == {}, (name, mode)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("distribution", [normal, heavy, one_sign])
def test_sensitivity(ask, tmp_path, distribution, shape):
    """A matrix's error is its largest row's."""
    weights = from_source(distribution(np.random.default_rng(3), SHAPES[shape]), "bf16")
    weights.tofile(tmp_path / "weights")
    rows, cols = weights.shape
    ask("hearth_quantize_probe", [{"rows": rows, "cols": cols, "weights": str(tmp_path / "weights"),
                                   "out": str(tmp_path / "out"), "errors": True}])
    errors = np.fromfile(tmp_path / "out.errors", np.float32)
    assert errors.shape == (rows,)
    assert errors.max() == pytest.approx(quantization_error(weights), rel=1e-6)
