"""The models that bench/compare.py measures, made where they are missing: random checkpoints in the shapes of
real models and SmolLM2, as IR folders for Hearth and OpenVINO and as GGUF files of the same weights for
llama.cpp. A checkpoint that is a GGUF file of a type that no IR holds is read by Hearth and llama.cpp as it is."""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / "build/release/bin"

INT4 = ["--weight-format", "int4", "--group-size", "128"]  # embeddings and the last layer: int8
INT8 = ["--weight-format", "int8"]                         # one scale a row
AS_IS = ["--weight-format", "original"]
# name: (checkpoint, flags of `hearth export` or None: no IR holds it, type of llama.cpp's matrices)
MODELS = {
    "1.1b-int4": ("1.1b", INT4, "Q4_0"),
    "1.1b-int8": ("1.1b", INT8, "Q8_0"),
    "1.1b-bf16": ("1.1b", AS_IS, "BF16"),
    "1.5b-int4": ("1.5b", INT4, None),
    "8b-int4": ("8b", INT4, "Q4_0"),
    "smollm2-int8": ("smollm2", INT8, "Q8_0"),
    "smollm2-q4_1": ("smollm2.gguf", None, "as it is"),
}
# Checkpoints that are removed when the models are made of them: bytes to make the checkpoint and both models.
LARGE = {"8b": 27e9}


def run(*command):
    print("+", *command, file=sys.stderr)
    subprocess.run([str(x) for x in command], check=True, stdout=sys.stderr)


class Models:
    """Finds models in a folder, or makes them there. `python` has what the checkpoint scripts need."""

    def __init__(self, folder, hearth, python=sys.executable):
        self.folder, self.hearth, self.python = folder, hearth, python
        folder.mkdir(parents=True, exist_ok=True)

    def made(self, path, make):
        """`make(unfinished)` writes what is then renamed to `path`."""
        if not path.exists():
            unfinished = path.with_name(path.name + ".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.unlink(missing_ok=True)
            make(unfinished)
            unfinished.rename(path)
        return path

    def checkpoint(self, name):
        if name.startswith("smollm2"):
            gguf = pathlib.Path(subprocess.run([ROOT / "tools/get-model", "smollm2"], check=True, text=True,
                                               stdout=subprocess.PIPE).stdout.strip())
            if name == "smollm2.gguf":
                return gguf
            return self.made(self.folder / "checkpoint-smollm2",
                             lambda out: run(self.python, ROOT / "tools/smollm2_to_hf.py", gguf, out))
        path = self.folder / f"checkpoint-{name}"
        free = shutil.disk_usage(self.folder).free
        if not path.exists() and free < LARGE.get(name, 0):
            sys.exit(f"{name} takes {LARGE[name] / 1e9:.0f} GB to make, and {self.folder} has {free / 1e9:.0f} left")
        return self.made(path, lambda out: run(PROGRAMS / "make_model", name, out, "--dtype", "bf16"))

    def forget_large(self, name):
        """Removes the checkpoint of a model that was made, if it is a large one."""
        checkpoint, _, _ = MODELS[name]
        if checkpoint in LARGE:
            shutil.rmtree(self.folder / f"checkpoint-{checkpoint}", ignore_errors=True)

    def ir(self, name):
        """None where an IR would hold other weights."""
        checkpoint, flags, _ = MODELS[name]
        if flags is None:
            return None
        return self.made(self.folder / name,
                         lambda out: run(self.hearth, "export", "-m", self.checkpoint(checkpoint), *flags, out))

    def best(self, name):
        """What Hearth reads: the IR, or the GGUF file where there is none."""
        return self.ir(name) or self.gguf(name)

    def gguf(self, name):
        """None where llama.cpp has no like weights."""
        checkpoint, _, kind = MODELS[name]
        if kind is None:
            return None
        if checkpoint.endswith(".gguf"):
            return self.checkpoint(checkpoint)
        return self.made(self.folder / f"{name}.gguf", lambda out: run(
            self.python, ROOT / "bench/make_gguf.py", self.checkpoint(checkpoint), out, "--type", kind))
