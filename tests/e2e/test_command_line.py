"""The command line: where output goes, exit codes, and what bad input gets."""

import json
import os
import re
import resource
import shutil
import signal
import struct
import time

import pytest
from conftest import EXACT

COMMANDS = "export compress generate chat template tokenize inspect explain perplexity compare bench run".split()


def refuses(hearth, *arguments, words=(), code=2):
    """One paragraph on stderr, nothing on stdout."""
    result = hearth.try_run(*arguments, timeout=60)
    assert result.returncode == code, (result.returncode, result.stderr)
    assert result.stdout == ""
    for word in words:
        assert str(word) in result.stderr
    assert "\n\n" not in result.stderr.strip()
    return result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help(hearth, command):
    assert f"Example:\n  hearth {command}" in hearth.run(command, "--help")


def test_version(hearth):
    assert re.match(r"hearth \d+\.\d+\.\d+\n.+", hearth.run("--version"))


def test_usage(hearth, bundled):
    refuses(hearth, words=["hearth --help"])
    refuses(hearth, "frobnicate")
    refuses(hearth, "generate", bundled, "a", "--prompt", "b", words=["one of"])
    refuses(hearth, "generate", bundled, "a", "--temperature", "warm")
    refuses(hearth, "generate", bundled, "a", "--property", "NO_SUCH=1",
            words=["NO_SUCH", "KV_CACHE_PRECISION"])
    refuses(hearth, "generate", bundled, "a", "--property", "KV_CACHE_PRECISION=f13", words=["f13"])
    refuses(hearth, "generate", bundled, "a", "--device", "NPU", words=["NPU", "CPU"])


def test_json(hearth, bundled):
    said = hearth.json("generate", bundled, "What colour is the sky?", "--logprobs")
    assert said["finish_reason"] == "stop"
    assert len(said["logprobs"]) == len(said["token_ids"])
    assert set(said["metrics"]) >= {"load_ms", "ttft_ms", "tpot_ms", "throughput_tok_s",
                                    "peak_rss_bytes"}
    assert hearth.run("generate", bundled, "What colour is the sky?") == said["text"] + "\n"


def test_tokenize_and_back(hearth, bundled):
    text = "Anna put the ball in the box. Ünï©ode \U0001f98a!\n"
    ids = hearth.json("tokenize", bundled, "--text", text)["ids"]
    joined = ",".join(map(str, ids))
    assert hearth.json("tokenize", bundled, "--decode", joined)["text"] == text


def test_tokenize_pairs_and_offsets(hearth, bundled, tmp_path):
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_bytes("Ünï".encode() + b" \xff ball")
    second.write_text("the box \U0001f98a")
    result = hearth.try_run("tokenize", bundled, "--file", first, "--pair-file", second, "--offsets")
    assert result.returncode == 0
    assert result.stderr.count("U+FFFD") == 1
    said = json.loads(result.stdout)
    assert set(said) == {"ids", "attention_mask", "type_ids", "offsets"}
    assert len({len(column) for column in said.values()}) == 1
    texts = ["Ünï \ufffd ball", "the box \U0001f98a"]
    ends = [max(e for (_, e), t in zip(said["offsets"], said["type_ids"]) if t == i) for i in (0, 1)]
    assert ends == [len(text) for text in texts]
    # A pair is its two texts, one after the other.
    alone = [hearth.json("tokenize", bundled, "--text", text, "--no-special-tokens")["ids"]
             for text in texts]
    assert hearth.json("tokenize", bundled, "--file", first, "--pair-file", second,
                       "--no-special-tokens")["ids"] == alone[0] + alone[1]


def test_tokenize_truncates_and_pads(hearth, bundled):
    text = "Anna put the ball in the box."
    ids = hearth.json("tokenize", bundled, "--text", text)["ids"]
    said = hearth.json("tokenize", bundled, "--text", text, "--max-length", 3, "--pad-to", 5,
                       "--padding-side", "right")
    assert said["ids"][:3] == ids[:3]
    assert said["attention_mask"] == [1, 1, 1, 0, 0]
    said = hearth.json("tokenize", bundled, "--text", text, "--pad-to", len(ids) + 2)
    assert said["ids"][2:] == ids and said["attention_mask"][:3] == [0, 0, 1]


@pytest.mark.parametrize("arguments, words", [
    (["--text", "a", "--max-length", "0"], ["--max-length"]),
    (["--text", "a", "--pad-to", "many"], ["--pad-to"]),
    (["--text", "a", "--padding-side", "up"], ["--padding-side", "left"]),
    (["--text", "a", "--pair-file", "nowhere"], ["--pair-file", "nowhere"]),
    (["--decode", "1", "--offsets"], ["--offsets", "--decode"]),
    (["--offsets"], ["--text"])])
def test_tokenize_faults(hearth, bundled, arguments, words):
    refuses(hearth, "tokenize", bundled, *arguments, words=words)


def test_the_context_ends_generation(hearth, bundled):
    said = hearth.json("generate", bundled, "Tell me a story.", "--max-new-tokens", 2000, "--ignore-eos")
    assert said["finish_reason"] == "length"
    assert said["prompt_tokens"] + len(said["token_ids"]) in (512, 513)


def test_a_prompt_longer_than_the_context(hearth, bundled, tmp_path):
    (tmp_path / "long.txt").write_text("the cat " * 600)
    refuses(hearth, "generate", bundled, "--prompt-file", tmp_path / "long.txt", words=["512"])


def test_bench_names_what_bounds_each_row(hearth, bundled_ir):
    report = hearth.json("bench", bundled_ir, "-p", 16, "-n", 4, "--batch", "1,2", "--repetitions", 1)
    assert [(row["test"], row["batch"]) for row in report["rows"]] == [("pp16", 1), ("tg4", 1), ("pp16", 2), ("tg4", 2)]
    for row in report["rows"]:
        assert row["floor"] in {"bandwidth", "int8", "bf16", "f32"}
        assert row["floor_fraction"] == pytest.approx(row["tok_s"] / row["floor_tok_s"])
    assert report["read_gb_s"] > 0
    assert report["peak_rss_bytes"] >= report["peak_private_bytes"] > 0


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_do_not_change_a_bit(hearth, bundled_ir, threads):
    def run(count):
        said = hearth.json("generate", bundled_ir, "Tell me a story about a fox.",
                           "--max-new-tokens", 80, "--logprobs", "--threads", count)
        return said["token_ids"], said["logprobs"]

    assert run(threads) == run(3)


@pytest.mark.parametrize("isa", ["scalar", "avx2", "avx_vnni", "avx512", "avx512_vnni", "avx512_bf16"])
def test_lesser_instruction_sets_say_the_same(hearth, bundled_ir, isa):
    environment = {**os.environ, "HEARTH_ISA": isa}
    asked = ("generate", bundled_ir, "Tell me a story about a fox.", "--max-new-tokens", 40, *EXACT)
    result = hearth.try_run(*asked, env=environment)
    if result.returncode == 2 and "this processor does not have" in result.stderr:
        pytest.skip(result.stderr.strip())
    assert result.returncode == 0, result.stderr
    assert result.stdout == hearth.run(*asked)


def test_links_of_the_hubs_cache(hearth, bundled, tmp_path):
    """Snapshots there are folders of links to blobs with other names, outside of them."""
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots/0123abc"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    for number, file in enumerate(sorted(bundled.iterdir())):
        shutil.copy(file, blobs / f"{number:040x}")
        (snapshot / file.name).symlink_to(f"../../blobs/{number:040x}")
    question = "What colour is the sky?"
    assert hearth.run("generate", snapshot, question) == hearth.run("generate", bundled, question)


def test_export_refuses_a_full_folder(hearth, bundled, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("keep")
    refuses(hearth, "export", "-m", bundled, tmp_path / "out", words=["--force"])
    hearth.run("export", "--force", "-m", bundled, tmp_path / "out")
    assert (tmp_path / "out/mine.txt").read_text() == "keep"


def copy_of(bundled, tmp_path):
    return shutil.copytree(bundled, tmp_path / "model")


def set_config(folder, **changes):
    config = json.loads((folder / "config.json").read_text())
    config.update(changes)
    text = json.dumps(config)
    (folder / "config.json").write_text(text)


CONFIG_FAULTS = {
    "model_type": "gpt9", "hidden_act": "wobble", "hidden_size": -1, "num_attention_heads": 0,
    "num_hidden_layers": 2 ** 40, "rms_norm_eps": float("nan"), "num_key_value_heads": 4,
    "rope_parameters": {"rope_type": "spiral", "rope_theta": 1e4}, "vocab_size": "many",
}


@pytest.mark.parametrize("key", CONFIG_FAULTS)
def test_config_faults(hearth, bundled, tmp_path, key):
    folder = copy_of(bundled, tmp_path)
    set_config(folder, **{key: CONFIG_FAULTS[key]})
    refuses(hearth, "export", "-m", folder, tmp_path / "out", words=["config.json"])
    assert not (tmp_path / "out").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def safetensors_header(folder):
    data = (folder / "model.safetensors").read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + length]), data[8 + length:]


def write_safetensors(folder, header, data, length=None):
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(
        struct.pack("<Q", len(text) if length is None else length) + text + data)


def weight_faults():
    name = "model.layers.1.mlp.up_proj.weight"

    def missing(folder):
        (folder / "model.safetensors").unlink()

    def truncated(folder):
        os.truncate(folder / "model.safetensors", 100_000)

    def change(**fields):
        def apply(folder):
            header, data = safetensors_header(folder)
            header[name].update(fields)
            write_safetensors(folder, header, data)
        return apply

    def header_length(folder):
        header, data = safetensors_header(folder)
        write_safetensors(folder, header, data, 1 << 60)

    def tensor_absent(folder):
        header, data = safetensors_header(folder)
        header["other"] = header.pop(name)
        write_safetensors(folder, header, data)

    def shard_outside(folder):
        (folder / "model.safetensors").rename(folder.parent / "outside.safetensors")
        (folder / "model.safetensors.index.json").write_text(
            json.dumps({"metadata": {}, "weight_map": {name: "../outside.safetensors"}}))

    return {"missing": missing, "truncated": truncated, "wrong dtype": change(dtype="F32"),
            "wrong shape": change(shape=[3, 5]), "huge shape": change(shape=[1 << 40, 1 << 40]),
            "overlap": change(data_offsets=[0, 172032]), "out of range": change(
                data_offsets=[1 << 50, (1 << 50) + 172032]),
            "header length": header_length, "tensor absent": tensor_absent,
            "shard outside": shard_outside}


@pytest.mark.parametrize("fault", weight_faults())
def test_weight_faults(hearth, bundled, tmp_path, fault):
    folder = copy_of(bundled, tmp_path)
    weight_faults()[fault](folder)
    refuses(hearth, "export", "-m", folder, tmp_path / "out", words=[folder])
    assert not (tmp_path / "out").exists()
    refuses(hearth, "generate", folder, "Hello!", words=[folder])


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"model": {"type": "BPE"}}', "\xff"])
def test_tokenizer_faults(hearth, bundled, tmp_path, content):
    folder = copy_of(bundled, tmp_path)
    (folder / "tokenizer.json").unlink()
    if content is not None:
        (folder / "tokenizer.json").write_bytes(content.encode("latin-1"))
    refuses(hearth, "export", "-m", folder, tmp_path / "out", words=["tokenizer"])
    assert not (tmp_path / "out").exists()


def edited(bundled_ir, tmp_path, edit):
    folder = shutil.copytree(bundled_ir, tmp_path / "ir")
    xml = folder / "openvino_model.xml"
    xml.write_text(edit(xml.read_text()))
    return folder


def test_ir_faults(hearth, bundled_ir, tmp_path):
    folder = shutil.copytree(bundled_ir, tmp_path / "no-bin")
    (folder / "openvino_model.bin").unlink()
    refuses(hearth, "generate", folder, "Hello!", words=["openvino_model.bin"])
    edits = {
        "unknown": lambda x: x.replace('type="MatMul"', 'type="MatMulish"', 1),
        "cut": lambda x: x[:len(x) // 2],
        "offset": lambda x: re.sub(r'offset="\d+"', 'offset="99999999999"', x),
        "shape": lambda x: re.sub(r'shape="192"', 'shape="1099511627776"', x, count=1),
        "edge": lambda x: x.replace("<edge ", '<edge from-layer="1" from-port="0" to-layer="1" '
                                    'to-port="0" /><edge ', 1),
    }
    for name, edit in edits.items():
        refuses(hearth, "generate", edited(bundled_ir, tmp_path / name, edit), "Hello!",
                words=["openvino_model"])


def test_run_faults(hearth, bundled_ir, tmp_path):
    import numpy as np
    np.save(tmp_path / "ids.npy", np.zeros((1, 3), np.float32))
    xml = bundled_ir / "openvino_model.xml"
    refuses(hearth, "run", xml, "--input", f"nothing={tmp_path}/ids.npy", words=["nothing", "input_ids"])
    refuses(hearth, "run", xml, "--input", f"input_ids={tmp_path}/ids.npy", words=["input_ids", "f32"])
    refuses(hearth, "run", xml, "--input", f"input_ids={tmp_path}/no.npy", words=["no.npy"])


def test_gguf_faults(hearth, tmp_path):
    faults = {"counts": struct.pack("<4sIQQ", b"GGUF", 3, 1 << 60, 1 << 60),
              "magic": b"GGML" + bytes(40), "version": struct.pack("<4sIQQ", b"GGUF", 99, 0, 0),
              "empty": b"", "short": b"GGUF\3\0"}
    for name, data in faults.items():
        (tmp_path / f"{name}.gguf").write_bytes(data)
        refuses(hearth, "inspect", tmp_path / f"{name}.gguf", words=[f"{name}.gguf"])


def test_disk_full(hearth, bundled, tmp_path):
    """A limit on file size stands for the full disk: writes fail in the middle of the weights."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    result = hearth.try_run("export", "-m", bundled, tmp_path / "out", preexec_fn=limit)
    assert result.returncode == 1, result.stderr
    assert list(tmp_path.iterdir()) == []


def test_output_full(hearth, bundled):
    with open("/dev/full", "w") as full:
        import subprocess
        result = subprocess.run([hearth.binary, "generate", bundled, "Hello!"], stdout=full,
                                stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1 and "written" in result.stderr


def test_interrupted_generation(hearth, bundled):
    process = hearth.start("generate", bundled, "Tell me a story.", "--ignore-eos",
                           "--max-new-tokens", 400)
    assert process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130


def test_speed_of_the_first_token(hearth, bundled_ir):
    """A tiny model's answer costs little more than starting the process."""
    began = time.monotonic()
    hearth.run("generate", bundled_ir, "Hello!", "--max-new-tokens", 1, *EXACT)
    assert time.monotonic() - began < 1.0
