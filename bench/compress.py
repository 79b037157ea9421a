#!/usr/bin/env python3
"""Speed and memory of `hearth export --weight-format` on random weights in the shape of a real model, beside
the machine's limit and, with --optimum, beside optimum-cli, in turns on the same checkpoint.

    build/oracle/bin/python bench/compress.py [1.1b] [--formats int8,int4] [--rounds 3] [--optimum]
        [--json FILE] [--checkpoint FOLDER] [--output FOLDER]

Both run from a folder in bf16 to a folder, tokenizer included, in processes of their own. Printed are
medians over the rounds: seconds, GB of source weights a second, the most memory at one time that is private
to the processes (anonymous; mapped files are not in it), and how much of the time goes to reading as many
bytes and writing as many as Hearth does, one after the other and without anything in between (`files`). The
checkpoint is in the page cache unless it is larger than the memory. An 8b checkpoint takes 16 GB of disk.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / "build/release/bin"
PIECE = 1 << 20


def private_bytes(pid):
    """Of a process and those it has started. Not from smaps_rollup, which makes the kernel walk over all mapped
    pages and the process wait."""
    total, waiting = 0, [pid]
    while waiting:
        folder = pathlib.Path(f"/proc/{waiting.pop()}")
        try:
            status = (folder / "status").read_text()
            waiting += [int(child) for task in (folder / "task").iterdir()
                        for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        total += sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon:"))
    return total


def run_once(command, out):
    shutil.rmtree(out, ignore_errors=True)
    began, peak = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([str(x) for x in command], stdout=said, stderr=said,
                                   env={**os.environ, "HF_HUB_OFFLINE": "1"})
        while process.poll() is None:
            peak = max(peak, private_bytes(process.pid))
            time.sleep(0.01)
        seconds = time.perf_counter() - began
        if process.returncode != 0:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, command))} failed:\n{said.read()[-2000:]}")
    size = (out / "openvino_model.bin").stat().st_size
    shutil.rmtree(out)
    return {"seconds": seconds, "private_bytes": peak, "bytes": size}


def files_once(checkpoint, size, out):
    """Seconds to read all weights and to write `size` bytes."""
    piece = bytearray(PIECE)
    began = time.perf_counter()
    for file in checkpoint.glob("*.safetensors"):
        with open(file, "rb", buffering=0) as reading:
            while reading.readinto(piece):
                pass
    with open(out, "wb", buffering=0) as writing:
        for _ in range(size // PIECE):
            writing.write(piece)
    seconds = time.perf_counter() - began
    out.unlink()
    return {"seconds": seconds, "private_bytes": 0, "bytes": size}


def measure(checkpoint, output, formats, rounds, optimum):
    runs = {}
    for _ in range(rounds):
        for name in formats:
            flags = ["-m", checkpoint, "--task", "text-generation-with-past", "--weight-format", name, output]
            mine = run_once([PROGRAMS / "hearth", "export", *flags], output)
            runs.setdefault((name, "hearth"), []).append(mine)
            runs.setdefault((name, "files"), []).append(files_once(checkpoint, mine["bytes"], output))
            if optimum:
                cli = pathlib.Path(sys.executable).parent / "optimum-cli"
                runs.setdefault((name, "optimum"), []).append(
                    run_once([cli, "export", "openvino", *flags], output))
    return runs


def summary(runs, source_bytes):
    rows = []
    for (name, program), rounds in runs.items():
        median = {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
        of_hearth = statistics.median(r["seconds"] for r in runs[name, "hearth"])
        rows.append({"format": name, "program": program, **median,
                     "source_gb_s": source_bytes / 1e9 / median["seconds"],
                     "times_hearth": median["seconds"] / of_hearth,
                     "all_seconds": [round(r["seconds"], 3) for r in rounds]})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shape", nargs="?", default="1.1b")
    parser.add_argument("--formats", default="int8,int4")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--optimum", action="store_true", help="takes a minute a run and 4 GB of memory")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--checkpoint", type=pathlib.Path, help="one that make_model has made")
    parser.add_argument("--output", type=pathlib.Path, help="where to write, such as a folder in /dev/shm")
    o = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = o.checkpoint or pathlib.Path(folder) / "checkpoint"
        if o.checkpoint is None:
            subprocess.run([PROGRAMS / "make_model", o.shape, checkpoint, "--dtype", "bf16"], check=True)
        source = sum(file.stat().st_size for file in checkpoint.glob("*.safetensors"))
        output = (o.output or pathlib.Path(folder)) / "compress.output"
        rows = summary(measure(checkpoint, output, o.formats.split(","), o.rounds, o.optimum), source)
    print(f"{o.shape}, {source / 1e9:.2f} GB of bf16")
    print(f"{'':6} {'':8} {'seconds':>8} {'GB/s':>6} {'x hearth':>9} {'private MB':>11} {'written MB':>11}")
    for row in rows:
        print(f"{row['format']:6} {row['program']:8} {row['seconds']:8.2f} {row['source_gb_s']:6.2f} "
              f"{row['times_hearth']:9.2f} {row['private_bytes'] / 1e6:11.1f} {row['bytes'] / 1e6:11.1f}")
    if o.json:
        o.json.write_text(json.dumps({"shape": o.shape, "source_bytes": source, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
