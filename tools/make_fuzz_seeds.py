#!/usr/bin/env python3
"""Makes the small files in tests/fuzz/seeds from which the fuzz targets start, and dictionaries of
the words that their formats know.

Needs nothing but Python, and for tokenizer_ir the release build. Each make_* function fills the folder
of one target."""

import base64
import json
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUZZ = ROOT / "tests/fuzz"
SEEDS = FUZZ / "seeds"
TOKENIZERS = ROOT / "tests/golden/tokenizer"
VOCABULARIES = TOKENIZERS.parent / "vocabularies"


def write(target, name, data):
    path = SEEDS / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def write_dictionary(target, words):
    """libFuzzer's form: ASCII, with \\xAB for other bytes."""
    out = "# Written by tools/make_fuzz_seeds.py.\n"
    for word in sorted(set(words)):
        escaped = re.sub(r'(["\\])', r"\\\1", word).encode()
        out += '"' + "".join(chr(b) if b < 128 else f"\\x{b:02X}" for b in escaped) + '"\n'
    (FUZZ / f"{target}.dict").write_text(out)


def safetensors(header, data):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def make_safetensors():
    def tensor(dtype, shape, begin, end):
        return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}

    two = {"a": tensor("F32", [2, 1], 0, 8), "b.c": tensor("BF16", [3], 8, 14)}
    write("safetensors", "two", safetensors({"__metadata__": {"format": "pt"}, **two}, bytes(14)))
    odd = {"s": tensor("I64", [], 0, 8), "e": tensor("U8", [0, 3], 8, 8), "f": tensor("F8_E4M3", [1], 8, 9)}
    write("safetensors", "odd", safetensors(odd, bytes(9)))
    write("safetensors", "none", safetensors({}, b""))


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def gguf(pairs, tensors, data, version=3, alignment=32):
    out = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(pairs))
    out += b"".join(text(key) + value for key, value in pairs)
    for name, dims, kind, offset in tensors:
        out += text(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, offset)
    return out + bytes(-len(out) % alignment) + data


def value(kind, form, *v):
    return struct.pack("<I" + form, kind, *v)


def make_gguf():
    pairs = [
        ("general.architecture", value(8, "") + text("llama")),
        ("general.alignment", value(4, "I", 8)),
        ("llama.block_count", value(10, "Q", 2)),
        ("llama.eps", value(6, "f", 1e-5)),
        ("x.bool", value(7, "B", 1)),
        ("x.double", value(12, "d", 0.5)),
        ("x.tokens", value(9, "IQ", 8, 2) + text("a") + text("\u00df")),
        ("x.scores", value(9, "IQ2f", 6, 2, 0.5, -1)),
        ("x.types", value(9, "IQ3i", 5, 3, 1, -2, 3)),
        ("x.flags", value(9, "IQ2B", 7, 2, 0, 1)),
    ]
    tensors = [("t.f32", [3, 2], 0, 0), ("t.q4_1", [32], 3, 24), ("t.scalar", [], 30, 48)]
    write("gguf", "full", gguf(pairs, tensors, bytes(50), alignment=8))
    write("gguf", "v2", gguf([], [("t", [8], 24, 0)], bytes(8), version=2))
    write("gguf", "metadata", gguf(pairs[:1], [], b""))
    make_gguf_vocabularies()
    source = (ROOT / "src/frontends/gguf_source.cc").read_text()
    keys = re.findall(r'"(tokenizer\.[a-z_.]+|general\.\w+)"', source)
    write_dictionary("gguf", keys + pre_tokenizer_names())


def pre_tokenizer_names():
    rules = (ROOT / "src/text/gguf_pre_tokenizers.inc").read_text()
    return re.findall(r'^HEARTH_GGUF_PRE\("([^"]+)"', rules, re.M)


def make_gguf_vocabularies():
    """The vocabularies of the goldens, in files without tensors; gpt2 with every pre-tokenizer."""
    sizes = {"embedding_length": 8, "block_count": 1, "feed_forward_length": 8,
             "context_length": 16, "attention.head_count": 2}  # fmt: skip
    config = [("general.architecture", value(8, "") + text("llama")),
              ("llama.attention.layer_norm_rms_epsilon", value(6, "f", 1e-5))]  # fmt: skip
    config += [(f"llama.{key}", value(4, "I", size)) for key, size in sizes.items()]

    def array(kind, form, items):
        return value(9, f"IQ{len(items)}{form}", kind, len(items), *items)

    def strings(items):
        return value(9, "IQ", 8, len(items)) + b"".join(map(text, items))

    def file(v, pre):
        pairs = [("model", value(8, "") + text(v["model"])), ("pre", value(8, "") + text(pre)),
                 ("tokens", strings(v["tokens"])), ("token_type", array(5, "i", v["types"])),
                 ("merges", strings(v["merges"])), ("scores", array(6, "f", v["scores"]))]  # fmt: skip
        for key, name in {"bos": "bos", "eos": "eos", "sep": "seperator", "unk": "unknown",
                          "pad": "padding"}.items():  # fmt: skip
            if v.get(key) is not None:
                pairs.append((f"{name}_token_id", value(4, "I", v[key])))
            if v.get(f"add_{key}") is not None:
                pairs.append((f"add_{key}_token", value(7, "B", v[f"add_{key}"])))
        pairs = [(f"tokenizer.ggml.{key}", data) for key, data in pairs]
        return gguf(config + pairs, [], b"")

    llama, gpt2 = (
        json.loads((TOKENIZERS / f"gguf_{kind}/vocabulary.json").read_text())
        for kind in ("llama", "gpt2")
    )
    few = [*range(24), *range(300, 348)]  # the special tokens, bytes, and some pieces
    for key in ("tokens", "types", "scores"):
        llama[key] = [llama[key][i] for i in few]
    write("gguf", "vocabulary_llama", file(llama, "default"))
    letters = [i for i, token in enumerate(gpt2["tokens"]) if len(token) < 3 and token < "~"]
    for key in ("tokens", "types"):
        gpt2[key] = [gpt2[key][i] for i in letters]
    gpt2 |= {"bos": 0, "eos": 1}
    gpt2["merges"] = [m for m in gpt2["merges"] if {*m.split(" "), m.replace(" ", "")} <= {*gpt2["tokens"]}]
    for pre in pre_tokenizer_names():
        write("gguf", f"vocabulary_{pre}", file(gpt2, pre))
    for folder in sorted(VOCABULARIES.glob("gguf_*")):
        v = json.loads((folder / "vocabulary.json").read_text())
        write("gguf", f"kind_{v['model']}", file(v, v["pre"]))


def make_tokenizer_files():
    """A file's name, a NUL byte and its content."""
    def seed(name, content):
        write("tokenizer_files", name, name.encode() + b"\0" + content.encode())

    ranks = [bytes([b]) for b in range(256)] + [b"th", b"the", b" the", "\u00e9".encode(), b"12"]
    lines = [f"{base64.b64encode(t).decode()} {i}" for i, t in enumerate(ranks)]
    for name in ("r50k", "cl100k", "o200k", "llama3", "qwen"):
        seed(f"{name}.tiktoken", "\n".join(lines))
    vocab = [{"rank": i, "token_bytes": base64.b64encode(t).decode()} for i, t in enumerate(ranks)]
    config = {"pattern": r"\s+|\S+", "default_vocab_size": 260, "default_num_special_tokens": 5}
    special = [{"rank": 1, "token_str": "<s>", "is_control": True}]
    seed("tekken.json", json.dumps({"config": config, "vocab": vocab, "special_tokens": special}))
    seed("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\n##s\n\u4e2d\na\n##b\n")


def make_tokenizer_ir():
    """Two XMLs, each with a NUL byte behind it, and the weights of both: what `hearth export` writes
    for small tokenizers, so that a build of it has to be there."""
    hearth = ROOT / "build/release/bin/hearth"
    if not hearth.exists():
        print("tokenizer_ir: skipped, ./dev build makes the program that writes them")
        return
    for name in ("json_word_piece", "json_unigram", "json_llama", "sentencepiece_unigram"):
        with tempfile.TemporaryDirectory() as folder:
            source, out = pathlib.Path(folder, "hf"), pathlib.Path(folder, "ir")
            source.mkdir()
            for file in (*(ROOT / "models/hearth-tiny").glob("[cm]o*"), *(TOKENIZERS / name).iterdir()):
                shutil.copy(file, source)
            subprocess.run([hearth, "export", "-m", source, out], check=True, capture_output=True)
            encoder, decoder = (out / f"openvino_{kind}" for kind in ("tokenizer", "detokenizer"))
            write("tokenizer_ir", name, one_ir(encoder, decoder))


def one_ir(encoder, decoder):
    """Constants of the second file stand behind those of the first."""
    weights = [path.with_suffix(".bin").read_bytes() for path in (encoder, decoder)]
    second = re.sub(rb'offset="(\d+)"', lambda m: b'offset="%d"' % (int(m[1]) + len(weights[0])),
                    decoder.with_suffix(".xml").read_bytes())
    return b"\0".join([encoder.with_suffix(".xml").read_bytes(), second, b"".join(weights)])


def make_json_config():
    llama = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 64,
        "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "rms_norm_eps": 1e-5,
        "hidden_act": "silu", "max_position_embeddings": 128, "tie_word_embeddings": True,
        "rope_theta": 10000.0, "torch_dtype": "float16", "bos_token_id": 1, "eos_token_id": [2, 3],
    }  # fmt: skip
    llama3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
              "original_max_position_embeddings": 64}  # fmt: skip
    yarn = {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "beta_fast": 32,
            "beta_slow": 1, "attention_factor": 1.1, "mscale": 1.0, "truncate": False}  # fmt: skip
    modern = {k: v for k, v in llama.items() if k not in ("rope_theta", "torch_dtype")}
    modern |= {"dtype": "bfloat16", "rope_parameters": {"rope_type": "default", "rope_theta": 5e5}}
    windows = {"sliding_window": 16, "use_sliding_window": True, "max_window_layers": 1,
               "layer_types": ["full_attention", "sliding_attention"]}  # fmt: skip
    configs = {
        "llama": llama,
        "llama3": {**llama, "rope_scaling": llama3},
        "yarn": {**llama, "rope_scaling": yarn},
        "linear": {**llama, "rope_scaling": {"type": "linear", "factor": 2.0}},
        "modern": modern,
        "windows": {**llama, "model_type": "qwen2", **windows},
    }
    for name, config in configs.items():
        write("json_config", name, json.dumps(config))


def ir(layers, edges, weights=b"", tail="<rt_info/>"):
    """layers: (id, type, opset, attributes, inputs, outputs); edges: from, port, to, port."""
    out = '<net name="m" version="11"><layers>'
    for number, kind, opset, attributes, inputs, outputs in layers:
        out += f'<layer id="{number}" name="{kind.lower()}{number}" type="{kind}" version="{opset}">'
        out += f"<data {attributes}/>" if attributes else ""
        ports = [f'<port id="{i}" precision="FP32" names="t{number}_{i}"/>' for i in range(inputs + outputs)]
        out += "<input>" + "".join(ports[:inputs]) + "</input>" if inputs else ""
        out += "<output>" + "".join(ports[inputs:]) + "</output>" if outputs else ""
        out += "</layer>"
    out += "</layers><edges>"
    for a, b, c, d in edges:
        out += f'<edge from-layer="{a}" from-port="{b}" to-layer="{c}" to-port="{d}"/>'
    return (out + f"</edges>{tail}</net>").encode() + b"\0" + weights


def make_ir():
    parameter = lambda i, shape, kind="f32": (i, "Parameter", "opset1", f'shape="{shape}" element_type="{kind}"', 0, 1)
    const = lambda i, shape, kind, at, size: (
        i, "Const", "opset1", f'element_type="{kind}" shape="{shape}" offset="{at}" size="{size}"', 0, 1,
    )  # fmt: skip
    result = lambda i: (i, "Result", "opset1", "", 1, 0)
    notes = '<rt_info><a value="1"><b value="2"/></a></rt_info>'
    matmul = [parameter(0, "?,1..4"), const(1, "3, 4", "f32", 2, 48),
              (2, "MatMul", "opset1", 'transpose_a="false" transpose_b="true"', 2, 1), result(3)]  # fmt: skip
    write("ir", "matmul", ir(matmul, [(0, 0, 2, 0), (1, 0, 2, 1), (2, 2, 3, 0)], bytes(50), notes))
    ints = struct.pack("<6q", 0, 1, -1, 2, 1, 3)
    shapes = [parameter(0, "?,8"), (1, "ShapeOf", "opset3", 'output_type="i64"', 1, 1),
              const(2, "1", "i64", 8, 8), const(3, "", "i64", 0, 8),
              (4, "Gather", "opset8", 'batch_dims="0"', 3, 1), const(5, "2", "i64", 8, 16),
              (6, "Concat", "opset1", 'axis="0"', 2, 1),
              (7, "Reshape", "opset1", 'special_zero="false"', 2, 1), result(8)]  # fmt: skip
    edges = [(0, 0, 1, 0), (1, 1, 4, 0), (2, 0, 4, 1), (3, 0, 4, 2), (4, 3, 6, 0), (5, 0, 6, 1),
             (0, 0, 7, 0), (6, 2, 7, 1), (7, 2, 8, 0)]  # fmt: skip
    write("ir", "shapes", ir(shapes, edges, ints))
    state = 'variable_id="v" variable_type="f32" variable_shape="?,2"'
    states = [parameter(0, "?,2"), (1, "ReadValue", "opset6", state, 1, 1),
              (2, "Add", "opset1", 'auto_broadcast="numpy"', 2, 1),
              (3, "Assign", "opset6", 'variable_id="v"', 1, 0), result(4)]  # fmt: skip
    edges = [(0, 0, 1, 0), (1, 1, 2, 0), (0, 0, 2, 1), (2, 2, 3, 0), (2, 2, 4, 0)]
    write("ir", "states", ir(states, edges))
    many = [parameter(0, "2,3"), const(1, "", "i64", 8, 8), const(2, "2", "i64", 24, 16),
            (3, "VariadicSplit", "opset1", "", 3, 2), const(4, "1", "i64", 8, 8),
            (5, "Slice", "opset8", "", 5, 1), (6, "TopK", "opset11",
             'axis="0" mode="max" sort="value" index_element_type="i32" stable="false"', 2, 2),
            (7, "StridedSlice", "opset1", 'begin_mask="0" end_mask="1" new_axis_mask="" '
             'shrink_axis_mask="0" ellipsis_mask="0"', 4, 1),
            (8, "Broadcast", "opset3", 'mode="bidirectional"', 2, 1),
            (9, "Range", "opset4", 'output_type="i64"', 3, 1)] + [result(i) for i in range(10, 16)]  # fmt: skip
    edges = [(0, 0, 3, 0), (1, 0, 3, 1), (2, 0, 3, 2), (3, 3, 10, 0), (0, 0, 5, 0), (4, 0, 5, 1), (4, 0, 5, 2),
             (4, 0, 5, 3), (4, 0, 5, 4), (5, 5, 11, 0), (0, 0, 6, 0), (1, 0, 6, 1), (6, 3, 12, 0),
             (0, 0, 7, 0), (4, 0, 7, 1), (4, 0, 7, 2), (4, 0, 7, 3), (7, 4, 13, 0), (3, 4, 8, 0), (2, 0, 8, 1),
             (8, 2, 14, 0), (1, 0, 9, 0), (1, 0, 9, 1), (1, 0, 9, 2), (9, 3, 15, 0)]  # fmt: skip
    write("ir", "many", ir(many, edges, ints))
    text = struct.pack("<4i", 2, 0, 1, 3) + b"abc"
    write("ir", "strings", ir([const(1, "2", "string", 0, len(text)), result(2)], [(1, 0, 2, 0)], text))
    make_ir_ops(parameter, const, result)


def make_ir_ops(parameter, const, result):
    """One model per op, from the first case of the op's goldens whose constants are plain numbers."""
    done, formats = set(), {"i64": "q", "i32": "i", "f32": "f"}
    for path in sorted((SEEDS.parent.parent / "golden/ops").glob("*.txt")):
        for case in path.read_text().split("\n\n"):
            lines = [line for line in case.split("\n") if line and line[0] != "#"]
            if not lines or lines[-1] == "> error":
                continue
            op, opset, *attributes = lines[0].split(" ")
            inputs = [line for line in lines[1:] if line[0] != ">"]
            outputs = len(lines) - 1 - len(inputs)
            if op in done or any(i[0] == "!" and i[2:5] not in formats for i in inputs):
                continue
            done.add(op)
            layers, edges, weights = [], [], b""
            for i, line in enumerate(inputs):
                kind, shape = line[2:].split(" ")[0].rstrip("]").split("[")
                if line[0] == "!":
                    number = float if kind == "f32" else int
                    values = [number(v) for v in line[2:].split(" ")[1:]]
                    data = struct.pack(f"<{len(values)}{formats[kind]}", *values)
                    layers.append(const(i, shape, kind, len(weights), len(data)))
                    weights += data
                else:
                    layers.append(parameter(i, shape, kind))
                edges.append((i, 0, 50, i))
            text = " ".join('{}="{}"'.format(*a.split("=", 1)) for a in attributes)
            layers.append((50, op, opset, text, len(inputs), outputs))
            for i in range(outputs):
                layers.append(result(60 + i))
                edges.append((50, len(inputs) + i, 60 + i, 0))
            write("ir", f"op_{op}", ir(layers, edges, weights))


def make_chat_template():
    """The templates of the goldens that render, a dozen of them in a file: mutating one is cheap
    then, and there are not a thousand files. The words are those of the lists of the language."""
    at_once = 12
    for old in (SEEDS / "chat_template").glob("*"):
        old.unlink()
    for path in sorted((SEEDS.parent.parent / "golden/templates").glob("*.json")):
        cases = [c["template"] for c in json.loads(path.read_text())["cases"] if "text" in c]
        for start in range(0, len(cases), at_once):
            name = f"{path.stem}_{start // at_once:02}"
            write("chat_template", name, "\n".join(cases[start : start + at_once]))
    write("chat_template", "context", "{{ a.b[0] }}{% for k, v in a.items() %}{{ k }}{% endfor %}\0"
          '{"a": {"b": [1, "x", null, 1.5, true, {}]}}')
    for number, hostile in enumerate(HOSTILE):
        write("chat_template", f"hostile_{number}", hostile)
    jinja = SEEDS.parent.parent.parent / "src/text/jinja"
    words = [word for name in ("filters", "tests", "globals", "string_methods", "list_methods")
             for word in re.findall(r'^\w+\("([^"]+)"', (jinja / f"{name}.inc").read_text(), re.MULTILINE)]
    write_dictionary("chat_template", words + TEMPLATE_WORDS)


# Templates that would take all the time and memory there is.
HOSTILE = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{{ 'a' * 10**12 }}{{ 'a'.center(10**10) }}{{ '%1000000000d' % 1 }}{{ '{:099999999,}'.format(1) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% block b %}{{ self.b() }}{% endblock %}",
    "{% set ns = namespace() %}{% set ns.ns = ns %}{{ ns.ns.ns }}{{ ns|pprint }}",
    "{{ (range(9999)|map('string')|list * 60)|map('upper')|batch(1, 'x')|list|tojson(indent=999) }}",
]
TEMPLATE_WORDS = """{{ }} {% %} {%- -%} {# #} if elif else endif for in endfor recursive set endset macro
endmacro call endcall filter endfilter raw endraw with endwith block endblock generation endgeneration
autoescape endautoescape break continue loop loop.index loop.previtem loop.cycle( caller() varargs kwargs
is not and or none true false ** // ~ == != <= >= [::-1] messages message.content role tools tool_calls
add_generation_prompt bos_token""".split()


def compact(json_value):
    return json.dumps(json_value, ensure_ascii=False, separators=(",", ":"))


def with_fewer_tokens(tokenizer, entries=48, merges=16):
    """A tokenizer.json with short merges only, their tokens, and the first of the vocabulary."""
    model = tokenizer["model"]
    if model["type"] == "Unigram":
        model["vocab"] = model["vocab"][:entries]
        return tokenizer
    if "merges" not in model:  # WordLevel, WordPiece
        model["vocab"] = dict(list(model["vocab"].items())[:entries])
        return tokenizer
    parts = [m if isinstance(m, list) else m.split(" ") for m in model["merges"]]
    short = [p for p in parts if sum(map(len, p)) < 5][:merges]
    wanted = ["<unk>", "<s>", *(t for p in short for t in p), *map("".join, short), *model["vocab"]]
    tokens = list(dict.fromkeys(t for t in wanted if t in model["vocab"]))[:entries]
    model["vocab"] = {token: i for i, token in enumerate(tokens)}
    model["merges"] = [p for p in short if {*p, "".join(p)} <= {*tokens}]
    return tokenizer


def keys_of(json_value):
    if isinstance(json_value, dict):
        yield from json_value
        json_value = json_value.values()
    for child in json_value:
        if isinstance(child, (dict, list)):
            yield from keys_of(child)


def make_tokenizer_json():
    """The goldens with less vocabulary, and small files with the stages of stages.json in turn."""
    words = set()
    for path in sorted(TOKENIZERS.glob("*/tokenizer.json")):
        tokenizer = with_fewer_tokens(json.loads(path.read_text()))
        words.update(keys_of({**tokenizer, "model": dict.fromkeys(tokenizer["model"])}))
        write("tokenizer_json", path.parent.name.removeprefix("json_"), compact(tokenizer))
    stages = {"normalizer": [], "pre_tokenizer": [], "decoder": []}
    for kind, configs in stages.items():
        every = json.loads((TOKENIZERS / "stages.json").read_text())["stages"]
        every = [stage["config"] for stage in every if stage["kind"] == kind]
        words.update(keys_of(every))
        dozens = [c for c in every if c["type"] in ("Split", "Replace")]
        configs += [c for c in every if c not in dozens] + dozens[::6]
    tokens = ["<unk>", "a", "b", " ", "\u2581", "e", "l", "o", "ab", "\u0120", "<0x41>"]
    model = {"type": "BPE", "unk_token": "<unk>", "vocab": {t: i for i, t in enumerate(tokens)}, "merges": ["a b"]}
    processors = [{"type": name, "sep": ["b", 2], "cls": ["a", 1], "trim_offsets": True, "add_prefix_space": True}
                  for name in ("BertProcessing", "RobertaProcessing", "ByteLevel")]  # fmt: skip
    processors.append({"type": "Sequence", "processors": processors[:2]})
    for i in range(max(map(len, stages.values()))):
        chosen = {kind: configs[i % len(configs)] for kind, configs in stages.items()}
        chosen |= {"post_processor": processors[i % len(processors)], "model": model}
        write("tokenizer_json", f"stages_{i:02}", compact(chosen))
    config = {"add_bos_token": True, "bos_token": "a", "eos_token": {"content": "b"},
              "added_tokens_decoder": {"30": {"content": "<x>", "special": True, "lstrip": True}}}  # fmt: skip
    write("tokenizer_json", "config", compact({"model": model}) + "\0" + compact(config))
    words.update(re.findall(r'"(\w+)"', (ROOT / "src/text/stages.inc").read_text()))
    words.update("Isolated Removed Contiguous MergedWithNext MergedWithPrevious first never always".split())
    words.update(("null", "true", "false", "\u2581", "\\ud83d", "\\\\p{L}+", "(?i:", "\\\\s+(?!\\\\S)"))
    write_dictionary("tokenizer_json", words)


def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def field(number, content):
    """A field of a protocol buffer: bytes, a float, or an integer."""
    if isinstance(content, bytes):
        return varint(number << 3 | 2) + varint(len(content)) + content
    if isinstance(content, float):
        return varint(number << 3 | 5) + struct.pack("<f", content)
    return varint(number << 3) + varint(content)


def make_tokenizer_model():
    """The goldens, and a small one with the settings that those leave alone."""
    for path in sorted(TOKENIZERS.glob("*/tokenizer.model")):
        write("tokenizer_model", path.parent.name.removeprefix("sentencepiece_"), path.read_bytes())

    def piece(content, score, kind):
        return field(1, field(1, content.encode()) + field(2, score) + field(3, kind))

    pieces = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("a", -1.0, 1), ("\u2581", -2.0, 1), ("ab", -1.5, 4),
              ("b", -2.5, 1), ("aa", -1.5, 1), ("aaa", -0.5, 5)]  # fmt: skip
    pieces = b"".join(piece(*p) for p in pieces)
    for kind in (1, 2):  # unigram, BPE
        trainer = field(3, kind) + field(24, 1) + field(44, b"?") + field(46, b"<s>")
        normalizer = field(3, 0) + field(4, 0) + field(5, 0)
        write("tokenizer_model", f"small_{kind}", pieces + field(2, trainer) + field(3, normalizer))


ANSWERS = {  # an answer of every format in src/text/answers/answers.inc
    "harmony": "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary "
               "to=functions.f <|constrain|>json<|message|>{\"n\": 1}<|call|>",
    "kimi_k2": "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>"
               "{\"n\": 1}<|tool_call_end|><|tool_calls_section_end|>",
    "deepseek": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"n\": 1}\n```"
                "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    "minimax": "<minimax:tool_call>\n<invoke name=\"f\">\n<parameter name=\"n\">1</parameter>\n</invoke>\n"
               "</minimax:tool_call>",
    "gemma4": "<|tool_call>call:f{n:1,s:<|\"|>a<|\"|>,o:{k:[true,null]}}<tool_call|>",
    "glm": "<tool_call>f\n<arg_key>n</arg_key>\n<arg_value>1</arg_value>\n</tool_call>",
    "qwen3_coder": "<tool_call>\n<function=f>\n<parameter=n>\n1\n</parameter>\n</function>\n</tool_call>",
    "functionary": "<function=f>{\"n\": 1}</function><|python_tag|>print(1)",
    "hermes": "<think>a</think>b\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"n\": 1}}\n</tool_call>",
    "mistral": "[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}][TOOL_CALLS]f[CALL_ID]a[ARGS]{\"n\": 1}",
    "lfm2": "<|tool_call_start|>[f(n=-1.5, s='a\\u00e9', o={\"k\": (1, None)})]<|tool_call_end|>",
    "command_r7b": "<|START_ACTION|>[{\"tool_call_id\": \"0\", \"tool_name\": \"f\", \"parameters\": {}}]"
                   "<|END_ACTION|>",
    "command_r": "Action:\n```json\n[{\"tool_name\": \"f\", \"parameters\": {\"n\": 1}}]```",
    "granite": "<|tool_call|>[{\"name\": \"f\", \"arguments\": \"{}\"}]",
    "phi4_mini": "functools[{\"name\": \"f\", \"arguments\": {}}]<|tool_call|>[{\"name\": \"f\"}]<|/tool_call|>",
    "llama3": "{\"name\": \"f\", \"parameters\": {\"n\": 1}}; [f(n=1)]<|python_tag|>g.call(q=\"a\")",
    "plain": "<think>\na\n</think>\n\nb<|im_end|>",
}


def make_answers():
    listed = (ROOT / "src/text/answers/answers.inc").read_text()
    formats = re.findall(r"^HEARTH_ANSWER\((\w+)\)$", listed, re.MULTILINE)
    assert formats == list(ANSWERS), "ANSWERS has the formats in the order of answers.inc"
    words = []
    for number, (name, answer) in enumerate(ANSWERS.items()):
        write("answers", name, bytes([number, 3, 0]) + answer.encode())
        words += re.findall(r"</?[^<>]+>|\[/?[A-Z_]+\]|functools|Action:\n```json", answer)
    write("answers", "in_reasoning", bytes([8, 2]) + b"<think>\n\0a</think>b")
    write_dictionary("answers", [word for word in words if "\n" not in word])


def main():
    make_answers()
    make_chat_template()
    make_safetensors()
    make_gguf()
    make_tokenizer_ir()
    make_json_config()
    make_ir()
    make_tokenizer_json()
    make_tokenizer_model()
    make_tokenizer_files()


if __name__ == "__main__":
    main()
