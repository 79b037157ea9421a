"""What `--weight-format int4` alone means for a model that has a line in tuned_defaults.inc."""

import json

import pytest

NOTE = "the model has the sizes of SmolLM2-135M"


def export(hearth, model, out, *flags, command=("export", "-m")):
    result = hearth.try_run(*command, model, out / "out", "--weight-format", "int4", "--report", out / "report", *flags)
    assert result.returncode == 0, result.stderr
    report = json.loads((out / "report").read_text())
    assert (NOTE in result.stderr) == (NOTE in " ".join(report["notes"]))
    return report, NOTE in result.stderr


@pytest.mark.parametrize("model", ["smollm2_gguf", "smollm2_folder"])
def test_taken(hearth, model, tmp_path, request):
    report, tuned = export(hearth, request.getfixturevalue(model), tmp_path)
    assert tuned
    assert {layer["group"] for layer in report["layers"] if layer["format"].startswith("int4")} == {32}


def test_taken_for_an_ir(hearth, smollm2_ir, tmp_path):
    assert export(hearth, smollm2_ir, tmp_path, command=["compress"])[1]


@pytest.mark.parametrize("flags", [["--ratio", 1], ["--sym"], ["--group-size-fallback", "adjust"]])
def test_not_with_another_option(hearth, smollm2_gguf, tmp_path, flags):
    assert not export(hearth, smollm2_gguf, tmp_path, *flags)[1]


def test_not_for_another_model(hearth, bundled, tmp_path):
    assert not export(hearth, bundled, tmp_path)[1]
