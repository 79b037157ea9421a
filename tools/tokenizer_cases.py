"""Small tokenizers, texts and stages for tests: used by make_tokenizer_goldens.py, which stores what
the Rust package and sentencepiece make of them, and by tests/differential/test_tokenizers.py, which
asks them anew. Everything is generated; nothing is downloaded."""
import base64
import json
import pathlib
import random
import tempfile

import sentencepiece
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers,
                        pre_tokenizers, processors, trainers)

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+"
          r"[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
GPT4O = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
         r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
         r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}"
         r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
            r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
KIMI = (r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*"
        r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|\s+")
BLOOM = " ?[^(\\s|[.,!?…。，、।۔،])]+"

# Patterns of models, and one for each construct that the translation to PCRE2 knows.
PATTERNS = [
    LLAMA3, GPT4O, DEEPSEEK, KIMI, BLOOM, r"\s+$", "[一-龥぀-ゟ゠-ヿ]+", r"\p{N}{1,3}+",
    r"\d{1,3}(?=(?:\d{3})*\b)", r"\b", r"\B", r"\w+|[^\w\s]+", r"\W", r"(?<!\w)a|b(?=\W)",
    r"^a|a$", r".", r"(?m:.)", r"a*", r"", r"x{,2}y", r"a{2}?", r"[]a]", r"[^]a]", r"[a\]b]",
    r"[a-c&&[^b]]", r"[[:alpha:][:digit:]]+", r"[^[:space:]]+", r"[[:punct:]]+", r"\h+", r"\R",
    r"\u0041|\x{00e9}|\x41", r"(?i)STRASSE|K", r"a(?i)b|z", r"(?<n>a)b", r"(?>a+)b?", r"a++|b?+",
    r"\p{^L}+", r"\P{L}+", r"[\P{L}\d]+", r"[^\P{L}a]+", r"\p{Hiragana}+|\p{Katakana}+",
    r"\p{Greek}", r"\p{Upper}+|\p{Lower}+", r"[[^a]b]", r"(?#comment)a", r"\p{lu}", r"[\s\S]",
    r"(a|b)*", r" {2,}", r"a{x}", r"\p{Punct}+", r"(?im:a.)", r"\e|\v|\t|\n|\f", r"(?=a)b?",
]
BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]

ALPHABET = list("aAbBxzZ09 \n\t.,!'-_()[]{}<>=+*/\\\"#@\r") + [
    "  ", "'s", "'LL", "é", "e\u0301", "ß", "ſ", "İ", "ﬁ", "½", "²", "中", "日本", "ひ", "カ", "\u3000",
    "\u00a0", "\u180e", "\u200b", "\u200d", "👍🏽", "👩‍👧", "ह", "ि", "\u0300", "\u0345", "\u0323",
    "Å", "\u212b", "각", "ᄀ", "ᅡ", "ᆨ", "\ufeff", "\ufffd", "\u2028", "\x0b", "\x0c", "\x85", "٣",
    "Ⅷ", "ǅ", "ª", "ʰ", "▁", "▁▁", "\U00031350", "\U0002ebf0", "\u0897", "\ufdfa", "—", "“", "The",
    "ok", "\x00", "ẞ", "Σ", "ς", "strasse"]

TOKENS = ["a", "aa", "b", "aab", "▁", "▁a", "▁▁b", " ", "  x", " a", "x ", "_", "__a", "<pad>", "|",
          "##ing", "the", "</w>", "ab</w>", "a</w>b</w>", ".", " .", "'s", " 's", "n't", " do not",
          "<0xE4>", "<0xB8>", "<0xAD>", "<0x41>", "<0xFF>", "<0xf0>", "<0x9F>", "<0x9g>", "<0x+4>",
          "Ġ", "Ġhi", "Ã©", "Ã", "©", "âĢ", "Ļ", "ðŁĺ", "Ģ", "中", "é", "ĊĊ", "<s>", "?", ""]


def random_text(rng, longest=14):
    text = "".join(rng.choice(ALPHABET) for _ in range(rng.randint(0, longest)))
    if rng.random() < 0.15:
        blocks = [(1, 0x2FFF), (0x3000, 0xD7FF), (0xE000, 0x1FFFF), (0x20000, 0x323AF)]
        text += "".join(chr(rng.randint(*rng.choice(blocks))) for _ in range(5))
    return text


def story(rng, sentences):
    """Text to train on: English of a few words, with numbers, code, other scripts and emoji."""
    names = ["Anna", "Ben", "the cat", "an old man", "Zoë", "die Straße", "наша река", "小猫", "東京"]
    verbs = ["saw", "found", "likes", "couldn't see", "is looking for", "ate", "drew", "видит", "喜欢"]
    things = ["a red ball", "3 apples", "the number 1234", "x = y + 1;", "def f(x):\n\treturn x",
              "ice-cream 🍦", "hello_world", "nothing!", "“a book”", "一本书", "два слова", "é à ü"]
    ends = [".", ".", "!", "?", ", and", " ...", " 👍", "\n"]
    return " ".join(f"{rng.choice(names)} {rng.choice(verbs)} {rng.choice(things)}"
                    f"{rng.choice(ends)}" for _ in range(sentences))


def texts(rng, count):
    fixed = ["", " ", "  a  b ", "\n\n\t x", "I'm we'LL 'S it's", "12345 ½ ²³ ٣", "<s>hi</s> <|end|>x",
             "a<mask>b a <mask> b", " <pad>  <pad>", "[X] [x] [Y]", "The café\u0301", "▁▁a▁",
             "wordword word", "<0x41>", "e\u0301e\u0301", "<|end|><|end|> <|end|>",
             "ＡＢＣ ﬁ", "xyz" * 40, "\u0000\u0001", "Hello world 123, hello_world!"]
    out = fixed + [story(rng, rng.randint(1, 5)) for _ in range(count // 3)]
    return out + [random_text(rng) for _ in range(count - len(out) + len(fixed))]


def charsmap():
    """A small SentencePiece character map, from rules of its own."""
    rules = [("ﬁ", "fi"), ("½", "1/2"), ("\u3000", " "), ("A", "a"), ("e\u0301", "é"), ("\t", " "),
             ("\u212b", "\u00e5"), ("\u200b", ""), ("🍦", "ice"), ("ab", "X")]
    with tempfile.TemporaryDirectory() as folder:
        tsv = pathlib.Path(folder, "rules.tsv")
        code = lambda text: " ".join(f"{ord(c):X}" for c in text)
        tsv.write_text("".join(f"{code(a)}\t{code(b)}\n" for a, b in rules))
        model = train_sentencepiece(folder, normalization_rule_tsv=str(tsv), model_type="unigram",
                                    vocab_size=120)
        from sentencepiece import sentencepiece_model_pb2
        proto = sentencepiece_model_pb2.ModelProto.FromString(model)
    return proto.normalizer_spec.precompiled_charsmap


def stages():
    """(kind, object) of every stage with its options."""
    n, p, d = normalizers, pre_tokenizers, decoders
    out = [n.NFC(), n.NFD(), n.NFKC(), n.NFKD(), n.Lowercase(), n.StripAccents(), n.Strip(),
           n.Strip(left=False), n.Strip(right=False), n.Nmt(), n.ByteLevel(), n.Prepend("▁"),
           n.Prepend("ab"), n.Replace(" ", "▁"), n.Replace("", "x"), n.Replace("aa", "b"),
           n.Sequence([n.NFD(), n.StripAccents(), n.Lowercase()]),
           n.Sequence([n.Strip(), n.Replace(Regex(" {2,}"), " "), n.Prepend("_")]),
           n.Precompiled(charsmap())]
    out += [n.BertNormalizer(a, b, c, e) for a, b, c, e in
            [(True, True, None, True), (True, False, False, False), (False, True, True, False),
             (False, False, None, False)]]
    out += [n.Replace(Regex(x), "<R>") for x in PATTERNS]
    out += [p.ByteLevel(a, use_regex=b) for a in (True, False) for b in (True, False)]
    out += [p.Whitespace(), p.WhitespaceSplit(), p.BertPreTokenizer(), p.Digits(True),
            p.Digits(False), p.CharDelimiterSplit("中"), p.FixedLength(3), p.UnicodeScripts(),
            p.Sequence([p.UnicodeScripts(), p.Punctuation()])]
    for b in BEHAVIORS:
        out += [p.Punctuation(b), p.Split(" ", b), p.Split("aa", b), p.Split("a", b, True),
                p.Split(Regex(r"\s+|x*"), b)]
    out += [p.Split(Regex(x), "isolated") for x in PATTERNS]
    out += [p.Metaspace("▁", s, q) for s in ("always", "never", "first") for q in (True, False)]
    out += [p.Sequence([p.Whitespace(), p.Punctuation()]),
            p.Sequence([p.Digits(True), p.ByteLevel(False)]),
            p.Sequence([p.WhitespaceSplit(), p.Metaspace("▁", "always")]),
            p.Sequence([p.Split(" ", "isolated"), p.Metaspace("▁", "first")]),
            p.Sequence([p.Punctuation("contiguous"), p.ByteLevel(False), p.Digits(False)]),
            p.Sequence([p.ByteLevel(True), p.Metaspace("▁", "first")])]
    llama = [d.Replace("▁", " "), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 0)]
    out += [d.ByteLevel(), d.ByteFallback(), d.Fuse(), d.Metaspace("▁", "always"),
            d.Metaspace("▁", "never"), d.Metaspace("_", "first"), d.WordPiece(),
            d.WordPiece("##", False), d.BPEDecoder(), d.BPEDecoder("_"), d.CTC(),
            d.CTC("a", "b", False), d.Strip(" ", 1, 0), d.Replace("▁", " "), d.Replace("aa", "b"),
            d.Replace(Regex("[ab]+"), "<>"), d.Replace("", "-"), d.Sequence(llama),
            d.Sequence([d.Fuse(), d.Strip(" ", 2, 2)]),
            d.Sequence([d.ByteFallback(), d.Metaspace("▁", "always")]),
            d.Sequence([d.Fuse(), d.Replace("aab", "X")]),
            d.Sequence([d.Fuse(), d.Replace(Regex("a+b"), "X")]),
            d.Sequence([d.ByteLevel(), d.Replace("ab", "c"), d.Strip("a", 1, 0)]),
            d.Sequence([d.Fuse(), d.ByteLevel()]),
            d.Sequence([d.BPEDecoder("</w>"), d.WordPiece()])]
    kinds = [("normalizer", n.Normalizer), ("pre_tokenizer", p.PreTokenizer),
             ("decoder", d.Decoder)]
    return [(next(k for k, base in kinds if isinstance(s, base)), s) for s in out]


def config_of(stage):
    return json.loads(stage.__getstate__())


def run_stage(kind, stage, given):
    """What the package makes of it; None when it panics (Strip on tokens shorter than it cuts)."""
    try:
        if kind == "normalizer":
            return stage.normalize_str(given)
        if kind == "pre_tokenizer":
            return [piece for piece, _ in stage.pre_tokenize_str(given)]
        return stage.decode(given)
    except BaseException as e:  # pyo3's PanicException is no Exception
        if type(e).__name__ != "PanicException":
            raise
        return None


def random_input(kind, rng):
    if kind == "decoder":
        return [rng.choice(TOKENS) for _ in range(rng.randint(0, 8))]
    return random_text(rng)


ADDED = [AddedToken("<s>", special=True), AddedToken("</s>", special=True),
         AddedToken("<|end|>", special=True, normalized=False),
         AddedToken("<mask>", lstrip=True, special=True),
         AddedToken("<pad>", lstrip=True, rstrip=True, special=True),
         AddedToken("word", single_word=True, normalized=False),
         AddedToken("[X]", normalized=True), AddedToken("  ", normalized=False)]


def train(tokenizer, kind, size, **options):
    trainer = kind(vocab_size=size, show_progress=False, **options)
    rng = random.Random(7)
    tokenizer.train_from_iterator([story(rng, 6) for _ in range(120)], trainer)
    tokenizer.add_tokens(ADDED)
    return tokenizer


def byte_level(stage, size=330, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = stage
    tokenizer.decoder = decoders.ByteLevel()
    return train(tokenizer, trainers.BpeTrainer, size,
                 initial_alphabet=pre_tokenizers.ByteLevel.alphabet())


def llama_like(add_bos):
    """SentencePiece-style BPE with byte fallback."""
    pieces = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizers.Sequence([normalizers.Prepend("▁"),
                                               normalizers.Replace(" ", "▁")])
    trained.pre_tokenizer = pre_tokenizers.Metaspace("▁", "never")
    train(trained, trainers.BpeTrainer, 300, limit_alphabet=60)
    state = json.loads(trained.to_str())
    vocabulary = {t: i for i, t in enumerate(pieces)}
    for token in sorted(state["model"]["vocab"], key=state["model"]["vocab"].get):
        vocabulary.setdefault(token, len(vocabulary))
    merges = [tuple(m) for m in state["model"]["merges"]]
    out = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True,
                               byte_fallback=True))
    out.normalizer = trained.normalizer
    out.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                     decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    out.add_tokens(ADDED)
    if add_bos:
        out.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A $B:1", special_tokens=[("<s>", 1), ("</s>", 2)])
    return out


def clip_like():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.BPEDecoder("</w>")
    train(tokenizer, trainers.BpeTrainer, 260, end_of_word_suffix="</w>",
          special_tokens=["<unk>"])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    return tokenizer


def prefixed():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True,
                                     continuing_subword_prefix="##"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    train(tokenizer, trainers.BpeTrainer, 240, continuing_subword_prefix="##",
          special_tokens=["<unk>"])
    tokenizer.post_processor = processors.BertProcessing(("</s>", 1), ("<s>", 0))
    return tokenizer


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=30))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    train(tokenizer, trainers.WordPieceTrainer, 260,
          special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def word_level():
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.UnicodeScripts(),
                                                       pre_tokenizers.Whitespace()])
    return train(tokenizer, trainers.WordLevelTrainer, 60, special_tokens=["<unk>"])


def unigram(scheme, byte_fallback):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(),
                                                 normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", scheme)
    tokenizer.decoder = decoders.Metaspace("▁", scheme)
    train(tokenizer, trainers.UnigramTrainer, 220, unk_token="<unk>", special_tokens=["<unk>"])
    if byte_fallback:
        state = json.loads(tokenizer.to_str())
        state["model"]["vocab"] += [[f"<0x{b:02X}>", -50.0] for b in range(256)]
        state["model"]["byte_fallback"] = True
        state["decoder"] = config_of(decoders.Sequence(
            [decoders.ByteFallback(), decoders.Metaspace("▁", scheme)]))
        tokenizer = Tokenizer.from_str(json.dumps(state))
    return tokenizer


def truncating():
    tokenizer = llama_like(True)
    tokenizer.enable_truncation(12, direction="left")
    return tokenizer


def tokenizers():
    split = lambda x: pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(x), "isolated"),
                                               pre_tokenizers.ByteLevel(False, use_regex=False)])
    return {
        "gpt2": byte_level(pre_tokenizers.ByteLevel(False)),
        "smollm": byte_level(pre_tokenizers.Sequence([pre_tokenizers.Digits(True),
                                                      pre_tokenizers.ByteLevel(False)])),
        "llama3": byte_level(split(LLAMA3), ignore_merges=True),
        "prefix_space": byte_level(pre_tokenizers.ByteLevel(True), 280),
        "llama": llama_like(True),
        "clip": clip_like(),
        "prefixed": prefixed(),
        "unigram": unigram("always", False),
        "unigram_bytes": unigram("first", True),
        "truncating": truncating(),
        "word_piece": word_piece(),
        "word_level": word_level(),
    }


def train_sentencepiece(folder, **options):
    rng = random.Random(7)
    corpus = pathlib.Path(folder, "corpus.txt")
    corpus.write_text("\n".join(story(rng, 4).replace("\n", " ") for _ in range(300)))
    prefix = str(pathlib.Path(folder, "model"))
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=prefix, minloglevel=2, hard_vocab_limit=False,
        **{"vocab_size": 180, **options})
    return pathlib.Path(prefix + ".model").read_bytes()


def sentencepieces():
    """name: serialized model."""
    plain = {"normalization_rule_name": "identity"}
    options = {
        "bpe": {**plain, "model_type": "bpe"},
        "bpe_bytes": {**plain, "model_type": "bpe", "byte_fallback": True, "vocab_size": 420,
                      "user_defined_symbols": ["<sep>", "a b", "  "]},
        "bpe_verbatim": {**plain, "model_type": "bpe", "remove_extra_whitespaces": False,
                         "add_dummy_prefix": False, "split_digits": True},
        "unigram": {**plain, "model_type": "unigram"},
        "unigram_bytes": {**plain, "model_type": "unigram", "byte_fallback": True,
                          "vocab_size": 420, "user_defined_symbols": ["<sep>", "ab"]},
        "unigram_suffix": {**plain, "model_type": "unigram", "treat_whitespace_as_suffix": True,
                           "remove_extra_whitespaces": False},
    }
    out = {}
    for name, kw in options.items():
        with tempfile.TemporaryDirectory() as folder:
            out[name] = train_sentencepiece(folder, **kw)
    return out


def charsmap_base64():
    return base64.b64encode(charsmap()).decode()
