#!/usr/bin/env python3
"""Makes tests/golden/ops/*.txt: single operations with attributes, inputs and the results of
OpenVINO, by its reference implementation (Model.evaluate) and, for the ops that have none, by the
CPU plugin in f32. The cases are in op_golden_cases.py.

A case is a block of lines; an empty line ends it:
    Gather opset8 batch_dims=0      type, opset, attributes as in an IR
    < f32[2,3] 1 2 3 4 5 6          an input
    ! i64[] 1                       an input that is a constant
    > f32[2] 2 5                    an output; "> error" when OpenVINO refuses the case
Floats are written so that they read back exactly; types that Python has no number for as the hex of
their bytes. Usage: make_op_goldens.py (needs numpy and openvino)."""

import pathlib
from importlib.metadata import version

import numpy as np
import openvino as ov
from openvino.utils.node_factory import NodeFactory

import op_golden_cases
from op_golden_cases import DTYPES

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/golden/ops"
CORE = ov.Core()
FACTORY_NAMES = {"SoftMax": "Softmax", "ReLU": "Relu"}

def element_type(name):
    return getattr(ov.Type, name)


def make_tensor(t):
    """An ov.Tensor of one op_golden_cases.T."""
    tensor = ov.Tensor(element_type(t.type), ov.Shape(list(t.shape)))
    if tensor.byte_size == 0:
        return tensor
    raw = t.to_bytes()
    assert len(raw) == tensor.byte_size, (t, len(raw), tensor.byte_size)
    tensor.data.reshape(-1).view(np.uint8)[...] = np.frombuffer(raw, np.uint8)
    return tensor


def raw_bytes(tensor):
    if tensor.byte_size == 0:
        return b""
    return np.ascontiguousarray(tensor.data).tobytes()


def number(value):
    if isinstance(value, np.bool_):
        return str(int(value))
    if isinstance(value, np.floating):
        return repr(value.item()) if value.dtype == np.float64 else str(value)
    return str(value)


def text(type_name, shape, raw):
    head = f"{type_name}[{','.join(map(str, shape))}]"
    if type_name not in DTYPES:
        return f"{head} x{raw.hex()}"
    values = np.frombuffer(raw, DTYPES[type_name])
    return " ".join([head] + [number(v).removesuffix(".0") for v in values])


def attribute(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)


def build(case):
    parameters, feeds, inputs = [], [], []
    for t in case.inputs:
        if t.const and 0 not in t.shape:  # OpenVINO has no empty constants in Python
            inputs.append(ov.op.Constant(make_tensor(t)))
            continue
        parameter = ov.op.Parameter(element_type(t.type), ov.PartialShape(list(t.shape)))
        parameters.append(parameter)
        feeds.append(make_tensor(t))
        inputs.append(parameter.output(0))
    inputs = [i.output(0) if isinstance(i, ov.op.Constant) else i for i in inputs]
    attributes = {k: v for k, v in case.attributes.items()}
    node = NodeFactory(case.version).create(FACTORY_NAMES.get(case.type, case.type), inputs, attributes)
    return ov.Model(list(node.outputs()), parameters), feeds


def evaluate(model, feeds):
    outputs = [
        ov.Tensor(o.get_element_type(), o.get_shape() if o.partial_shape.is_static else ov.Shape([0]))
        for o in model.outputs
    ]
    if not model.evaluate(outputs, feeds):
        raise RuntimeError("evaluate said no")
    return [(o.element_type.to_string(), tuple(o.shape), raw_bytes(o)) for o in outputs]


def on_cpu(model, feeds):
    compiled = CORE.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    request.infer(feeds, share_inputs=True)
    tensors = [request.get_output_tensor(i) for i in range(len(compiled.outputs))]
    return [(t.element_type.to_string(), tuple(t.shape), raw_bytes(t)) for t in tensors]


def outcome(case):
    """Output lines, or None when OpenVINO cannot tell."""
    try:
        model, feeds = build(case)
    except Exception as error:  # noqa: BLE001: OpenVINO throws bare RuntimeErrors
        assert case.error and "Couldn't create" not in str(error), f"{case}: {error}"
        return ["> error"]
    last = None
    for run in [on_cpu] if case.cpu else [evaluate, on_cpu]:
        try:
            results = run(model, feeds)
        except Exception as error:  # noqa: BLE001
            if case.error:
                return ["> error"]
            last = error
            continue
        assert not case.error, f"{case.type} {case.attributes} was expected to be refused"
        return ["> " + text(*r) for r in results]
    print(f"left out: {case.type} {case.attributes} {[str(t) for t in case.inputs]}: {last}"[:400])
    return None


def lines(case):
    result = outcome(case)
    if result is None:
        return []
    attributes = [f"{k}={attribute(v)}" for k, v in case.attributes.items()]
    out = [" ".join([case.type, case.version] + attributes)]
    for t in case.inputs:
        out.append(("! " if t.const else "< ") + text(t.type, t.shape, t.to_bytes()))
    return out + result + [""]


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for name, cases in op_golden_cases.files().items():
        head = f"# Made by tools/make_op_goldens.py with openvino {version('openvino')}.\n\n"
        body = [line for case in cases for line in lines(case)]
        (OUT / f"{name}.txt").write_text(head + "\n".join(body) + "\n")
        print(f"{name}: {sum(line == '' for line in body)} cases")


if __name__ == "__main__":
    main()
