"""Random tokenizers, and what the Rust package makes of texts and pairs with all columns of an
encoding: used by make_encoding_goldens.py and by tests/differential/test_encodings.py."""
import json

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors

import tokenizer_cases as cases

COLUMNS = ["ids", "offsets", "type_ids", "attention_mask", "special_tokens_mask", "sequence_ids"]


def columns(encoding):
    out = {name: getattr(encoding, name) for name in COLUMNS}
    out["offsets"] = [list(offset) for offset in encoding.offsets]
    # Without a post-processor the package counts padding as part of the text.
    out["sequence_ids"] = [-1 if s is None or m == 0 else s
                           for s, m in zip(encoding.sequence_ids, encoding.attention_mask)]
    return out


def encode_batch(tokenizer, batch, special):
    """A list of columns, or None where the package refuses or panics."""
    given = [one if isinstance(one, str) else tuple(one) for one in batch]
    try:
        return [columns(one) for one in tokenizer.encode_batch(given, add_special_tokens=special)]
    except BaseException as e:  # pyo3's PanicException is no Exception
        if isinstance(e, KeyboardInterrupt):
            raise
        return None


def some_normalizer(rng, charsmap):
    n = normalizers
    one = lambda: rng.choice([
        n.NFC(), n.NFD(), n.NFKC(), n.NFKD(), n.Lowercase(), n.StripAccents(), n.Nmt(),
        n.Strip(rng.random() < 0.7, rng.random() < 0.7), n.Prepend(rng.choice(["▁", "ab"])),
        n.Replace(" ", "▁"), n.Replace(Regex(r"\s+"), " "), n.Replace(Regex("[ae]"), "xyz"),
        n.Replace("the", "Δ"), n.Precompiled(charsmap),
        n.BertNormalizer(rng.random() < 0.7, rng.random() < 0.7, rng.choice([None, True, False]),
                         rng.random() < 0.7)])
    choice = rng.random()
    if choice < 0.2:
        return None
    # Bytes of characters that are themselves bytes: only at the end.
    stages = [one() for _ in range(rng.randint(1, 3))] + [n.ByteLevel()] * (choice > 0.92)
    return stages[0] if len(stages) == 1 else n.Sequence(stages)


def some_pre_tokenizer(rng):
    p = pre_tokenizers
    one = lambda: rng.choice([
        p.ByteLevel(rng.random() < 0.5, use_regex=rng.random() < 0.7), p.Whitespace(),
        p.WhitespaceSplit(), p.BertPreTokenizer(), p.Digits(rng.random() < 0.5),
        p.Punctuation(rng.choice(cases.BEHAVIORS)), p.Split(" ", rng.choice(cases.BEHAVIORS)),
        p.Split(Regex(cases.LLAMA3), "isolated"), p.CharDelimiterSplit("a"), p.FixedLength(3),
        p.Metaspace("▁", rng.choice(["always", "never", "first"]), rng.random() < 0.6)])
    choice = rng.random()
    if choice < 0.15:
        return None
    return one() if choice < 0.7 else p.Sequence([one(), one()])


def some_post_processor(rng):
    cls, sep = ("<s>", 0), ("</s>", 1)
    byte_level = processors.ByteLevel(add_prefix_space=rng.random() < 0.5,
                                      trim_offsets=rng.random() < 0.8)
    template = processors.TemplateProcessing(
        single=rng.choice(["<s> $A </s>", "<s> $A", "$A </s>", "<s>:2 $A:3"]),
        pair=rng.choice(["<s> $A </s> $B:1 </s>:1", "$B:1 <s>:2 $A", "<s> $A:0 $B:0"]),
        special_tokens=[cls, sep])
    roberta = processors.RobertaProcessing(sep, cls, trim_offsets=rng.random() < 0.7,
                                           add_prefix_space=rng.random() < 0.5)
    return rng.choice([None, byte_level, template, roberta, processors.BertProcessing(sep, cls),
                       processors.Sequence([byte_level, template]),
                       processors.Sequence([byte_level, roberta])])


def random_tokenizer(rng, bases, charsmap):
    """The model and the added tokens of one of `bases`, all other stages by chance."""
    tokenizer = Tokenizer.from_str(rng.choice(bases).to_str())
    tokenizer.normalizer = some_normalizer(rng, charsmap)
    tokenizer.pre_tokenizer = some_pre_tokenizer(rng)
    state = json.loads(tokenizer.to_str())
    processor = some_post_processor(rng)
    state["post_processor"] = processor and json.loads(processor.__getstate__())
    state["truncation"] = state["padding"] = None
    tokenizer = Tokenizer.from_str(json.dumps(state))
    if rng.random() < 0.5:
        tokenizer.enable_truncation(rng.randint(5, 25),
                                    strategy=rng.choice(["longest_first", "only_first",
                                                         "only_second"]),
                                    direction=rng.choice(["left", "right"]))
    if rng.random() < 0.5:
        tokenizer.enable_padding(direction=rng.choice(["left", "right"]), pad_id=rng.randint(0, 9),
                                 pad_type_id=rng.randint(0, 2), pad_token="<pad>",
                                 length=rng.choice([None, None, 12, 40]),
                                 pad_to_multiple_of=rng.choice([None, None, 8]))
    return tokenizer


def bases():
    """Models of every kind, byte-level and not, with and without unknown tokens and bytes."""
    small = cases.tokenizers()
    out = [small[name] for name in ("gpt2", "llama3", "llama", "clip", "prefixed", "unigram",
                                    "unigram_bytes")]
    # Characters that are not in the vocabulary vanish, and all offsets behind them move.
    state = json.loads(small["llama"].to_str())
    state["model"].update(unk_token=None, byte_fallback=False)
    out.append(Tokenizer.from_str(json.dumps(state)))
    state["model"].update(unk_token="<unk>", fuse_unk=False)
    out.append(Tokenizer.from_str(json.dumps(state)))
    return out


def random_batch(rng, texts):
    pairs = rng.random() < 0.5
    one = lambda: [rng.choice(texts), rng.choice(texts)] if pairs else rng.choice(texts)
    return [one() for _ in range(rng.choice([1, 1, 3]))]
