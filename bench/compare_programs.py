"""The programs that bench/compare.py sets side by side: how each is started, what it reads and how its instruction
set is capped."""

import json
import os
import pathlib
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent

# Hearth's names of instruction sets: those of oneDNN and of OpenVINO's own kernels.
OPENVINO_ISA = {"avx2": "AVX2", "avx_vnni": "AVX2_VNNI", "avx512": "AVX512_CORE", "avx512_vnni": "AVX512_CORE_VNNI",
              "avx512_bf16": "AVX512_CORE_BF16", "amx": "AVX512_CORE_AMX"}


class Program:
    """One of the run_*.py, under the Python that has what it needs."""

    def __init__(self, name, title, script, python, path_of, caps, environment=()):
        self.name, self.title, self.script, self.python = name, title, BENCH / script, python
        self.path_of = path_of  # the model's name: its path, or None
        self.caps = caps        # one of HEARTH_ISA's values or None: the variables for it; None: it cannot be capped so
        self.environment = dict(environment)

    def version(self, code):
        run = subprocess.run([self.python, "-c", code], capture_output=True, text=True)
        return run.stdout.strip() if run.returncode == 0 else None

    def measure(self, row, isa, launch):
        """The figures of one run in a process of its own; None when the program does not have such a model."""
        path, caps = self.path_of(row.model), self.caps(isa)
        if path is None or caps is None:
            return None
        environment = {**os.environ, **self.environment, **caps}
        run = subprocess.run([*launch, str(self.python), str(self.script), json.dumps(row.work(path))],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        if run.returncode != 0:
            print(f"{self.title}, {row.name}: failed\n{run.stderr[-1000:]}", file=sys.stderr)
            return None
        return json.loads(run.stdout.splitlines()[-1])


def hearth(models, binary):
    return Program("hearth", "Hearth", "run_hearth.py", sys.executable, models.best,
                   lambda isa: {"HEARTH_ISA": isa} if isa else {}, {"HEARTH_BINARY": str(binary)})


def openvino(models, python):
    """oneDNN and what is generated with its help ask one variable, OpenVINO's other kernels one of their own."""
    def caps(isa):
        return {name: OPENVINO_ISA[isa] for name in ("ONEDNN_MAX_CPU_ISA", "OV_CPU_MAX_ISA")} if isa else {}
    return Program("openvino", "OpenVINO GenAI", "run_openvino.py", python, models.ir, caps)


def llama(models, python, built_for):
    """Chooses its instructions when it is built: for this processor, or for `built_for` if that is not None."""
    return Program("llama", "llama.cpp", "run_llama.py", python, models.gguf,
                   lambda isa: {} if isa == built_for else None)


VERSION = {"openvino": "import openvino_genai; print(openvino_genai.__version__)",
           "llama": "import llama_cpp; print(llama_cpp.__version__)"}


def there(models, binary, openvino_python, llama_python, llama_isa):
    """Hearth, and of the others those that are installed; {name: version} of all."""
    found, versions = [hearth(models, binary)], {"hearth": commit()}
    for program in (openvino(models, openvino_python), llama(models, llama_python, llama_isa) if llama_python else None):
        if program is None:
            continue
        version = program.version(VERSION[program.name])
        if version is None:
            print(f"{program.title} is left out: {program.python} cannot import it", file=sys.stderr)
            continue
        found.append(program)
        versions[program.name] = version
    return found, versions


def commit():
    run = subprocess.run(["git", "-C", BENCH, "describe", "--always", "--dirty", "--exclude=*"], capture_output=True,
                         text=True)
    return run.stdout.strip() or "unknown"
