"""Where the programs under test lie, and access to the tools' modules."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))


@pytest.fixture(scope="session")
def programs():
    """The folder of the binaries: beside HEARTH_BINARY, else the release build."""
    binary = os.environ.get("HEARTH_BINARY", ROOT / "build/release/bin/hearth")
    return pathlib.Path(binary).parent


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
