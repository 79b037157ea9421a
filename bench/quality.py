#!/usr/bin/env python3
"""What each way to compress costs: size, perplexity and distance from the float model's predictions, of
Hearth's export and of NNCF's result on the same IR, both run by `hearth compare`.

    build/oracle/bin/python bench/quality.py [--models smollm2,stories260K] [--formats int8_asym,mxfp4]

Writes the table in docs/compression.md and docs/quality.svg from everything measured so far; with --json it
prints that instead. Results are kept in build/quality: a second run measures only what is missing. Models
and texts that are not there are left out with a line on stderr.
"""

import argparse
import contextlib
import json
import logging
import os
import pathlib
import random
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import nncf  # noqa: E402
import openvino as ov  # noqa: E402
import quality_page  # noqa: E402
from bundled_model import stories  # noqa: E402
from compression_options import hearth_flags, nncf_arguments  # noqa: E402

HEARTH = pathlib.Path(os.environ.get("HEARTH_BINARY", ROOT / "build/release/bin/hearth"))
MATERIAL = pathlib.Path(os.environ.get("HEARTH_SHARED", ROOT.parent / "shared")) / "material"
EXACT = ["--property", "INFERENCE_PRECISION_HINT=f32", "--property", "KV_CACHE_PRECISION=f32",
         "--property", "DYNAMIC_QUANTIZATION_GROUP_SIZE=0"]


def grouped(format, **more):
    """A group that does not divide a layer becomes smaller."""
    return dict(format=format, fallback="adjust") | more


FORMATS = {
    "int8_asym": dict(format="int8_asym"),
    "int8_sym": dict(format="int8_sym"),
    "int4_asym": grouped("int4_asym"),
    "int4_asym g64": grouped("int4_asym", group_size=64),
    "int4_asym g32": grouped("int4_asym", group_size=32),
    "int4_sym": grouped("int4_sym"),
    "int4_sym g64": grouped("int4_sym", group_size=64),
    "int4_sym g32": grouped("int4_sym", group_size=32),
    "int4_asym r0.8": grouped("int4_asym", ratio=0.8),
    "int4_sym r0.8": grouped("int4_sym", ratio=0.8),
    "int4_asym awq": grouped("int4_asym", awq=True),
    "int4_sym awq": grouped("int4_sym", awq=True),
    "int4_asym g32 awq": grouped("int4_asym", group_size=32, awq=True),
    "int4_sym g32 awq": grouped("int4_sym", group_size=32, awq=True),
    "nf4": grouped("nf4"),
    "nf4 g32": grouped("nf4", group_size=32),
    "cb4": dict(format="cb4"),
    "fp4 g64": grouped("fp4", group_size=64),
    "mxfp4": dict(format="mxfp4", fallback="ignore"),
    "nvfp4": dict(format="nvfp4", fallback="ignore"),
    "mxfp8_e4m3": dict(format="mxfp8_e4m3", fallback="ignore"),
    "fp8_e4m3 g64": grouped("fp8_e4m3", group_size=64),
    "fp8_e5m2 g64": grouped("fp8_e5m2", group_size=64),
}
NOT_OF_NNCF = {"fp8_e5m2 g64"}


class Absent(Exception):
    """A model or a text that is not there."""


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}:\n{result.stderr}")
    return result.stdout


def smollm2(folder):
    fetched = subprocess.run([sys.executable, ROOT / "tools/get-model", "smollm2"], capture_output=True, text=True)
    if fetched.returncode != 0:
        raise Absent(fetched.stderr.strip().splitlines()[-1])
    run(sys.executable, ROOT / "tools/smollm2_to_hf.py", fetched.stdout.strip(), folder)


def llama2c(name, weights, tokenizer):
    def make(folder):
        source = MATERIAL / "models" / name
        if not source.is_dir():
            raise Absent(f"{source} is not there")
        run(sys.executable, ROOT / "tools/llama2c_to_hf.py", source / weights, source / tokenizer, folder)

    return make


def bundled(folder):
    shutil.copytree(ROOT / "models/hearth-tiny", folder)


def wikitext(_model, _tokens):
    file = MATERIAL / "text/wiki.test.raw"
    if not file.exists():
        raise Absent(f"{file} is not there; --text names another text")
    return file.read_text(encoding="utf-8")


def of_grammar(_model, tokens):
    """As the model has learnt, but from another seed."""
    rng = random.Random(1)
    return "\n".join(stories.tell(rng).text for _ in range(tokens // 20))


def of_itself(model, tokens):
    """Stories drawn from the float model: no text of its kind is at hand."""
    return "\n".join(
        run(HEARTH, "generate", model, "--prompt", "", "--no-chat-template", "--do-sample", "--temperature", 1,
            "--top-k", 1000, "--top-p", 1, "--seed", seed, "--max-new-tokens", 200, *EXACT)
        for seed in range(tokens // 200 + 1))


MODELS = {  # name: (folder of Hugging Face, text)
    "SmolLM2-135M-Instruct": (smollm2, wikitext),
    "stories260K": (llama2c("stories260K", "stories260K.bin", "tok512.bin"), of_itself),
    "babyllama": (llama2c("babyllama", "model5000.bin", "tok105.model"), of_itself),
    "hearth-tiny": (bundled, of_grammar),
}


class Measured:
    """The results so far, on disk after each."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "results.json"
        self.all = json.loads(self.file.read_text()) if self.file.exists() else {}

    def of(self, model, tokens, text):
        """The results of a model; those on another text are forgotten."""
        named = str(text or "")
        if self.all.get(model, {}).get("asked") != [tokens, named]:
            self.all[model] = {"asked": [tokens, named], "formats": {}}
        return self.all[model]

    def keep(self):
        staged = self.file.with_suffix(".new")
        staged.write_text(json.dumps(self.all, indent=1))
        staged.replace(self.file)


class Bench:
    """One model: its float IR, the text and the candidates, one at a time."""

    def __init__(self, name, folder, tokens, text):
        make, write = MODELS[name]
        self.folder, self.tokens = folder / name, tokens
        self.hf, self.ir, self.text = self.folder / "hf", self.folder / "original", self.folder / "text.txt"
        self.once(self.hf, make)
        self.once(self.ir, lambda out: run(HEARTH, "export", "-m", self.hf, out, "--weight-format", "original"))
        self.text.write_text(text.read_text(encoding="utf-8") if text else write(self.ir, tokens), encoding="utf-8")

    @staticmethod
    def once(path, make):
        """A path that exists is complete."""
        if path.exists():
            return
        staged = path.with_suffix(".part")
        shutil.rmtree(staged, ignore_errors=True)
        make(staged)
        staged.rename(path)

    def compare(self, candidate):
        told = json.loads(run(HEARTH, "compare", self.ir, candidate, "--text", self.text, "--max-tokens", self.tokens,
                              "--answers", 0, "--json", *EXACT))
        return {"perplexity": told["candidate"]["perplexity"], "bytes": told["candidate"]["size_bytes"],
                "tokens": told["tokens"]} | {key: told[key] for key in ("kl_mean", "kl_p99", "top1_agreement")}

    def compressed(self, make):
        """What comparing the folder that make(folder) fills says; the folder does not stay."""
        candidate = self.folder / "candidate"
        shutil.rmtree(candidate, ignore_errors=True)
        make(candidate)
        told = self.compare(candidate)
        shutil.rmtree(candidate)
        return told

    def by_hearth(self, options):
        return self.compressed(lambda folder: run(HEARTH, "export", "-m", self.hf, folder, *hearth_flags(options)))

    def by_nncf(self, options):
        """Nothing where NNCF refuses: it makes groups smaller for some formats only."""

        def make(folder):
            shutil.copytree(self.ir, folder, ignore=shutil.ignore_patterns("openvino_model.*"))
            model = ov.Core().read_model(self.ir / "openvino_model.xml")
            with contextlib.redirect_stdout(sys.stderr):  # its progress
                model = nncf.compress_weights(model, **nncf_arguments(options))
            ov.save_model(model, folder / "openvino_model.xml", compress_to_fp16=False)

        try:
            return self.compressed(make)
        except nncf.InvalidGroupSizeError as refusal:
            print(f"{self.folder.name}: NNCF refuses {options}: {refusal}", file=sys.stderr)
            return None


def measure(bench, results, formats, keep):
    if "original" not in results:
        results["original"] = bench.compare(bench.ir)
        keep()
    for name in formats:
        found = results["formats"].setdefault(name, {})
        if "hearth" not in found:
            found["hearth"] = bench.by_hearth(FORMATS[name])
            keep()
        if "nncf" not in found:
            found["nncf"] = None if name in NOT_OF_NNCF else bench.by_nncf(FORMATS[name])
            keep()
        print(f"{bench.folder.name} {name}: KL {found['hearth']['kl_mean']:.5f}", file=sys.stderr)


def names(known):
    def parse(text):
        out = [name.strip() for name in text.split(",")]
        if unknown := [name for name in out if name not in known]:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(known)}")
        return out

    return parse


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=names(MODELS), default=list(MODELS), help="with commas: " + ", ".join(MODELS))
    parser.add_argument("--formats", type=names(FORMATS), default=list(FORMATS), help=", ".join(FORMATS))
    parser.add_argument("--tokens", type=int, default=2048, help="of the text (default: 2048)")
    parser.add_argument("--text", type=pathlib.Path, help="text file (default: one for each model)")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/quality", help="where results are kept")
    parser.add_argument("--json", action="store_true", help="print the results, write no page")
    o = parser.parse_args()
    nncf.set_log_level(logging.ERROR)
    measured = Measured(o.work)
    for name in o.models:
        try:
            bench = Bench(name, o.work, o.tokens, o.text)
        except Absent as absent:
            print(f"{name} is left out: {absent}", file=sys.stderr)
            continue
        measure(bench, measured.of(name, o.tokens, o.text), o.formats, measured.keep)
    if o.json:
        print(json.dumps(measured.all, indent=1))
    else:
        quality_page.write(measured.all, MODELS, FORMATS, ROOT / "docs")


if __name__ == "__main__":
    main()
