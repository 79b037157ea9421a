#!/usr/bin/env python3
"""Speed and memory of Hearth's tokenizers beside those of the Rust package, in turns on the same machine.

    build/oracle/bin/python bench/text/compare.py [FOLDER...] [--text FILE...] [--rounds 5]

A FOLDER has a tokenizer.json. Without one: a byte-level BPE of 32,000 tokens that is trained on the spot
(GPT-4's split pattern), the same with 256,000 tokens (the rest is joined at random: for loading), a Unigram
of 250,000 pieces counted in the texts, and the WordPiece of all-MiniLM-L6-v2 where `tools/get-model minilm` has put it.
Without texts: English from Python's manual, this project's code, Chinese and emoji that are drawn at
random.

Each side runs in processes of its own. Printed are medians over the rounds: loading in milliseconds and
by how many MB (10^6 bytes) it raises the peak of resident memory, the rest in MB of text a second. One thread, but for
`batch`; the Rust package's encode_batch_fast() stands beside ids alone, its encode() beside offsets.
"""

import argparse
import collections
import json
import math
import pathlib
import pydoc_data.topics
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "build/release/bin/bench_text"
MINILM = pathlib.Path.home() / ".cache/hearth/all-MiniLM-L6-v2"
BATCH_BYTES = 2048
GPT4_SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
              r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def memory(name):
    for line in open("/proc/self/status", encoding="ascii"):
        if line.startswith(name + ":"):
            return 1024 * int(line.split()[1])
    return 0


def rate(text, seconds, work):
    """As in bench_text.cc: the best of the rounds that fit, at least two."""
    best, began, rounds = 1e99, time.perf_counter(), 0
    while rounds < 2 or time.perf_counter() - began < seconds:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
        rounds += 1
    return len(text.encode()) / best / 1e6


def rust_once(folder, texts, seconds):
    import os

    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    import tokenizers

    peak, began = memory("VmHWM"), time.perf_counter()
    tokenizer = tokenizers.Tokenizer.from_file(str(pathlib.Path(folder) / "tokenizer.json"))
    out = {"load_ms": (time.perf_counter() - began) * 1e3, "peak_mb": (memory("VmHWM") - peak) / 1e6,
           "texts": {}}
    tokenizer.no_truncation()
    tokenizer.no_padding()
    for file in texts:
        text = pathlib.Path(file).read_text(encoding="utf-8")
        lines = [text[i:i + BATCH_BYTES] for i in range(0, len(text), BATCH_BYTES)]
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        row = {"tokens": len(ids)}
        row["ids"] = rate(text, seconds, lambda: tokenizer.encode_batch_fast([text], add_special_tokens=False))
        row["offsets"] = rate(text, seconds, lambda: tokenizer.encode(text, add_special_tokens=False))
        row["decode"] = rate(text, seconds, lambda: tokenizer.decode(ids))
        os.environ["TOKENIZERS_PARALLELISM"] = "true"
        row["batch"] = rate(text, seconds, lambda: tokenizer.encode_batch_fast(lines))
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        out["texts"][pathlib.Path(file).stem] = row
    return out


def rust_round(folder, texts, seconds):
    code = f"import compare, json; print(json.dumps(compare.rust_once({str(folder)!r}, {texts!r}, {seconds})))"
    return json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True,
                                     cwd=pathlib.Path(__file__).parent).stdout)


def hearth_round(folder, texts, seconds):
    return json.loads(subprocess.run([BENCH, folder, *texts, "--seconds", str(seconds)], check=True,
                                     capture_output=True, text=True).stdout)


def make_texts(folder):
    rng = random.Random(1)
    topics = "\n\n".join(pydoc_data.topics.topics.values())
    code = "".join(file.read_text() for file in sorted((ROOT / "src").rglob("*.cc")))
    # Zipf's law over the first 3,000 of the common ideographs, sentences of 5 to 30.
    weights = [1 / (rank + 10) for rank in range(3000)]
    ideographs = [chr(c) for c in range(0x4E00, 0x4E00 + 3000)]
    rng.shuffle(ideographs)
    chinese = "".join("".join(rng.choices(ideographs, weights, k=rng.randint(5, 30))) + rng.choice("，。，。；！")
                      for _ in range(15000))
    faces = [chr(c) for block in ((0x1F600, 0x1F64F), (0x1F300, 0x1F5FF), (0x1F680, 0x1F6C5)) for c in range(*block)]
    emoji = "".join(rng.choice(faces) + rng.choice(["", "", "\U0001F3FD", "\u200D\u2640\uFE0F", " so happy today "])
                    for _ in range(100000))
    out = []
    for name, text in (("english", topics), ("chinese", chinese), ("code", code[:1_000_000]), ("emoji", emoji)):
        out.append(folder / f"{name}.txt")
        out[-1].write_text(text, encoding="utf-8")
    return out


def save(description, folder):
    folder.mkdir()
    (folder / "tokenizer.json").write_text(json.dumps(description, ensure_ascii=False, indent=2))
    return folder


def joined(tokens, count, seed):
    """Random joints of two short tokens that are no tokens yet."""
    rng, known = random.Random(seed), set(tokens)
    short = [token for token in tokens if 0 < len(token) < 7]
    while count > 0:
        left, right = rng.choice(short), rng.choice(short)
        if left + right in known:
            continue
        known.add(left + right)
        yield left, right
        count -= 1


def unigram(texts, size):
    """Characters, frequent words and their beginnings, by frequency; the rest joined at random."""
    counts = collections.Counter()
    for text in texts:
        content = text.read_text(encoding="utf-8")
        counts.update(content)
        words = collections.Counter("\u2581" + word for word in content.split(" "))
        for word, count in words.most_common(8000):
            counts.update({word[:n]: count for n in range(2, min(len(word), 12) + 1)})
    total = sum(counts.values())
    pieces = [["<unk>", 0.0]] + [[piece, math.log(count / total)] for piece, count in counts.most_common()]
    score = pieces[-1][1]
    for rank, (left, right) in enumerate(joined([piece for piece, _ in pieces], size - len(pieces), 2)):
        pieces.append([left + right, score - rank * 1e-6])
    metaspace = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
            "pre_tokenizer": metaspace, "post_processor": None, "decoder": metaspace,
            "model": {"type": "Unigram", "unk_id": 0, "vocab": pieces, "byte_fallback": False}}


def make_tokenizers(folder, texts):
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(GPT4_SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    bpe.decoder = decoders.ByteLevel()
    bpe.train([str(t) for t in texts], trainers.BpeTrainer(
        vocab_size=32000, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    small = json.loads(bpe.to_str())
    out = [save(small, folder / "bpe-32k")]
    model = small["model"]
    tokens = list(model["vocab"])
    for left, right in joined(tokens, 256000 - len(tokens), 1):
        model["vocab"][left + right] = len(model["vocab"])
        model["merges"].append([left, right])
    out.append(save(small, folder / "bpe-256k"))

    out.append(save(unigram(texts, 250000), folder / "unigram-250k"))
    return out + ([MINILM] if (MINILM / "tokenizer.json").exists() else [])


def middle(rounds, *keys):
    values = []
    for value in rounds:
        for key in keys:
            value = value[key]
        values.append(value)
    return statistics.median(values)


def show(name, ours, rust, texts):
    print(f"\n{name}: {ours[0]['vocabulary']:,} tokens\n")
    print(f"{'':22} {'Hearth':>9} {'Rust':>9} {'ratio':>7}")

    def line(what, a, b, lower_is_better=False):
        print(f"{what:22} {a:9.1f} {b:9.1f} {(b / a if lower_is_better else a / b):6.1f}x")

    line("load ms", middle(ours, "load_ms"), middle(rust, "load_ms"), True)
    line("load peak MB", middle(ours, "peak_mb"), middle(rust, "peak_mb"), True)
    for text in texts:
        key = text.stem
        tokens = ours[0]["texts"][key]["tokens"], rust[0]["texts"][key]["tokens"]
        if tokens[0] != tokens[1]:
            sys.exit(f"{name}, {key}: {tokens[0]} tokens, but the Rust package makes {tokens[1]}")
        for what in ("ids", "offsets", "decode", "batch"):
            line(f"{key} {what} MB/s", middle(ours, "texts", key, what), middle(rust, "texts", key, what))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--text", nargs="+", type=pathlib.Path, metavar="FILE", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="for each figure of a round (default 0.3)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        texts = [text.resolve() for text in args.text] or make_texts(pathlib.Path(scratch))
        folders = [folder.resolve() for folder in args.folders] or make_tokenizers(pathlib.Path(scratch), texts)
        paths = [str(text) for text in texts]
        for folder in folders:
            ours, rust = [], []
            for _ in range(args.rounds):
                ours.append(hearth_round(folder, paths, args.seconds))
                rust.append(rust_round(folder, paths, args.seconds))
            show(folder.name, ours, rust, texts)


if __name__ == "__main__":
    main()
