"""The programs, the models and the exact flags that the tests in Python share."""

import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
EXACT = ["--property", "INFERENCE_PRECISION_HINT=f32", "--property", "KV_CACHE_PRECISION=f32",
         "--property", "DYNAMIC_QUANTIZATION_GROUP_SIZE=0"]


def absent(what):
    """Skips, or fails where everything is required."""
    if os.environ.get("HEARTH_REQUIRE_ORACLES") == "1":
        pytest.fail(f"{what}, and HEARTH_REQUIRE_ORACLES=1 does not let this be skipped")
    pytest.skip(what)


def peak_private(process):
    """The most anonymous memory that a process has at one time until it ends well, in bytes. Not from
    smaps_rollup, for which the kernel walks over all mapped weights while the process waits."""
    status = pathlib.Path(f"/proc/{process.pid}/status")
    peak = samples = 0
    while process.poll() is None:
        try:
            line = next(x for x in status.read_text().splitlines() if x.startswith("RssAnon:"))
        except (OSError, StopIteration):  # it has just ended
            continue
        peak, samples = max(peak, int(line.split()[1]) * 1024), samples + 1
        time.sleep(0.01)
    assert process.returncode == 0, process.stderr.read()
    assert samples > 10
    return peak


class Hearth:
    """Runs the hearth binary."""

    def __init__(self, binary):
        self.binary = binary

    def start(self, *arguments, **options):
        return subprocess.Popen([self.binary, *map(str, arguments)], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **options)

    def try_run(self, *arguments, timeout=600, **options):
        return subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True,
                              timeout=timeout, **options)

    def run(self, *arguments, **options):
        """stdout of a run that must succeed."""
        result = self.try_run(*arguments, **options)
        assert result.returncode == 0, f"hearth {' '.join(map(str, arguments))}:\n{result.stderr}"
        return result.stdout

    def json(self, *arguments, **options):
        return json.loads(self.run(*arguments, "--json", **options))


@pytest.fixture(scope="session")
def hearth():
    binary = pathlib.Path(os.environ.get("HEARTH_BINARY", ROOT / "build/release/bin/hearth"))
    assert binary.exists(), f"{binary} is not there; ./dev build makes it"
    return Hearth(binary.resolve())


@pytest.fixture(scope="session")
def bundled():
    return ROOT / "models/hearth-tiny"


@pytest.fixture(scope="session")
def bundled_ir(hearth, bundled, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundled") / "ir"
    hearth.run("export", "-m", bundled, out)
    return out


@pytest.fixture(scope="session")
def shared():
    """The folder of test material that may lie beside the project."""
    folder = pathlib.Path(os.environ.get("HEARTH_SHARED", ROOT.parent / "shared")) / "material"
    if not folder.is_dir():
        pytest.skip("there is no ../shared/material")
    return folder


def fetched(name, about):
    """Where tools/get-model has put a model."""
    run = subprocess.run([sys.executable, ROOT / "tools/get-model", name],
                         capture_output=True, text=True)
    if run.returncode != 0:
        absent(f"{about} could not be fetched: {run.stderr.strip().splitlines()[-1]}")
    return pathlib.Path(run.stdout.strip())


@pytest.fixture(scope="session")
def smollm2_gguf():
    return fetched("smollm2", "SmolLM2")


@pytest.fixture(scope="session")
def minilm():
    """all-MiniLM-L6-v2, a folder with BERT's WordPiece."""
    return fetched("minilm", "all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def smollm2_folder(smollm2_gguf, tmp_path_factory):
    out = tmp_path_factory.mktemp("smollm2") / "folder"
    subprocess.run([sys.executable, ROOT / "tools/smollm2_to_hf.py", smollm2_gguf, out], check=True,
                   capture_output=True)
    return out


@pytest.fixture(scope="session")
def smollm2_ir(hearth, smollm2_gguf, tmp_path_factory):
    out = tmp_path_factory.mktemp("smollm2") / "ir"
    hearth.run("export", "-m", smollm2_gguf, out)
    return out


@pytest.fixture(scope="session")
def programs():
    """The folder of the binaries: beside HEARTH_BINARY, else the release build."""
    binary = os.environ.get("HEARTH_BINARY", ROOT / "build/release/bin/hearth")
    return pathlib.Path(binary).parent


@pytest.fixture(scope="session")
def ask(programs):
    """ask(program, requests, arguments...): a probe's answers to all of them, from one run with a JSON
    line for each."""

    def run(program, requests, *arguments):
        lines = "".join(json.dumps(request) + "\n" for request in requests)
        result = subprocess.run([programs / program, *arguments], input=lines.encode(), capture_output=True,
                                timeout=300, check=True)
        return [json.loads(line) for line in result.stdout.splitlines()]

    return run


@pytest.fixture
def rewrite(programs, tmp_path):
    """rewrite(model.xml) reads an IR with Hearth, checks it and writes it again; the new .xml."""

    def run(xml):
        out = tmp_path / f"{pathlib.Path(xml).stem}.rewritten"
        result = subprocess.run(
            [programs / "hearth_ir_probe", xml, out], capture_output=True, text=True, timeout=120
        )
        assert result.returncode == 0, result.stderr
        return out / "model.xml"

    return run
