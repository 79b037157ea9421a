"""What NNCF makes of one weight matrix: nncf.compress_weights of an OpenVINO model with one MatMul."""

import contextlib
import io
import logging

import numpy
import openvino
from openvino import opset13 as opset

import nncf
from nncf.quantization.algorithms.weight_compression.config import WeightCompressionConfig
from nncf.quantization.algorithms.weight_compression.weight_lowering import (
    get_integer_quantization_error,
)
from nncf.tensor import Tensor

nncf.set_log_level(logging.ERROR)

# Modes whose scale always belongs to a whole row.
ROW_MODES = ("int8_sym", "int8_asym")
# Tensors of as many elements go through graphs that OpenVINO compiles, smaller ones through NumPy.
COMPILED_ELEMENTS = 10000
FIXED_GROUPS = {"mxfp4": 32, "mxfp8_e4m3": 32, "nvfp4": 16}

# f32 values as the type that they have come from.
STORED = {
    "f32": lambda values: values,
    "f16": lambda values: values.astype(numpy.float16),
    "bf16": lambda values: (values.view(numpy.uint32) >> 16).astype(numpy.uint16),
}


def model_of(weights, source):
    """x @ weights.T as an OpenVINO model whose constant has the element type `source`."""
    x = opset.parameter([1, weights.shape[1]], openvino.Type.f32)
    stored = numpy.ascontiguousarray(STORED[source](weights))
    shape = openvino.Shape(list(weights.shape))
    tensor = openvino.Tensor(stored, shape, getattr(openvino.Type, source))
    constant = openvino.op.Constant(tensor, shared_memory=False)
    if source != "f32":
        constant = opset.convert(constant, openvino.Type.f32)
    product = opset.matmul(x, constant, False, True)
    return openvino.Model([opset.result(product)], [x])


def compress(weights, mode, group=-1, source="f32", table=None):
    """The bytes that NNCF writes for f32 weights [rows, cols]: codes, scales and zero_points (empty
    without), and tensor_scale of nvfp4. `group` is -1 for one scale a row; `source` is the type of
    the constant, whose values the weights must be; `table` is the f32 table of mode codebook."""
    options = {}
    if mode not in ROW_MODES:
        options = {"group_size": group, "all_layers": True}
    if table is not None:
        options["advanced_parameters"] = nncf.AdvancedCompressionParameters(
            codebook=numpy.asarray(table, numpy.float32))
    with contextlib.redirect_stdout(io.StringIO()):
        model = nncf.compress_weights(model_of(weights, source),
                                      mode=nncf.CompressWeightsMode(mode), **options)
    return parts(model)


def parts(model):
    found = {"codes": None, "scales": None, "zero_points": b""}
    for node in model.get_ordered_ops():
        name = node.get_friendly_name()
        if node.get_type_name() != "Constant" or node.get_element_type() == openvino.Type.i64:
            continue
        if name.endswith("/scale"):
            found["scales"] = node.data.tobytes()
        elif name.endswith("/second_order_scale"):
            found["tensor_scale"] = float(node.data.ravel()[0])
        elif name.endswith("/zero_point"):
            found["zero_points"] = node.data.tobytes()
        elif name.endswith("_nncf_codebook_idxs") or found["codes"] is None:
            found["codes"] = node.data.tobytes()
    return found


def quantization_error(weights):
    """NNCF's sensitivity of a matrix [rows, cols]: its largest row's mean squared error in int8_asym."""
    return get_integer_quantization_error(Tensor(weights), (1,), WeightCompressionConfig(), "max_mean")


def row_errors(weights):
    return [quantization_error(row[None]) for row in weights]
