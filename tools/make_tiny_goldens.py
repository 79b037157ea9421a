#!/usr/bin/env python3
"""Makes tests/golden/tiny: for every case of goldens/tiny_cases.py the config, the list of tensors
and what transformers answers in float32. The weights themselves are a formula (goldens/weights.py).

    python tools/make_tiny_goldens.py [--out tests/golden/tiny] [--case NAME]
    python tools/make_tiny_goldens.py --write-folder DIR [--case NAME]   # whole checkpoints

A case folder holds config.json, tensors.json, golden.json (input_ids, attention_mask and
position_ids [B, T]; `greedy`: the next tokens of the first sequence alone) and logits.npy
(f32 [B, T, V]; zero at padding).
"""

import argparse
import json
import math
import pathlib
import platform
import shutil
import sys
import tempfile

import numpy as np
import torch
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from goldens import weights  # noqa: E402
from goldens.tiny_cases import CASES  # noqa: E402

SEED = 7
GREEDY_TOKENS = 12
# Steps whose two best logits are nearer than this would make the greedy ids a matter of luck.
SMALLEST_GAP = 1e-3
BITS = {"F32": (24, 24), "F16": (8, 4), "BF16": (8, 4)}  # of matrices, of norms (1 + k/64)


def config_text(case):
    config = transformers.AutoConfig.for_model(
        case.family, **json.loads(json.dumps(case.config)),
        bos_token_id=1, eos_token_id=2, pad_token_id=None)
    config.architectures = [type(model_for(config)).__name__]
    config.dtype = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}[case.dtype]
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        keys = json.loads(pathlib.Path(folder, "config.json").read_text())
    if case.old_spelling:
        keys = in_old_spelling(keys, case)
    return json.dumps(keys, indent=2) + "\n"


def in_old_spelling(keys, case):
    """As transformers 4 wrote it: rope_theta and rope_scaling beside each other, torch_dtype."""
    rope = dict(keys.pop("rope_parameters"))
    keys["rope_theta"] = rope.pop("rope_theta")
    kind = rope.pop("rope_type")
    # the first writers said "type", later ones "rope_type"
    name = "type" if kind in ("linear", "dynamic") else "rope_type"
    keys["rope_scaling"] = None if kind == "default" else {name: kind, **rope}
    keys["torch_dtype"] = keys.pop("dtype")
    keys.pop("layer_types", None)
    if "head_dim" not in case.config:
        keys.pop("head_dim", None)
    for key in ("sliding_window", "use_sliding_window", "max_window_layers"):
        if key in case.config:  # transformers drops an unused window; old files had it
            keys[key] = case.config[key]
    keys["transformers_version"] = "4.46.0"
    return keys


def model_for(config):
    with torch.device("meta"):
        return transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)


def tensor_list(case, config):
    model = model_for(config)
    tied = {"lm_head.weight"} if config.tie_word_embeddings else set()
    names = [(n, list(p.shape)) for n, p in model.state_dict().items() if n not in tied]
    matrix_bits, norm_bits = BITS[case.dtype]
    tensors = []
    for i, (name, size) in enumerate(names):
        norm = "norm" in name
        if norm:
            scale, offset = 0.125, 1
        elif name.endswith("bias"):
            scale, offset = 0.5, 0
        else:  # variance of a product near two, so that attention and activations are not flat
            inputs = 1 if "embed" in name and not tied else size[1]
            scale, offset = 2.0 ** round(math.log2(math.sqrt(6 / inputs))), 0
        number = i * case.shards // len(names) + 1
        file = ("model.safetensors" if case.shards == 1 else
                f"model-{number:05}-of-{case.shards:05}.safetensors")
        tensors.append({"name": name, "dtype": case.dtype, "shape": size,
                        "bits": norm_bits if norm else matrix_bits, "scale": scale,
                        "offset": offset, "file": file})
    listing = {"seed": SEED, "tensors": tensors}
    listing["word_sum"] = weights.word_sum(listing)
    return listing


def write_tokenizer(folder, vocabulary):
    """Every printable ASCII character is a token (id = code - 29); the rest are never produced."""
    names = ["<unk>", "<s>", "</s>"] + ["\u0120"] + [chr(c) for c in range(33, 127)]
    names += [f"<{i}>" for i in range(len(names), vocabulary)]
    special = [{"id": i, "content": names[i], "single_word": False, "lstrip": False,
                "rstrip": False, "normalized": False, "special": True} for i in range(3)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                  "use_regex": True}
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None,
        "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None,
                  "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": {name: i for i, name in enumerate(names)}, "merges": []}}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, indent=1) + "\n",
                                           encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
         "unk_token": "<unk>", "clean_up_tokenization_spaces": False}, indent=2) + "\n")


def write_case(folder, case):
    """config.json and tensors.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(config_text(case))
    config = transformers.AutoConfig.from_pretrained(folder)
    listing = tensor_list(case, config)
    lines = ",\n".join("  " + json.dumps(tensor) for tensor in listing["tensors"])
    (folder / "tensors.json").write_text(
        f'{{"seed": {SEED}, "word_sum": {listing["word_sum"]}, "tensors": [\n{lines}\n]}}\n')
    return config, listing


def write_whole_checkpoint(folder, case):
    config, listing = write_case(folder, case)
    weights.write_checkpoint(folder, listing)
    write_tokenizer(folder, config.vocab_size)
    (folder / "generation_config.json").write_text(
        json.dumps({"bos_token_id": 1, "eos_token_id": 2}, indent=2) + "\n")


def inputs_of(case, config):
    length = max(case.lengths)
    ids = np.zeros((len(case.lengths), length), np.int64)
    mask = np.zeros_like(ids)
    generator = np.random.Generator(np.random.PCG64(weights.fnv1a64(case.name)))
    for row, count in enumerate(case.lengths):
        ids[row, length - count:] = generator.integers(3, config.vocab_size, count)
        mask[row, length - count:] = 1
    positions = np.where(mask == 0, 1, np.cumsum(mask, axis=1) - 1)  # as generate() makes them
    return ids, mask, positions


def load(folder):
    """Fresh each time: dynamic rope keeps state between calls."""
    return transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager").eval()


def greedy(folder, case, ids):
    prompt = torch.tensor(ids[:1, :])  # the longest sequence comes first and has no padding
    out = load(folder).generate(
        prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=GREEDY_TOKENS,
        min_new_tokens=GREEDY_TOKENS, do_sample=False, pad_token_id=0, eos_token_id=None,
        output_logits=True, return_dict_in_generate=True)
    best = torch.stack(out.logits)[:, 0].topk(2).values
    gap = (best[:, 0] - best[:, 1]).min().item()
    if gap < SMALLEST_GAP:
        sys.exit(f"{case.name}: two best logits differ by only {gap:.2g}; change the case's inputs")
    return out.sequences[0, prompt.shape[1]:].tolist()


def make_golden(out, case):
    config, _ = write_case(out, case)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        write_whole_checkpoint(folder, case)
        ids, mask, positions = inputs_of(case, config)
        with torch.no_grad():
            logits = load(folder)(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask),
                                  position_ids=torch.tensor(positions), use_cache=False).logits.numpy()
        logits[mask == 0] = 0
        golden = {"input_ids": ids.tolist(), "attention_mask": mask.tolist(),
                  "position_ids": positions.tolist(), "greedy": greedy(folder, case, ids)}
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items())
    (out / "golden.json").write_text("{\n" + lines + "\n}\n")
    np.save(out / "logits.npy", logits.astype("<f4"))
    print(f"{case.name}: logits {logits.shape}, largest {np.abs(logits).max():.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden/tiny"))
    parser.add_argument("--case", help="only this case")
    parser.add_argument("--write-folder", type=pathlib.Path, metavar="DIR",
                        help="write DIR/<case> with weights and tokenizer instead of goldens")
    options = parser.parse_args()
    transformers.logging.disable_progress_bar()
    chosen = [case for case in CASES if options.case in (None, case.name)]
    if not chosen:
        parser.error(f"no case {options.case}; there are: {', '.join(c.name for c in CASES)}")
    for case in chosen:
        if options.write_folder:
            write_whole_checkpoint(options.write_folder / case.name, case)
        else:
            shutil.rmtree(options.out / case.name, ignore_errors=True)
            make_golden(options.out / case.name, case)
    if options.case or options.write_folder:
        return
    manifest = {"made_by": "tools/make_tiny_goldens.py", "python": platform.python_version(),
                "torch": torch.__version__, "transformers": transformers.__version__,
                "numpy": np.__version__, "cases": [case.name for case in CASES]}
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
