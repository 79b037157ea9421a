"""`hearth export` and `hearth compress` to fewer bits as a program: what is left when they do not come to their
end, what they say on the way and afterwards, and what they refuse."""

import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import subprocess
import time

import pytest
from conftest import peak_private

MB = 1 << 20
INT4 = ["--weight-format", "int4", "--group-size", "64"]


@pytest.fixture(scope="module")
def checkpoint(programs, tmp_path_factory):
    """Two layers in TinyLlama's shape, 0.4 GB: long enough to be interrupted."""
    folder = tmp_path_factory.mktemp("wide") / "hf"
    subprocess.run([programs / "make_model", "1.1b", folder, "--dtype", "bf16", "--layers", "2"], check=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def old(hearth, bundled, tmp_path_factory):
    """A model to be replaced, with a file that is not the model's."""
    folder = tmp_path_factory.mktemp("old") / "ir"
    hearth.run("export", "-m", bundled, folder)
    (folder / "notes.txt").write_text("mine")
    return folder


def content(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def limit_file_size():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000_000, 50_000_000))


def interrupt_half_way(hearth, *arguments, parent):
    """Ctrl-C once weights are on the disk."""
    process = hearth.start(*arguments)
    while not any(file.stat().st_size > 1 << 20 for file in parent.glob(".*.partial-*/openvino_model.bin")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    return process.stderr.read()


def test_interrupted(hearth, checkpoint, tmp_path):
    interrupt_half_way(hearth, "export", "-m", checkpoint, tmp_path / "out", *INT4, parent=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_interrupted_while_layers_are_chosen(hearth, checkpoint, tmp_path):
    """A ratio below 1 has all weights read before the first is written."""
    process = hearth.start("export", "-m", checkpoint, tmp_path / "out", *INT4, "--ratio", "0.5")
    while not any(tmp_path.iterdir()):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert list(tmp_path.iterdir()) == []


def test_file_too_large(hearth, checkpoint, tmp_path):
    told = hearth.try_run("export", "-m", checkpoint, tmp_path / "out", *INT4, preexec_fn=limit_file_size)
    assert told.returncode == 1 and told.stdout == ""
    assert re.fullmatch(r"hearth: \S+openvino_model.bin: could not be written \(File too large\)\. Nothing was left "
                        r"half-made; .*\n", told.stderr), told.stderr
    assert list(tmp_path.iterdir()) == []


def test_disk_full(hearth, checkpoint, tmp_path):
    """A file system of 20 MB, in a namespace of its own, where anybody may mount one."""
    script = 'mount -t tmpfs -o size=20m none "$0" || exit 99; "$@"; code=$?; ls -A "$0"; exit $code'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, tmp_path]
    told = subprocess.run([*command, hearth.binary, "export", "-m", checkpoint, tmp_path / "out", *INT4],
                          capture_output=True, text=True)
    if told.returncode == 99 or "unshare" in told.stderr:
        pytest.skip(f"no file system can be mounted: {told.stderr.strip()}")
    assert told.returncode == 1 and told.stdout == "", told
    assert "(No space left on device)" in told.stderr and "Nothing was left half-made" in told.stderr


def test_force_replaces_when_complete(hearth, checkpoint, bundled, old, tmp_path):
    folder = shutil.copytree(old, tmp_path / "ir")
    before = content(folder)
    export = ["export", "-m", checkpoint, folder, "--force", *INT4]
    interrupt_half_way(hearth, *export, parent=tmp_path)
    assert content(folder) == before
    assert hearth.try_run(*export, preexec_fn=limit_file_size).returncode == 1
    assert content(folder) == before
    refused = hearth.try_run("export", "-m", bundled, folder, *INT4)
    assert refused.returncode == 2 and "--force" in refused.stderr
    assert content(folder) == before
    hearth.run("export", "-m", bundled, folder, "--force", *INT4)
    hearth.run("export", "-m", bundled, tmp_path / "new", *INT4)
    assert content(folder) == content(tmp_path / "new") | {"notes.txt": b"mine"}
    assert {path.name for path in tmp_path.iterdir()} == {"ir", "new"}


def on_terminal(hearth, *arguments):
    """What the program writes to a terminal. It is slowed down, since the line is drawn ten times a second."""
    slow = {**os.environ, "HEARTH_ISA": "scalar", "HEARTH_THREADS": "1"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen([hearth.binary, *map(str, arguments)], stderr=theirs, stdout=subprocess.PIPE,
                               env=slow)
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        said += piece
    os.close(ours)
    assert process.wait() == 0 and process.stdout.read() == b""
    return said.decode()


def test_progress(hearth, checkpoint, tmp_path):
    said = on_terminal(hearth, "export", "-m", checkpoint, tmp_path / "out", *INT4, "--ratio", "0.8")
    for unit in "M weights", "MB":  # looked at, then written
        line = rf"\rexport \[[#.]{{24}}\] +(\d+)%  [\d.]+ {unit} of [\d.]+ {unit}, [\d.]+ {unit}/s, \d+ s left"
        shares = [int(share) for share in re.findall(line, said)]
        assert len(shares) > 1 and shares == sorted(shares) and shares[-1] <= 100, (unit, said)
    assert "\r\x1b[K" in said, "the line is taken away at the end"


def test_silent_in_a_pipe(hearth, checkpoint, tmp_path):
    told = hearth.try_run("export", "-m", checkpoint, tmp_path / "out", *INT4)
    assert told.returncode == 0 and told.stdout == ""
    assert "\r" not in told.stderr and "left" not in told.stderr
    assert all(line.startswith(f"{tmp_path}/out: ") for line in told.stderr.splitlines()), told.stderr


def test_report(hearth, checkpoint, tmp_path):
    file = tmp_path / "report.json"
    began = time.monotonic()
    hearth.run("export", "-m", checkpoint, tmp_path / "out", *INT4, "--report", file)
    took = time.monotonic() - began
    report = json.loads(file.read_text())
    layers = {layer["tensor"]: layer for layer in report["layers"]}
    assert len(layers) == len(report["layers"]) == 2 * 7 + 3  # and positions
    down, groups = layers["self.model.layers.0.mlp.down_proj.weight"], 2048 * 5632 // 64
    assert (down["format"], down["group"], down["reason"]) == ("int4_asym", 64, "")
    assert down["elements"] == 64 * groups
    assert down["bytes"] == 32 * groups + 2 * groups + groups // 2  # codes, f16 scales, zero points
    # Uniform weights: steps of a 15th of a group's range, which is Beta(63, 2) of the whole one; a mean squared
    # error of step^2 / 12 beside range^2 / 12; rounding zero points adds some.
    assert down["error"] == pytest.approx((64 * 63) / (65 * 66) / 15 ** 2, rel=0.05)
    head = layers["self.lm_head.weight"]
    assert (head["format"], head["group"], head["reason"]) == ("int8_asym", -1, "the last MatMul")
    assert head["bytes"] == 32000 * (2048 + 2 + 1)
    positions = layers["__module.model.rotary_emb/inverse_frequencies"]
    assert (positions["format"], positions["group"], positions["error"]) == ("float", 0, 0)
    assert report["source_bytes"] == sum((2 if layer["group"] else 4) * layer["elements"] for layer in layers.values())
    assert report["bytes"] == sum(layer["bytes"] for layer in layers.values())
    assert 0 < report["seconds"] < took
    assert 1 << 20 < report["peak_private_bytes"] < 100 << 20


@pytest.mark.parametrize("flags", ["int8", "int4", "int4 --awq", "int4 --ratio 0.8", "int4 --all-layers", "nvfp4"])
def test_memory(hearth, checkpoint, tmp_path, flags):
    """Far less than one of the two largest tensors, 131 MB in bf16; and what the report says."""
    process = hearth.start("export", "-m", checkpoint, tmp_path / "out", "--report", tmp_path / "report.json",
                           "--weight-format", *flags.split())
    peak = peak_private(process)
    assert MB < peak < 50 * MB
    told = json.loads((tmp_path / "report.json").read_text())["peak_private_bytes"]
    assert told == pytest.approx(peak, rel=0.25)


def test_a_report_that_cannot_be_written(hearth, bundled, tmp_path):
    told = hearth.try_run("export", "-m", bundled, tmp_path / "out", *INT4, "--report", "/dev/full")
    assert told.returncode == 1 and "/dev/full: could not be written" in told.stderr
    told = hearth.try_run("export", "-m", bundled, tmp_path / "b", *INT4, "--report", tmp_path / "no/report.json")
    assert told.returncode == 2 and f"there is no folder {tmp_path}/no" in told.stderr
    assert not (tmp_path / "b").exists()


# (arguments, words of the sentence). All that optimum-cli or NNCF refuse, and what is not supported yet.
NEEDS_DATA = ["dataset", "not supported yet", "--awq"]
REFUSED = [
    # a format there is not, and formats of floats
    ("--weight-format int3", ["`int3`", "int4_asym", "nf4"]),
    ("--weight-format fp16", ["fp16", "hearth export", "int8"]),
    ("--weight-format adaptive_codebook", ["dataset", "cb4"]),
    # int8 goes with nothing
    ("--weight-format int8 --ratio 0.5", ["ratio", "leave that out", "4-bit"]),
    ("--weight-format int8 --group-size 64", ["group size", "leave that out"]),
    ("--weight-format int8 --all-layers", ["all layers", "leave that out"]),
    ("--weight-format int8 --awq", ["AWQ", "leave that out"]),
    ("--weight-format int8 --backup-precision int8_sym", ["backup", "leave that out"]),
    ("--weight-format int8 --sensitivity-metric weight_quantization_error", ["sensitivity metric", "leave that out"]),
    ("--weight-format int8_sym --ratio 0.5 --awq", ["int8_sym", "ratio, AWQ"]),
    # sym
    ("--weight-format nf4 --sym", ["--sym", "int8 and int4", "nf4"]),
    ("--weight-format mxfp4 --sym", ["--sym", "mxfp4"]),
    ("--weight-format int4_asym --sym", ["--sym", "int4_asym"]),
    # ratio
    ("--weight-format int4 --ratio 1.5", ["1.5", "between 0 and 1"]),
    ("--weight-format int4 --ratio -0.1", ["-0.1", "between 0 and 1"]),
    ("--weight-format int4 --ratio nan", ["nan", "between 0 and 1"]),
    # groups
    ("--weight-format int4 --group-size 0", ["group size is 0", "-1"]),
    ("--weight-format int4 --group-size -2", ["group size is -2", "-1"]),
    ("--weight-format int4 --group-size 100", ["does not divide", "down_proj", "group-size fallback"]),
    ("--weight-format int4 --group-size 128 --group-size-fallback error", ["does not divide", "adjust or ignore"]),
    ("--weight-format int4 --group-size-fallback smaller", ["--group-size-fallback", "adjust"]),
    ("--weight-format mxfp4 --group-size 64", ["mxfp4", "groups of 32", "64"]),
    ("--weight-format mxfp8_e4m3 --group-size -1", ["mxfp8_e4m3", "groups of 32", "-1"]),
    ("--weight-format nvfp4 --group-size 32", ["nvfp4", "groups of 16"]),
    ("--weight-format mxfp4 --group-size-fallback adjust", ["mxfp4", "error or ignore"]),
    ("--weight-format nvfp4 --group-size-fallback adjust", ["nvfp4", "error or ignore"]),
    # backup, metric, AWQ
    ("--weight-format int4 --backup-precision int4_sym", ["int4_sym", "int8_sym", "none"]),
    ("--weight-format int4 --ratio 0.5 --sensitivity-metric loudness", ["loudness", "weight_quantization_error"]),
    *[(f"--weight-format int4 --ratio 0.5 --sensitivity-metric {metric}", [metric, "dataset"])
      for metric in ("hessian_input_activation", "mean_activation_variance", "max_activation_variance",
                     "mean_activation_magnitude")],
    *[(f"--weight-format {form} --awq", ["AWQ", form])
      for form in ("mxfp4", "mxfp8_e4m3", "fp8_e4m3", "fp8_e5m2", "fp4", "nvfp4")],
    # tables
    ("--weight-format codebook", ["codebook", "table of 2"]),
    ("--weight-format codebook --codebook 1", ["table of 2", "there are 1"]),
    ("--weight-format codebook --codebook 1,0", ["ascend", "value 0 is 1"]),
    ("--weight-format codebook --codebook 0,0", ["ascend"]),
    ("--weight-format codebook --codebook 0,inf", ["value 1", "inf"]),
    ("--weight-format codebook --codebook 0,2x", ["2x", "no number"]),
    ("--weight-format int4 --codebook 0,1", ["table", "codebook"]),
    # scopes
    ("--weight-format int4 --ignored-scope {}x", ["--ignored-scope", "patterns"]),
    ('--weight-format int4 --ignored-scope {"name":["a"]}', ['"name"', "names, patterns, types"]),
    ('--weight-format int4 --ignored-scope {"names":["gone"]}', ["gone", "no layer"]),
    ('--weight-format int4 --ignored-scope {"patterns":["("]}', ["(", "no regular expression"]),
    ('--weight-format int4 --ignored-scope {"patterns":[".*"]}', ["no weight", "ignored scope"]),
    # what needs activations
    ("--weight-format int4 --dataset wikitext2", ["--dataset", *NEEDS_DATA]),
    ("--weight-format int4 --awq --dataset wikitext2", ["--dataset", *NEEDS_DATA]),
    ("--weight-format int4 --num-samples 64", ["--num-samples", *NEEDS_DATA]),
    ("--weight-format int4 --scale-estimation", ["--scale-estimation", *NEEDS_DATA]),
    ("--weight-format int4 --gptq", ["--gptq", *NEEDS_DATA]),
    ("--weight-format int4 --gptq --lora-correction", [*NEEDS_DATA]),
    ("--weight-format int4 --lora-correction", ["--lora-correction", *NEEDS_DATA]),
    ("--weight-format int4 --quantization-statistics-path x", ["--quantization-statistics-path", *NEEDS_DATA]),
    ("--quant-mode int8", ["--quant-mode", "not supported yet", "--weight-format"]),
    ("--weight-format int4 --quant-mode int8", ["--quant-mode", "not supported yet", "--weight-format"]),
    ("--weight-format int4 --smooth-quant-alpha 0.5", ["--smooth-quant-alpha", "not supported yet"]),
]


def refusal(hearth, *arguments, words, folder):
    told = hearth.try_run(*arguments, folder / "out", timeout=20)
    assert told.returncode == 2 and told.stdout == "", told
    assert told.stderr.startswith("hearth: ") and len(told.stderr.strip().splitlines()) <= 2, told.stderr
    assert "\n\n" not in told.stderr and len(told.stderr) < 1200
    for word in words:
        assert word in told.stderr, told.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("arguments, words", REFUSED, ids=[arguments for arguments, _ in REFUSED])
def test_refusals(hearth, bundled_ir, tmp_path, arguments, words):
    refusal(hearth, "compress", bundled_ir, *arguments.split(), words=words, folder=tmp_path)


@pytest.mark.parametrize("flag", [
    "--sym", "--group-size 64", "--group-size-fallback ignore", "--ratio 0.5", "--backup-precision none",
    "--all-layers", "--awq", "--sensitivity-metric weight_quantization_error", "--ignored-scope {}", "--codebook 0,1"])
@pytest.mark.parametrize("formats", [[], ["--weight-format", "fp16"], ["--weight-format", "original"]])
def test_flags_that_need_a_weight_format(hearth, bundled, tmp_path, flag, formats):
    refusal(hearth, "export", "-m", bundled, *formats, *flag.split(), folder=tmp_path,
            words=[flag.split()[0], "needs a --weight-format", "int4"])


def test_compressed_models_are_not_compressed_again(hearth, bundled_ir, tmp_path_factory, tmp_path):
    small = tmp_path_factory.mktemp("small") / "ir"
    hearth.run("compress", bundled_ir, small)
    refusal(hearth, "compress", small, words=["compressed already", "int8_asym", "made from"], folder=tmp_path)


def test_bad_options_are_refused_first(hearth, bundled, tmp_path_factory, tmp_path):
    """Before anything of the model is looked at: its tokenizer and its weights are missing."""
    empty = tmp_path_factory.mktemp("model")
    shutil.copy(pathlib.Path(bundled) / "config.json", empty)
    refusal(hearth, "export", "-m", empty, "--weight-format", "int4", "--ratio", "2", words=["the ratio is 2"],
            folder=tmp_path)
