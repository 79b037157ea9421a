"""The cases of make_op_goldens.py: what to run, not how. Values are small multiples of 1/8, so that
sums and products of a few of them are exact in f32 whatever the order."""

from dataclasses import dataclass

import numpy as np

RNG = np.random.default_rng(11)
DTYPES = {
    "boolean": np.bool_, "f16": np.float16, "f32": np.float32, "f64": np.float64,
    "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
    "u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "u64": np.uint64,
}  # fmt: skip
NAN, INF = float("nan"), float("inf")


@dataclass
class T:
    """A tensor: values, or the bytes of a type that numpy does not know."""

    type: str
    shape: tuple
    values: object = None
    raw: bytes = None
    const: bool = False

    def to_bytes(self):
        return self.raw if self.raw is not None else self.values.tobytes()


@dataclass
class Case:
    type: str
    version: str
    attributes: dict
    inputs: list
    error: bool = False  # OpenVINO refuses it, and so should we
    cpu: bool = False  # ask the CPU plugin: OpenVINO's reference is known to differ from its spec


def t(type_, shape, values=None, **kw):
    """Random values unless given."""
    shape = tuple(shape)
    count = int(np.prod(shape)) if shape else 1
    if values is None:
        if type_ == "boolean":
            values = RNG.integers(0, 2, count)
        elif type_.startswith("u"):
            values = RNG.integers(0, 9, count)
        elif type_.startswith("i"):
            values = RNG.integers(-9, 10, count)
        else:
            values = RNG.integers(-32, 33, count) / 8
    if type_[0] in "iu":  # as Python integers: numpy makes a float of a mixed list with 2**64 - 1
        values = [int(v) for v in np.asarray(values, dtype=object).reshape(-1)]
    return T(type_, shape, np.array(values, DTYPES[type_]).reshape(-1), **kw)


def packed(type_, shape, bits):
    count = (int(np.prod(shape)) * bits + 7) // 8
    raw = RNG.integers(0, 256, count, dtype=np.uint8)
    if int(np.prod(shape)) * bits % 8 == 4:
        raw[-1] &= 0xF  # unused bits are 0
    return T(type_, tuple(shape), raw=raw.tobytes())


def ints(values, type_="i64"):
    return t(type_, np.shape(values), values, const=True)


def one(type_, version, inputs, error=False, cpu=False, **attributes):
    return Case(type_, version, attributes, inputs, error, cpu)


FLOATS = ["f32", "f16", "bf16", "f64"]
INTEGERS = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"]
SHAPES = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1, 3), (4, 1)), ((), (2,)), ((0, 3), (1, 3)), ((), ())]


def bf16(shape, values):
    """f32 values that bf16 holds exactly."""
    bits = np.asarray(values, np.float32).reshape(-1).view(np.uint32) >> 16
    return T("bf16", tuple(shape), raw=bits.astype(np.uint16).tobytes())


def number(type_, shape, **kw):
    if type_ != "bf16":
        return t(type_, shape, **kw)
    return bf16(shape, t("f32", shape).values)


def binary():
    for op in ["Add", "Subtract", "Multiply", "Maximum", "Minimum", "SquaredDifference"]:
        for a, b in SHAPES:
            yield one(op, "opset1", [t("f32", a), t("f32", b)], auto_broadcast="numpy")
        # SquaredDifference of other integers falls to the CPU plugin, which has no such kernels.
        for type_ in FLOATS[1:] + (INTEGERS if op != "SquaredDifference" else ["i32", "i64"]):
            yield one(op, "opset1", [number(type_, (2, 3)), number(type_, (3,))], auto_broadcast="numpy")
    yield one("Add", "opset1", [t("f32", (2, 3)), t("f32", (3,))], auto_broadcast="none", error=True)
    yield one("Add", "opset1", [t("f32", (2, 3)), t("f32", (2,))], auto_broadcast="numpy", error=True)
    yield one("Add", "opset1", [t("f32", (2,)), t("i32", (2,))], auto_broadcast="numpy", error=True)
    yield one("Add", "opset1", [t("boolean", (2,)), t("boolean", (2,))], auto_broadcast="numpy", error=True)
    yield one("Add", "opset1", [t("i32", (2,), [2**31 - 1, -(2**31)]), t("i32", (2,), [1, -1])])
    a, b = [7, -7, 7, -7, 5, 0, -2, 2], [2, 2, -2, -2, 5, 3, 3, 40]
    for op in ["Divide", "FloorMod", "Mod", "Power"]:
        kinds = ["i32", "i64", "f32"] if op != "Power" else ["i64", "f32", "f16"]
        for type_ in kinds:
            yield one(op, "opset1", [t(type_, (8,), a), t(type_, (8,), b)])
    for op in ["Divide", "FloorMod", "Mod"]:
        yield one(op, "opset1", [t("u8", (3,), [200, 7, 255]), t("u8", (3,), [7, 200, 2])])
    yield one("Divide", "opset1", [t("i32", (8,), a), t("i32", (8,), b)], m_pythondiv=False)
    yield one("Divide", "opset1", [t("i64", (2,), [1, 2]), t("i64", (2,), [1, 0])], error=True)
    grid = [0.0, -0.0, 1, NAN, INF, -INF]
    both = [t("f32", (6, 1), grid), t("f32", (6,), grid)]
    for op in ["Divide", "Power"]:
        yield one(op, "opset1", both)
    # The remainder by infinity is NaN in OpenVINO, against IEEE 754.
    finite = [0.0, -0.0, 1, NAN, -2.5, 0.75]
    for op in ["FloorMod", "Mod"]:
        yield one(op, "opset1", [t("f32", (6, 1), finite), t("f32", (6,), finite)])
    yield one("Power", "opset1", [t("f32", (4,), [2, 9, 0.5, -8]), t("f32", (), 0.5)])


def compare():
    for op in ["Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"]:
        for a, b in SHAPES[:4]:
            yield one(op, "opset1", [t("i64", a), t("i64", b)], auto_broadcast="numpy")
        for type_ in ["f32", "f16", "bf16", "u8", "i32"]:
            yield one(op, "opset1", [number(type_, (2, 3)), number(type_, (3,))])
        yield one(op, "opset1", [t("u64", (3,), [2**63, 1, 5]), t("u64", (3,), [1, 2**63, 5])])
        grid = [0.0, -0.0, 1, NAN, INF, -INF]
        yield one(op, "opset1", [t("f32", (6, 1), grid), t("f32", (6,), grid)])
    for op, version in [("LogicalAnd", "opset1"), ("LogicalOr", "opset1"), ("LogicalXor", "opset2")]:
        yield one(op, version, [t("boolean", (2, 1), [0, 1]), t("boolean", (2,), [0, 1])], auto_broadcast="numpy")
        yield one(op, version, [t("i32", (2,)), t("i32", (2,))], error=True)
    yield one("LogicalNot", "opset1", [t("boolean", (2, 2))])
    for op in ["BitwiseAnd", "BitwiseOr", "BitwiseXor"]:
        for type_ in ["boolean", "i32", "u8", "i64"]:
            yield one(op, "opset13", [t(type_, (2, 3)), t(type_, (3,))], auto_broadcast="numpy")
        yield one(op, "opset13", [t("f32", (2,)), t("f32", (2,))], error=True)
    for type_ in ["boolean", "i32", "u8", "i8"]:
        yield one("BitwiseNot", "opset13", [t(type_, (2, 3))])
    grid = t("f32", (6,), [0, -0.5, 1, NAN, INF, -INF])
    yield one("IsNaN", "opset10", [grid])
    yield one("IsFinite", "opset10", [grid])
    for n, p in [(True, True), (True, False), (False, True)]:
        yield one("IsInf", "opset10", [grid], detect_negative=n, detect_positive=p)
    for type_ in ["f32", "i64", "u8", "f16", "boolean"]:
        yield one("Select", "opset1", [t("boolean", (2, 1, 2)), t(type_, (3, 1)), t(type_, ())], auto_broadcast="numpy")
    yield one("Select", "opset1", [t("boolean", (2, 3)), t("f32", (2, 3)), t("f32", (2, 3))], auto_broadcast="none")
    yield one("Select", "opset1", [t("boolean", (2,)), t("f32", (2,)), t("i32", (2,))], error=True)


def unary():
    odd = [0.0, -0.0, NAN, INF, -INF]
    wide = [-20.5, -3, -1.25, -0.5, -0.125, 0.1, 0.5, 1, 1.5, 2.5, 3.75, 9, 30, 88]
    plain = ["Sqrt", "Exp", "Log", "Sin", "Cos", "Erf", "Tanh", "Sigmoid", "Abs", "Negative", "Sign",
             "Floor", "Ceiling", "ReLU"]  # fmt: skip
    for op in plain:
        small = [v for v in wide if abs(v) < 10]  # f16's exp ends at 11
        # Sine and cosine of infinity, and a NaN into ReLU, differ between OpenVINO's own devices.
        skip = {"Sin": [NAN, INF, -INF], "Cos": [NAN, INF, -INF], "ReLU": [NAN]}.get(op, [])
        specials = [v for v in odd if v not in skip]
        yield one(op, "opset1", [t("f32", (len(wide + specials),), wide + specials)])
        yield one(op, "opset1", [t("f16", (len(small),), small)])
        yield one(op, "opset1", [bf16((len(small),), np.round(np.array(small) * 4) / 4)])
        yield one(op, "opset1", [t("f32", (), [0.75])])
        yield one(op, "opset1", [t("f32", (0, 2), [])])
    for op in ["Abs", "Negative", "Sign", "Floor", "Ceiling", "ReLU"]:
        for type_ in ["i32", "i64", "i8"]:
            yield one(op, "opset1", [t(type_, (5,), [-7, -1, 0, 2, 100])])
    for op, values in [("Sqrt", [0, 1, 2, 3, 10, 100]), ("Exp", [0, 1, 2, -3]), ("Tanh", [-2, 0, 1])]:
        yield one(op, "opset1", [t("i32", (len(values),), values)])
    x = t("f32", (len(wide),), wide)
    for mode in ["ERF", "TANH"]:
        yield one("Gelu", "opset7", [x], approximation_mode=mode)
    yield one("Gelu", "opset2", [x])
    yield one("Gelu", "opset7", [t("f16", (3,), [-1, 0.5, 2])], approximation_mode="ERF")
    yield one("Swish", "opset4", [x])
    yield one("Swish", "opset4", [x, t("f32", (), [1.5])])
    yield one("Swish", "opset4", [t("f16", (3,), [-1, 0.5, 2])])
    yield one("SoftPlus", "opset4", [t("f32", (6,), [-100, -1, 0, 1, 20.5, 100])])
    halves = t("f32", (8,), [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.75, -1e9])
    for mode in ["half_to_even", "half_away_from_zero"]:
        yield one("Round", "opset5", [halves], mode=mode)
        yield one("Round", "opset5", [t("f16", (4,), [-2.5, 0.5, 1.5, 2.25])], mode=mode)
    for type_ in ["f32", "f16", "i32", "i64", "u8"]:
        values = [0, 1, 2, 3, 100] if type_ == "u8" else [-7, -1, 0, 2, 100]
        yield one("Clamp", "opset1", [t(type_, (5,), values)], min=-1.5, max=2.5)
    yield one("Clamp", "opset1", [t("f32", (2,))], min=2.5, max=1.5, error=True)


def convert():
    values = [0, 1.5, -1.5, 2.7, -2.7, 0.4, -0.4, 127.9, 255.6, 300, -300, 65519, 65520, 7e4, 1e6, 1e-8, 6e-8, 3e38]
    for to in ["f16", "bf16", "f64", "boolean", "i32", "i64"]:
        small = [v for v in values if to[0] != "i" or abs(v) < 1e9]
        yield one("Convert", "opset1", [t("f32", (len(small),), small)], destination_type=to)
    for to in ["i8", "u8", "i16", "u16", "u32", "u64", "u4", "i4"]:
        small = [v for v in values if abs(v) < 1e5]
        yield one("Convert", "opset1", [t("f32", (len(small),), small)], destination_type=to)
    whole = [0, 1, -1, 127, 128, -129, 255, 256, 65536, 2**24 + 1, 2**31 - 1, -(2**31), 2**31, 2**40, 2**53 + 1, -(2**63)]
    for to in INTEGERS + ["boolean", "f32", "f64", "f16", "bf16", "u4", "i4"]:
        yield one("Convert", "opset1", [t("i64", (16,), whole)], destination_type=to)
    yield one("Convert", "opset1", [t("u64", (3,), [0, 2**63, 2**64 - 1])], destination_type="f32")
    yield one("Convert", "opset1", [t("u64", (3,), [0, 2**63, 2**64 - 1])], destination_type="f64")
    for of in ["i8", "u8", "i16", "u16", "i32", "u32", "boolean"]:
        for to in ["f32", "i64", "u8"]:
            yield one("Convert", "opset1", [t(of, (7,))], destination_type=to)
    for of, bits in [("i4", 4), ("u4", 4), ("u1", 1), ("u2", 2), ("nf4", 4), ("f4e2m1", 4)]:
        for to in ["f32", "f16"] + (["i8", "i32"] if of[0] in "iu" else []):
            yield one("Convert", "opset1", [packed(of, (3, 5), bits)], destination_type=to)
    all_bytes = bytes(range(256))
    for of in ["f8e4m3", "f8e5m2", "f8e8m0"]:
        for to in ["f32", "f16"] if of != "f8e8m0" else ["f32"]:
            yield one("Convert", "opset1", [T(of, (256,), raw=all_bytes)], destination_type=to)
    halves = RNG.integers(0, 65536, 64, dtype=np.uint16).tobytes()
    yield one("Convert", "opset1", [T("f16", (64,), raw=halves)], destination_type="f32")
    yield one("Convert", "opset1", [T("bf16", (64,), raw=halves)], destination_type="f32")
    yield one("Convert", "opset1", [t("f16", (3,), [1.5, -2.5, 300])], destination_type="i32")
    yield one("Convert", "opset1", [t("f64", (4,), [1.1, 1e300, -1e-300, 3e9])], destination_type="f32")
    yield one("Convert", "opset1", [t("f64", (3,), [1.1, -7.9, 3e9])], destination_type="i64")
    yield one("ConvertLike", "opset1", [t("f32", (3,), [1.5, -2.5, 3]), t("i32", (1,))])
    for type_ in ["i32", "i64"]:
        yield one("ShapeOf", "opset3", [t("f32", (2, 0, 3), [])], output_type=type_)
        yield one("ShapeOf", "opset3", [t("u8", ())], output_type=type_)
    yield one("ShapeOf", "opset1", [t("f32", (4, 2))])


def reduce():
    for op in ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"]:
        version = "opset4" if op in ("ReduceL1", "ReduceL2") else "opset1"
        for axes in [[1], [-1, 0], [0, 1, 2], 2, [1, -2]]:
            for keep in [True, False]:
                yield one(op, version, [t("f32", (2, 3, 4)), ints(axes)], keep_dims=keep)
        yield one(op, version, [t("f32", (2, 3)), t("i64", (0,), [], const=True)], keep_dims=False)
        # The CPU plugin, which stands in for other types, computes f64 in f32 and saturates u8.
        for type_ in ["f16", "bf16"] + (["i32", "i64"] if op != "ReduceL2" else []):
            yield one(op, version, [number(type_, (2, 5)), ints([1], "i32")], keep_dims=True)
        if op not in ("ReduceMax", "ReduceMin"):
            yield one(op, version, [t("f32", (2, 0), []), ints([1])], keep_dims=False)
        yield one(op, version, [t("f32", (2, 3)), ints([2])], keep_dims=False, error=True)
    yield one("ReduceMean", "opset1", [t("i32", (1, 3), [-1, -2, -4]), ints([1])], keep_dims=False)
    for op in ["ReduceLogicalAnd", "ReduceLogicalOr"]:
        for shape in [(2, 3), (2, 0), (4, 2)]:
            yield one(op, "opset1", [t("boolean", shape), ints([1])], keep_dims=False)
    for exclusive in [False, True]:
        for reverse in [False, True]:
            yield one("CumSum", "opset3", [t("f32", (2, 3, 2)), ints(1)], exclusive=exclusive, reverse=reverse)
    yield one("CumSum", "opset3", [t("i64", (2, 5)), ints(-1)], exclusive=False, reverse=False)
    x = t("f32", (2, 5), [1, 4, -2, 4, 0, 5, 3, 9, 9, 1])
    for mode in ["max", "min"]:
        for sort in ["value", "index"]:
            for k, axis in [(3, -1), (1, 0), (5, 1)]:
                yield one("TopK", "opset11", [x, ints(k)], axis=axis, mode=mode, sort=sort,
                          index_element_type="i64", stable=True, cpu=True)  # fmt: skip
    yield one("TopK", "opset3", [t("i32", (6,), [5, -3, 7, 1, 0, 2]), ints(2)], axis=0, mode="max", sort="value", index_element_type="i32")
    yield one("TopK", "opset1", [t("f16", (3,), [1, 3, 2]), ints(2)], axis=0, mode="min", sort="value")


def normalisation():
    for axis in [0, 1, 2, -1]:
        yield one("SoftMax", "opset8", [t("f32", (2, 3, 4))], axis=axis)
        yield one("LogSoftmax", "opset5", [t("f32", (2, 3, 4))], axis=axis)
    yield one("SoftMax", "opset1", [t("f32", (2, 3))], axis=1)
    yield one("SoftMax", "opset8", [t("f16", (2, 3))], axis=1)
    yield one("SoftMax", "opset8", [t("f32", (2, 2), [-INF, 0, -INF, -INF])], axis=1)
    yield one("SoftMax", "opset8", [t("f32", (2, 3))], axis=2, error=True)
    for axes in [[2], [-1, 1], [0, 1, 2]]:
        for mode in ["INSIDE_SQRT", "OUTSIDE_SQRT"]:
            yield one("MVN", "opset6", [t("f32", (2, 3, 4)), ints(axes)], eps=1e-5, normalize_variance=True, eps_mode=mode)
    yield one("MVN", "opset6", [t("f32", (2, 3)), ints([1])], eps=1e-5, normalize_variance=False, eps_mode="INSIDE_SQRT")
    yield one("MVN", "opset6", [t("f16", (2, 8)), ints([1])], eps=1e-5, normalize_variance=True, eps_mode="INSIDE_SQRT")


def matmul():
    shapes = [((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)),
              ((2, 1, 2, 3), (3, 3, 4)), ((0, 3), (3, 2)), ((2, 0), (0, 3))]  # fmt: skip
    for a, b in shapes:
        for ta in [False, True]:
            for tb in [False, True]:
                x = a[:-2] + (a[-1], a[-2]) if ta and len(a) > 1 else a
                y = b[:-2] + (b[-1], b[-2]) if tb and len(b) > 1 else b
                yield one("MatMul", "opset1", [t("f32", x), t("f32", y)], transpose_a=ta, transpose_b=tb)
    for type_ in ["f16", "bf16", "f64", "i32", "i64"]:
        yield one("MatMul", "opset1", [number(type_, (2, 3)), number(type_, (3, 2))], transpose_a=False, transpose_b=False)
    yield one("MatMul", "opset1", [t("f32", (2, 3)), t("f32", (4, 2))], transpose_a=False, transpose_b=False, error=True)
    q, k, v = (2, 3, 4, 8), (2, 3, 5, 8), (2, 3, 5, 6)
    sdpa = lambda inputs, causal=False, **kw: one("ScaledDotProductAttention", "opset13", inputs, causal=causal, cpu=True, **kw)
    qkv = lambda type_="f32": [t(type_, q), t(type_, k), t(type_, v)]
    yield sdpa(qkv())
    yield sdpa(qkv(), causal=True)
    yield sdpa(qkv() + [t("f32", (4, 5))])
    yield sdpa(qkv() + [t("f32", (2, 1, 4, 5))])
    yield sdpa(qkv() + [t("f32", (2, 1, 1, 5))])
    keep = np.ones((4, 5))
    keep[:, 3] = 0
    yield sdpa(qkv() + [t("boolean", (1, 1, 4, 5), keep)])
    yield sdpa(qkv() + [t("f32", (4, 5)), t("f32", (), [0.25])])
    yield sdpa([t("f32", (1, 4, 2, 8)), t("f32", (1, 1, 3, 8)), t("f32", (1, 1, 3, 8))])
    yield sdpa([t("f32", q), t("f32", (2, 3, 5, 7)), t("f32", v)], error=True)
    yield sdpa([t("f32", q), t("f32", k), t("f32", (2, 3, 4, 6))], error=True)


def reshape():
    for shape, pattern, zero in [((2, 3, 4), [6, 4], False), ((2, 3, 4), [-1], False), ((2, 3, 4), [0, -1], True),
                                 ((2, 3, 4), [0, 0, 2, -1], True), ((2, 3, 4), [4, -1, 2], False), ((1,), [1, 1], False),
                                 ((0, 3), [3, 0], False), ((0, 3), [0, -1], True), ((0, 6), [-1, 3], False),
                                 ((2, 0), [0, 5], False)]:  # fmt: skip
        yield one("Reshape", "opset1", [t("f32", shape), ints(pattern)], special_zero=zero)
    yield one("Reshape", "opset1", [t("f32", (1, 1)), t("i64", (0,), [], const=True)], special_zero=False)
    yield one("Reshape", "opset1", [packed("u4", (3, 5), 4), ints([5, 3])], special_zero=False, cpu=True)
    for pattern in [[4, 4], [-1, -1], [5, -1], [-2, 3]]:
        yield one("Reshape", "opset1", [t("f32", (2, 3)), ints(pattern)], special_zero=False, error=True)
    yield one("Reshape", "opset1", [t("f32", (2, 3)), ints([3, 2, 0])], special_zero=True, error=True)
    for axes in [[0], [1, 3], [-1], 0, [0, -1], [0, 0]]:
        yield one("Unsqueeze", "opset1", [t("f32", (2, 3)), ints(axes)])
    yield one("Unsqueeze", "opset1", [t("f32", (2, 3)), ints([4])], error=True)
    for axes in [[0], [0, 2], [-2], 0]:
        yield one("Squeeze", "opset1", [t("f32", (1, 3, 1, 2)), ints(axes)])
    yield one("Squeeze", "opset1", [t("f32", (1, 3, 1, 2))])
    yield one("Squeeze", "opset15", [t("f32", (1, 3, 1, 2)), ints([0])], allow_axis_skip=False)
    yield one("Squeeze", "opset15", [t("f32", (1, 3, 1, 2)), ints([0, 1])], allow_axis_skip=True)
    yield one("Squeeze", "opset1", [t("f32", (1, 3)), ints([2])], error=True)
    for type_ in ["f32", "f16", "u8", "i64", "boolean", "f64"]:
        yield one("Transpose", "opset1", [t(type_, (2, 3, 4)), ints([2, 0, 1])])
    yield one("Transpose", "opset1", [t("f32", (2, 3, 4)), t("i64", (0,), [], const=True)])
    yield one("Transpose", "opset1", [t("f32", (2, 3, 1, 2)), ints([0, 2, 1, 3])])
    yield one("Transpose", "opset1", [t("f32", (2, 0), []), ints([1, 0])])
    for order in [[0, 0], [1], [2, 0], [-1, 0]]:
        yield one("Transpose", "opset1", [t("f32", (2, 3)), ints(order)], error=True)


def broadcast():
    for shape, target in [((3,), [2, 3]), ((2, 1), [2, 4]), ((), [2, 2]), ((1,), [0]), ((2, 3), [1, 2, 3])]:
        yield one("Broadcast", "opset3", [t("f32", shape), ints(target)], mode="numpy")
        yield one("Broadcast", "opset3", [t("i64", shape), ints(target)], mode="bidirectional")
    yield one("Broadcast", "opset3", [t("f32", (2, 3)), ints([3])], mode="bidirectional")
    yield one("Broadcast", "opset3", [t("f32", (4, 1, 3)), ints([2, 1])], mode="bidirectional")
    yield one("Broadcast", "opset3", [t("f32", (2, 3)), ints([2, 4, 3]), ints([0, 2])], mode="explicit")
    yield one("Broadcast", "opset3", [t("f32", (3,)), ints([3, 2]), ints([0])], mode="explicit")
    yield one("Broadcast", "opset1", [t("u8", (3,)), ints([2, 3])], mode="numpy")
    yield one("Broadcast", "opset3", [t("f32", (2, 3)), ints([3])], mode="numpy", error=True)
    yield one("Broadcast", "opset3", [t("f32", (3,)), ints([2])], mode="numpy", error=True)
    yield one("Broadcast", "opset3", [t("f32", (2, 3)), ints([3, 2]), ints([1, 0])], mode="explicit", error=True)
    for shape, repeats in [((2, 3), [2, 1]), ((3,), [2, 2]), ((2, 3), [2]), ((2,), [0]), ((1, 2), [1, 3, 2])]:
        yield one("Tile", "opset1", [t("f32", shape), ints(repeats)])
    for axis in [0, 1, -1]:
        yield one("Concat", "opset1", [t("f32", (2, 2)), t("f32", (2, 2)), t("f32", (2, 2))], axis=axis)
    yield one("Concat", "opset1", [t("u8", (2, 0, 2), []), t("u8", (2, 3, 2))], axis=1)
    yield one("Concat", "opset1", [packed("u4", (3,), 4), packed("u4", (2,), 4)], axis=0, cpu=True)
    yield one("Concat", "opset1", [t("f32", (2, 2)), t("f32", (3, 2))], axis=1, error=True)
    yield one("Concat", "opset1", [t("f32", (2, 2)), t("f16", (2, 2))], axis=1, error=True)
    yield one("Split", "opset1", [t("f32", (2, 6)), ints(1)], num_splits=3)
    yield one("Split", "opset1", [t("f16", (4, 1, 2)), ints(-3)], num_splits=2)
    yield one("Split", "opset1", [t("f32", (2, 5)), ints(1)], num_splits=3, error=True)
    yield one("VariadicSplit", "opset1", [t("f32", (2, 6)), ints(1), ints([1, 3, 2])])
    yield one("VariadicSplit", "opset1", [t("i32", (5, 2)), ints(0), ints([2, -1, 0])])
    yield one("VariadicSplit", "opset1", [t("f32", (2, 6)), ints(1), ints([1, 3])], error=True)
    yield one("VariadicSplit", "opset1", [t("f32", (2, 6)), ints(1), ints([-1, -1])], error=True)


BIG = 2**63 - 1


def slice_():
    x = (4, 5, 6)
    for start, stop, step, axes in [([1], [3], [1], [0]), ([-3], [BIG], [2], [-1]), ([5], [-BIG - 1], [-2], [2]), ([0, 4], [2, 0], [1, -1], [0, 1]),
                                    ([10], [20], [1], [0]), ([3], [1], [1], [0]), ([-100], [100], [3], [1]), ([-1], [-4], [-1], [1]),
                                    ([2], [-1], [1], [2])]:  # fmt: skip
        yield one("Slice", "opset8", [t("f32", x), ints(start), ints(stop), ints(step), ints(axes)])
    yield one("Slice", "opset8", [t("u8", x), ints([1, 2]), ints([3, 4]), ints([1, 1])])
    yield one("Slice", "opset8", [t("f16", (6,)), ints([1], "i32"), ints([5], "i32"), ints([3], "i32"), ints([0], "i32")])
    yield one("Slice", "opset8", [t("f32", (0, 2), []), ints([0]), ints([5]), ints([1]), ints([0])])
    yield one("Slice", "opset8", [t("f32", x), ints([0]), ints([2]), ints([0]), ints([0])], error=True)
    yield one("Slice", "opset8", [t("f32", x), ints([0, 1]), ints([2, 2]), ints([1, 1]), ints([0, 0])], error=True)
    yield one("Slice", "opset8", [t("f32", x), ints([0]), ints([2]), ints([1]), ints([3])], error=True)
    masks = lambda b=(), e=(), n=(), s=(), l=(): dict(begin_mask=list(b), end_mask=list(e), new_axis_mask=list(n), shrink_axis_mask=list(s), ellipsis_mask=list(l))
    cases = [([1, 1, 1], [3, 2, 2], [1, 1, 1], masks([0, 1, 0], [0, 0, 1])), ([0, -1], [10, 0], [2, 1], masks([0, 0], [0, 0], [], [0, 1])),
             ([0, 0, 1], [0, 0, 3], [1, 1, 1], masks([0] * 3, [0] * 3, [1, 0, 0], [], [0, 1, 0])), ([5, 0], [0, 0], [-1, 1], masks([1, 1], [1, 1])),
             ([1, 0, 2], [2, 0, 3], [1, 1, 1], masks([0] * 3, [0] * 3, [], [1, 0, 1], [0, 1, 0])), ([-2], [BIG], [1], masks([0], [0])),
             ([0, 0], [3, 4], [1, 1], masks([0, 0], [0, 0], [0, 1]))]  # fmt: skip
    for begin, end, step, m in cases:
        yield one("StridedSlice", "opset1", [t("f32", x), ints(begin), ints(end), ints(step)], **m)
    yield one("StridedSlice", "opset1", [t("i64", (5,)), ints([1]), ints([4]), ints([1])], **masks([0], [0]))
    yield one("StridedSlice", "opset1", [t("f32", (4,)), ints([9]), ints([10]), ints([1])], error=True, **masks([0], [0], [], [1]))
    yield one("StridedSlice", "opset1", [t("f32", (4,)), ints([0, 0]), ints([1, 1]), ints([1, 1])], error=True, **masks([0, 0], [0, 0]))
    yield one("StridedSlice", "opset1", [t("f32", (4,)), ints([0, 0]), ints([1, 1]), ints([1, 1])], error=True, **masks([0, 0], [0, 0], [], [], [1, 1]))
    for mode in ["constant", "edge", "reflect", "symmetric"]:
        yield one("Pad", "opset12", [t("f32", (3, 4)), ints([1, 2]), ints([2, 0])], pad_mode=mode)
        yield one("Pad", "opset1", [t("i32", (5,)), ints([2]), ints([3])], pad_mode=mode)
    yield one("Pad", "opset12", [t("f32", (3, 4)), ints([1, 0]), ints([0, 1]), t("f32", (), [7])], pad_mode="constant")
    yield one("Pad", "opset12", [t("f32", (3, 4)), ints([-1, 1]), ints([0, -2]), t("f32", (), [7])], pad_mode="constant")
    yield one("Pad", "opset1", [t("f32", (4,)), ints([6]), ints([0])], pad_mode="reflect", error=True)
    yield one("Pad", "opset1", [t("f32", (4,)), ints([1, 1]), ints([0, 1])], pad_mode="constant", error=True)


def gather():
    for axis in [0, 1, -1]:
        for shape in [(2,), (), (2, 2)]:
            yield one("Gather", "opset8", [t("f32", (3, 3, 2)), t("i64", shape, RNG.integers(-2, 2, int(np.prod(shape)))), ints(axis)], batch_dims=0)
    yield one("Gather", "opset8", [t("i64", (2, 4, 3)), t("i32", (2, 2), [0, 3, -1, 1]), ints(1)], batch_dims=1)
    yield one("Gather", "opset8", [t("f16", (2, 2, 3)), t("i64", (2, 2, 2), [0, 1, 2, 0, 1, 1, 0, 2]), ints(2)], batch_dims=-1)
    yield one("Gather", "opset7", [t("u8", (3, 2)), t("i64", (4,), [2, 0, 1, 1]), ints(0)], batch_dims=0)
    yield one("Gather", "opset1", [t("f32", (3, 2)), t("i32", (2,), [2, 0]), ints(0)])
    yield one("Gather", "opset8", [t("f32", (3, 2)), t("i64", (0,), []), ints(0)], batch_dims=0)
    yield one("Gather", "opset8", [t("f32", (2, 3)), t("i64", (3, 2), [0] * 6), ints(1)], batch_dims=1, error=True)
    yield one("Gather", "opset8", [t("f32", (2, 3)), t("i64", (2,), [0] * 2), ints(2)], batch_dims=0, error=True)
    yield one("GatherElements", "opset6", [t("f32", (3, 4)), t("i64", (3, 2), [0, 3, 1, 1, -1, 2])], axis=1)
    yield one("GatherElements", "opset6", [t("i32", (2, 3, 2)), t("i32", (1, 3, 2), [0, 1, 1, 0, 0, 1])], axis=0)
    yield one("GatherElements", "opset6", [t("f32", (3, 4)), t("i64", (2, 2), [0] * 4)], axis=1, error=True)
    yield one("GatherND", "opset8", [t("f32", (2, 3, 4)), t("i64", (2, 2), [0, 1, 1, -1])], batch_dims=0)
    yield one("GatherND", "opset8", [t("f32", (2, 3)), t("i64", (3, 1), [1, 0, 1])], batch_dims=0)
    yield one("GatherND", "opset8", [t("i64", (2, 3, 4)), t("i64", (2, 2, 1), [0, 2, 1, 1])], batch_dims=1)
    yield one("GatherND", "opset8", [t("f32", (2, 2, 3)), t("i32", (2, 2, 1), [0, 2, 1, 1])], batch_dims=2)
    yield one("GatherND", "opset5", [t("f32", (2, 3)), t("i64", (2, 1), [1, 2])], batch_dims=1)
    yield one("GatherND", "opset8", [t("f32", (2, 3)), t("i64", (3, 3), [0] * 9)], batch_dims=0, error=True)


def scatter():
    yield one("ScatterUpdate", "opset3", [t("f32", (4, 3)), t("i64", (2,), [3, 0]), t("f32", (2, 3)), ints(0)])
    yield one("ScatterUpdate", "opset3", [t("i32", (2, 4)), t("i32", (2, 1), [1, 3]), t("i32", (2, 2, 1)), ints([1])])
    yield one("ScatterUpdate", "opset3", [t("f32", (4, 3)), t("i64", (2,), [3, 0]), t("f32", (3, 3)), ints(0)], error=True)
    index, update = t("i64", (2, 3), [0, 1, 2, 2, 1, 0]), t("f32", (2, 3))
    yield one("ScatterElementsUpdate", "opset3", [t("f32", (3, 3)), index, update, ints(0)])
    for reduction in ["none", "sum", "prod", "min", "max", "mean"]:
        for init in [True, False] if reduction != "none" else [True]:
            yield one("ScatterElementsUpdate", "opset12", [t("f32", (3, 3)), index, update, ints(0)], reduction=reduction, use_init_val=init)
            repeated = t("i64", (5,), [1, 1, 3, -1, 1])
            yield one("ScatterElementsUpdate", "opset12", [t("i32", (5,)), repeated, t("i32", (5,)), ints(-1)], reduction=reduction, use_init_val=init)
    yield one("ScatterElementsUpdate", "opset12", [t("f32", (3,)), t("i64", (2,), [0, 7]), t("f32", (2,)), ints(0)], reduction="none", use_init_val=True, error=True)
    for reduction in ["none", "sum", "sub", "prod", "min", "max"]:
        yield one("ScatterNDUpdate", "opset15", [t("f32", (4, 3)), t("i64", (3, 1), [3, 0, 3]), t("f32", (3, 3))], reduction=reduction)
        yield one("ScatterNDUpdate", "opset15", [t("i32", (2, 3)), t("i64", (3, 2), [0, 1, 1, -1, 0, 1]), t("i32", (3,))], reduction=reduction)
    yield one("ScatterNDUpdate", "opset4", [t("f32", (2, 2, 2)), t("i64", (1, 2), [1, 0]), t("f32", (1, 2))])
    yield one("ScatterNDUpdate", "opset4", [t("f32", (2, 2)), t("i64", (1, 3), [1, 0, 0]), t("f32", (1,))], error=True)
    for type_ in ["f32", "i64", "boolean", "u8"]:
        yield one("NonZero", "opset3", [t(type_, (2, 3), [0, 1, 0, 2, 0, 3])], output_type="i64")
    yield one("NonZero", "opset3", [t("f32", (4,), [0, 0, 0, 0])], output_type="i32")
    yield one("NonZero", "opset3", [t("f32", (), [3])], output_type="i64")
    for axis in [-1, 0, 1]:
        yield one("OneHot", "opset1", [t("i64", (2, 2), [0, 2, -1, 5]), ints(3), t("f32", (), [1.5]), t("f32", (), [-1])], axis=axis)
    yield one("OneHot", "opset1", [t("i32", (3,), [0, 1, 2]), ints(3), t("i64", (), [1]), t("i64", (), [0])], axis=-1)
    yield one("OneHot", "opset1", [t("i32", (3,), [0, 1, 2]), ints(-3), t("i64", (), [1]), t("i64", (), [0])], axis=-1, error=True)
    for start, stop, step in [(0, 5, 1), (5, 0, -2), (3, 3, 1), (2, 9, 3), (5, 0, 1), (-3, 2, 2)]:
        yield one("Range", "opset4", [t("i64", (), [v], const=True) for v in (start, stop, step)], output_type="i64")
        yield one("Range", "opset4", [t("i32", (), [v]) for v in (start, stop, step)], output_type="f32")
    yield one("Range", "opset4", [t("f32", (), [v]) for v in (0.5, 3.25, 0.5)], output_type="f32")
    yield one("Range", "opset4", [t("f32", (), [v]) for v in (0, 5.5, 1.75)], output_type="i64")
    yield one("Range", "opset4", [ints(0), ints(5), ints(0)], output_type="i64", error=True)


def files():
    return {
        "binary": binary(), "compare": compare(), "unary": unary(), "convert": convert(), "reduce": reduce(),
        "normalisation": normalisation(), "matmul": matmul(), "reshape": reshape(), "broadcast": broadcast(),
        "slice": slice_(), "gather": gather(), "scatter": scatter(),
    }  # fmt: skip
