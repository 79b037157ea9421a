"""Models to compress, ways to compress them, and NNCF's answer, for the tests of compression."""

import json
import logging
import os
import re
import shutil

import nncf
import numpy as np
import openvino as ov
import pytest
from compression_options import nncf_arguments
from conftest import ROOT
from goldens.weights import write_checkpoint

CORE = ov.Core()
# Names that were made up when nobody gave one: they carry a number that says nothing.
MADE_UP = re.compile(r"(^|/)[A-Za-z]+_\d+$")
nncf.set_log_level(logging.ERROR)

OF_HEARTH = ["llama_bf16", "llama_f16", "llama_gqa3_64_tied", "mistral_sliding", "qwen3"]
OF_OPTIMUM = ["gpt2", "mixtral", "opt"]

TABLE = [-2.0, -1.0, -0.25, 0.0, 1.0, 2.5, 3.0]
CASES = {
    "int8_asym": dict(format="int8_asym"),
    "int8_sym": dict(format="int8_sym"),
    "int4_asym": dict(format="int4_asym", group_size=32),
    "int4_asym_64": dict(format="int4_asym", group_size=64),
    "int4_asym_rows": dict(format="int4_asym", group_size=-1),
    "int4_sym": dict(format="int4_sym", group_size=32),
    "nf4": dict(format="nf4", group_size=32),
    "mxfp4": dict(format="mxfp4"),
    "mxfp8": dict(format="mxfp8_e4m3"),
    "fp8": dict(format="fp8_e4m3", group_size=-1),
    "fp8_groups": dict(format="fp8_e4m3", group_size=32),
    "fp4": dict(format="fp4", group_size=32),
    "cb4": dict(format="cb4"),
    "cb4_groups": dict(format="cb4", group_size=32),
    "codebook": dict(format="codebook", table=TABLE),
    "codebook_u8": dict(format="codebook", table=list(np.linspace(-1, 1, 17))),
    "nvfp4": dict(format="nvfp4"),
    "ratio": dict(format="int4_asym", group_size=32, ratio=0.8),
    "ratio_low": dict(format="int4_sym", group_size=32, ratio=0.35, backup="int8_sym"),
    "ratio_all": dict(format="int4_sym", group_size=-1, ratio=0.6, all_layers=True),
    "ratio_zero": dict(format="int4_sym", group_size=-1, ratio=0),
    "all_layers": dict(format="int4_asym", group_size=32, all_layers=True),
    "no_backup": dict(format="int4_asym", group_size=-1, backup="none"),
    "backup_mx": dict(format="nf4", group_size=32, backup="mxfp8_e4m3", ratio=0.5),
    "adjust": dict(format="int4_asym", group_size=128, fallback="adjust"),
    "ignore": dict(format="int4_asym", group_size=128, fallback="ignore", backup="int8_sym"),
    "ignored_pattern": dict(format="int4_sym", group_size=-1,
                            ignored={"patterns": [r".*[vV]_proj", "nothing"], "validate": False}),
    "ignored_type": dict(format="int4_sym", group_size=-1, ignored={"types": ["Gather"]}),
}


def some_cases(families, cases):
    """Pairs of family and case: all cases of the first family and a few of each other one, all of all where
    HEARTH_ALL_CASES is 1."""
    cases = list(cases)
    if os.environ.get("HEARTH_ALL_CASES") == "1":
        return [(family, case) for family in families for case in cases]
    few = 4
    return [(families[0], case) for case in cases] + [
        (family, cases[(i * few + n) % len(cases)]) for i, family in enumerate(families[1:]) for n in range(few)]


def export_with_optimum(family, folder):
    import torch
    import transformers
    from optimum.intel import OVModelForCausalLM

    common = dict(vocab_size=131, bos_token_id=1, eos_token_id=2, pad_token_id=0)
    heads = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=64)
    config = {
        "gpt2": lambda: transformers.GPT2Config(n_embd=64, n_layer=2, n_head=4, n_positions=64, **common),
        "mixtral": lambda: transformers.MixtralConfig(
            intermediate_size=96, num_key_value_heads=2, num_local_experts=4, **heads, **common),
        "opt": lambda: transformers.OPTConfig(ffn_dim=96, word_embed_proj_dim=64, **heads, **common),
    }[family]()
    torch.manual_seed(0)
    transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    model = OVModelForCausalLM.from_pretrained(folder, export=True, load_in_8bit=False)
    model.save_pretrained(folder / "ir")


@pytest.fixture(scope="session")
def irs(hearth, tmp_path_factory):
    """irs(family): its openvino_model.xml, exported once."""
    made = {}

    def make(family):
        folder = tmp_path_factory.mktemp(family)
        if family in OF_OPTIMUM:
            export_with_optimum(family, folder)
        else:
            golden = ROOT / "tests/golden/tiny" / family
            (folder / "config.json").write_text((golden / "config.json").read_text())
            write_checkpoint(folder, json.loads((golden / "tensors.json").read_text()))
            shutil.copy(ROOT / "models/hearth-tiny/tokenizer.json", folder)
            hearth.run("export", "-m", folder, folder / "ir")
        return folder / "ir/openvino_model.xml"

    def get(family):
        if family not in made:
            made[family] = make(family)
        return made[family]

    return get


def compress_with_nncf(xml, options):
    return nncf.compress_weights(CORE.read_model(xml), **nncf_arguments(options))
