#!/usr/bin/env python3
"""Hearth, OpenVINO GenAI and llama.cpp side by side, on the same weights and the same machine, in turns.

    build/oracle/bin/python bench/compare.py [--quick] [--rows PATTERN,...] [--models NAME,...] [--isa avx2]
        [--llama-python VENV/bin/python [--llama-isa avx2]] [--write docs/performance.md]

Every figure comes from a process of its own; programs take turns, and medians of the rounds are printed beside
what the machine allows (its limit), which Hearth measures in the same turns: bytes of weights and cache over the
read bandwidth, or operations over the rate of the arithmetic its products use. Models are made where they are
missing: 6 GB for 1.1B; 10 GB for 8B, and 16 more while it is made. Everything measured is kept in build/compare;
--rows measures some of it again, and --write makes the page and its plot of everything kept from this machine.

openvino-genai is looked for in this Python, llama-cpp-python where --llama-python or HEARTH_LLAMA_PYTHON says
(`pip install llama-cpp-python` builds llama.cpp for the processor; a virtual environment keeps it apart). What is
not installed is left out. --isa caps Hearth by HEARTH_ISA and OpenVINO by ONEDNN_MAX_CPU_ISA and OV_CPU_MAX_ISA;
llama.cpp chooses when it is built, so --llama-isa says what for, and it is left out of rows capped otherwise:

    CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON" \\
        avx2-venv/bin/pip install --no-cache-dir llama-cpp-python
"""

import argparse
import fnmatch
import json
import os
import pathlib
import shlex
import sys

import compare_page
import compare_programs
from compare_models import MODELS, PROGRAMS, ROOT, Models
from compare_rows import QUICK, ROWS


def measure(row, programs, isa, rounds, launch):
    """{program: [figures of each round]}; the one that begins changes from round to round."""
    found = {program.name: [] for program in programs}
    for i in range(rounds):
        first = i % len(programs)
        for program in programs[first:] + programs[:first]:
            figures = program.measure(row, isa, launch)
            if figures is not None:
                found[program.name].append(figures)
    return {name: runs for name, runs in found.items() if runs}


class Kept:
    """build/compare/results.json: {processor, versions, rows: {isa or "native": {row: {program: figures of each
    round}}}}; what another processor has measured is forgotten."""

    def __init__(self, folder, processor, versions):
        self.path = folder / "results.json"
        folder.mkdir(parents=True, exist_ok=True)
        self.all = json.loads(self.path.read_text()) if self.path.exists() else {}
        if self.all.get("processor") != processor:
            self.all = {"processor": processor, "versions": {}, "rows": {}}
        self.all["versions"].update(versions)

    def put(self, isa, row, runs, add):
        """Instead of what was kept of the programs that were measured now, or with `add` beside it."""
        kept = self.all["rows"].setdefault(isa or "native", {}).setdefault(row.name, {})
        for program, figures in runs.items():
            kept[program] = (kept.get(program, []) if add else []) + figures
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(self.all, indent=1))
        unfinished.rename(self.path)
        return kept


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    values = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = values.get("flags", "").split()
    known = ["avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16"]
    return {"name": values.get("model name", "unknown"), "family": values.get("cpu family"),
            "model": values.get("model"), "cores": len(os.sched_getaffinity(0)),
            "has": [x for x in known if x in flags]}


def chosen(options):
    patterns = options.rows or (QUICK if options.quick else ["*"])
    rows = [row for row in ROWS if any(fnmatch.fnmatchcase(row.name, pattern) for pattern in patterns)]
    return [row for row in rows if not options.models or row.model in options.models]


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    split = lambda text: [x for x in text.split(",") if x]  # noqa: E731
    parser.add_argument("--quick", action="store_true", help="a few rows, one round")
    parser.add_argument("--rows", type=split,
                        help="names with commas, * for any: " + " ".join(row.name for row in ROWS))
    parser.add_argument("--models", type=split, help="only these, with commas: " + ", ".join(MODELS))
    parser.add_argument("--rounds", type=int, help="of every row (default: 5; 1 with --quick)")
    parser.add_argument("--add", action="store_true", help="keep earlier rounds of the rows too")
    parser.add_argument("--isa", choices=compare_programs.OPENVINO_ISA, help="cap the instruction set")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/compare/models", help="of the models")
    parser.add_argument("--keep", type=pathlib.Path, default=ROOT / "build/compare", help="where results are kept")
    parser.add_argument("--hearth", type=pathlib.Path, default=os.environ.get("HEARTH_BINARY", PROGRAMS / "hearth"))
    parser.add_argument("--openvino-python", default=sys.executable, help="a Python with openvino_genai")
    parser.add_argument("--llama-python", default=os.environ.get("HEARTH_LLAMA_PYTHON"), help="one with llama_cpp")
    parser.add_argument("--llama-isa", choices=compare_programs.OPENVINO_ISA,
                        help="what its llama.cpp was built for, if not for this processor")
    parser.add_argument("--programs", type=split, help="only these: hearth,openvino,llama")
    parser.add_argument("--launch", type=shlex.split, default=[], help="command before each, such as 'taskset -c 0,1'")
    parser.add_argument("--write", type=pathlib.Path, help="page to write the tables into, and its plot beside it")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    return parser.parse_args()


def main():
    options = parsed()
    models = Models(options.folder, options.hearth, options.openvino_python)
    programs, versions = compare_programs.there(models, options.hearth, options.openvino_python, options.llama_python,
                                                options.llama_isa)
    if options.programs:
        programs = [program for program in programs if program.name in options.programs]
    kept = Kept(options.keep, processor(), versions)
    for row in chosen(options) if options.rounds != 0 else []:
        if row.model == "8b-int4" and not (options.rows or (options.folder / row.model).exists()):
            print(f"{row.name} is left out: it takes 26 GB to make; ask for it with --rows", file=sys.stderr)
            continue
        for program in programs:
            program.path_of(row.model)  # made before anything is timed
        models.forget_large(row.model)
        runs = measure(row, programs, options.isa, options.rounds or (1 if options.quick else 5), options.launch)
        runs = kept.put(options.isa, row, runs, options.add)
        print(compare_page.line(row, compare_page.summary(row, runs)), flush=True)
    if options.write:
        compare_page.write(kept.all, ROWS, options.write)
    if options.json:
        print(json.dumps(kept.all, indent=1))


if __name__ == "__main__":
    main()
