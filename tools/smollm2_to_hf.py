#!/usr/bin/env python3
"""Writes SmolLM2-135M-Instruct as a Hugging Face folder (float16 safetensors, tokenizer.json) from
its GGUF file, which `tools/get-model smollm2` fetches.

    python tools/smollm2_to_hf.py SmolLM2-135M-Instruct.Q4_1.gguf OUT_FOLDER
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from goldens import smollm2  # noqa: E402


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    smollm2.write_folder(smollm2.Source(sys.argv[1]), sys.argv[2])


if __name__ == "__main__":
    main()
