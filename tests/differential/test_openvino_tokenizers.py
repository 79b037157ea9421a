"""openvino_tokenizer.xml and openvino_detokenizer.xml: openvino_genai.Tokenizer on what `hearth export`
writes gives the ids and the text of the tokenizers package, and Hearth on a folder with nothing else, ours
or openvino_tokenizers' own, gives those of openvino_genai.Tokenizer."""

import json
import pathlib
import random
import re
import shutil

import openvino
import openvino_genai
import openvino_tokenizers
import pytest
import sentencepiece
import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORDS = ("The fox said hello to the wise owl. It wasn't raining, and nobody's hat was wet! "
         "Die Füchse, naïve Eulen und 12 große Bäume. Где лиса? 狐狸在哪里？ ").split()
TEXTS = [
    "Hello, world!", " ", "", "  two  spaces   three ", "Hello\n\nworld\t tab\r\n end ", "a" * 130,
    "don't we'll I'M they've", "naïve café Ünïcode ÅÄÖ", "你好，世界！这是一个测试。", "こんにちは 안녕하세요",
    "😀👩‍👩‍👧‍👦 emoji 🏳️‍🌈!", "1234567890 3.14 ½ ² ٣", "x = foo(bar[1:2]) # comment\n\treturn {}",
    "שלום עולם مرحبا", "e\u0301 \u0301", "<s>hi</s> <unk>", "<|im_start|>user\nHi<|im_end|>",
    "▁a ▁▁ b", "\u200b zero\u00a0width \u3000 wide", "\n\nfoo", "!!!???...", "$1 \\1 a$b", "[MASK] x",
    "http://a.b/c?d=e&f=%20", "Привет, мир!", "ภาษาไทย", "हिन्दी", "the wise owl's hat wasn't wet",
]


def text_to_learn():
    generator = random.Random(7)
    return [" ".join(generator.choices(WORDS, k=12)) for _ in range(400)]


def trained(model, trainer, **stages):
    tokenizer = tokenizers.Tokenizer(model)
    for name, stage in stages.items():
        setattr(tokenizer, name, stage)
    tokenizer.train_from_iterator(text_to_learn(), trainer)
    return tokenizer


def byte_level():
    """As Llama 3 and Qwen split, with a start token, and added tokens of every trim."""
    pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
               r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
    tokenizer = trained(
        models.BPE(), trainers.BpeTrainer(vocab_size=500, special_tokens=["<s>", "</s>"],
                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
        pre_tokenizer=pre_tokenizers.Sequence([
            pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        decoder=decoders.ByteLevel())
    tokenizer.add_special_tokens([tokenizers.AddedToken("[MASK]", lstrip=True)])
    tokenizer.add_tokens([tokenizers.AddedToken("<unk>", rstrip=True), "emoji", "emo"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 0)])
    return tokenizer


def digits_behind_bytes():
    """As Falcon: stages that look at ByteLevel's characters."""
    return trained(
        models.BPE(), trainers.BpeTrainer(vocab_size=400,
                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
        pre_tokenizer=pre_tokenizers.Sequence([
            pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=True),
            pre_tokenizers.Digits(individual_digits=False),
            pre_tokenizers.Split(tokenizers.Regex("[0-9][0-9][0-9]"), "isolated")]),
        decoder=decoders.ByteLevel())


def sentencepiece_bpe():
    """As Llama 2: spaces as a character, bytes for what is unknown."""
    alphabet = [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = trained(
        models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True),
        trainers.BpeTrainer(vocab_size=600, special_tokens=["<unk>", "<s>", "</s>", *alphabet]),
        normalizer=normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
        decoder=decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                   decoders.Fuse(), decoders.Strip(" ", 1, 0)]))
    state = json.loads(tokenizer.to_str())
    state["added_tokens"] = state["added_tokens"][:3]  # bytes are no special tokens
    return tokenizers.Tokenizer.from_str(json.dumps(state))


def metaspace_first():
    """As newer Llama 2 conversions: a space only at the beginning of the whole text."""
    tokenizer = sentencepiece_bpe()
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    return tokenizer


def unigram():
    tokenizer = trained(
        models.Unigram(),
        trainers.UnigramTrainer(vocab_size=300, special_tokens=["<unk>", "</s>", "[MASK]"],
                                unk_token="<unk>"),
        normalizer=normalizers.Sequence([normalizers.NFKC(), normalizers.Strip(),
                                         normalizers.Replace(tokenizers.Regex(" {2,}"), " ")]),
        pre_tokenizer=pre_tokenizers.Metaspace(), decoder=decoders.Metaspace())
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def bert_stages():
    return {"normalizer": normalizers.BertNormalizer(), "decoder": decoders.WordPiece(),
            "pre_tokenizer": pre_tokenizers.BertPreTokenizer()}


BERT_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def wordpiece():
    tokenizer = trained(
        models.WordPiece(unk_token="[UNK]"),
        trainers.WordPieceTrainer(vocab_size=300, special_tokens=BERT_SPECIAL), **bert_stages())
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def cased_wordpiece():
    tokenizer = wordpiece()
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, handle_chinese_chars=False)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def wordlevel():
    return trained(
        models.WordLevel(unk_token="<unk>"),
        trainers.WordLevelTrainer(vocab_size=40, special_tokens=["<unk>", "<s>"]),
        normalizer=normalizers.Sequence([normalizers.NFKC(), normalizers.StripAccents()]),
        pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Whitespace(),
                                               pre_tokenizers.Digits(individual_digits=True)]))


KINDS = [byte_level, digits_behind_bytes, sentencepiece_bpe, metaspace_first, unigram, wordpiece,
         cased_wordpiece, wordlevel]
MATERIAL = ["falcon-tokenizer", "phi-2", "phi-3-mini", "roberta-base", "t5-small", "whisper.tiny"]


def folder_with(bundled, folder, tokenizer_json, config=None):
    """A model folder with another tokenizer in it."""
    folder.mkdir()
    for name in ("config.json", "model.safetensors"):
        shutil.copy(bundled / name, folder)
    (folder / "tokenizer.json").write_text(tokenizer_json)
    (folder / "tokenizer_config.json").write_text(json.dumps(config or {}))
    return folder


def only_tokenizer_ir(source, out):
    out.mkdir()
    for file in source.glob("openvino_*tokenizer.*"):
        shutil.copy(file, out)
    return out


def folder_with_files(bundled, folder, files, config=None):
    """A model folder without tokenizer.json; files by name: a path or bytes."""
    folder.mkdir()
    for name in ("config.json", "model.safetensors"):
        shutil.copy(bundled / name, folder)
    for name, file in files.items():
        (folder / name).write_bytes(file if isinstance(file, bytes) else file.read_bytes())
    if config is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def openvino_tokenizers_core():
    core = openvino.Core()
    core.add_extension(str(openvino_tokenizers._ext_path))
    return core


def ids_of(tokenizer, text, **options):
    return tokenizer.encode(text, **options).input_ids.data[0].tolist()


def check_ids(theirs, expected, texts):
    for text in texts:
        for special in (True, False):
            ids = expected.encode(text, add_special_tokens=special).ids
            assert ids_of(theirs, text, add_special_tokens=special) == ids, text


def same_text(one, other):
    """Of bytes that are no UTF-8 the operation makes one U+FFFD where Rust may make several."""
    return re.sub("\ufffd+", "\ufffd", one) == re.sub("\ufffd+", "\ufffd", other)


def check_texts(theirs, expected, texts):
    """Random ids too, but no byte tokens: Rust spoils a run of them that is no UTF-8 as a whole. And
    none that begin inside of a word: the operation drops the ## that Rust keeps there."""
    generator = random.Random(1)
    plain = [i for token, i in expected.get_vocab().items() if not token.startswith("<0x")]
    special = expected.get_added_tokens_decoder()
    first = [i for i in plain if i not in special and not expected.id_to_token(i).startswith("##")]
    rows = [expected.encode(text).ids for text in texts]
    rows += [[generator.choice(first), *generator.choices(plain, k=11)] for _ in range(40)]
    for ids in rows:
        for skip in (True, False):
            assert same_text(theirs.decode(ids, skip_special_tokens=skip),
                             expected.decode(ids, skip_special_tokens=skip)), ids


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_genai_reads_our_tokenizer(hearth, bundled, kind, tmp_path):
    expected = kind()
    source = folder_with(bundled, tmp_path / "hf", expected.to_str())
    hearth.run("export", "-m", source, tmp_path / "ir")
    theirs = openvino_genai.Tokenizer(only_tokenizer_ir(tmp_path / "ir", tmp_path / "only"))
    check_ids(theirs, expected, TEXTS)
    check_texts(theirs, expected, TEXTS)


@pytest.mark.parametrize("name", MATERIAL)
def test_genai_reads_our_real_tokenizer(hearth, bundled, shared, name, tmp_path):
    file = shared / "tokenizers/hf" / name / "tokenizer.json"
    expected = tokenizers.Tokenizer.from_file(str(file))
    source = folder_with(bundled, tmp_path / "hf", file.read_text())
    hearth.run("export", "-m", source, tmp_path / "ir")
    theirs = openvino_genai.Tokenizer(tmp_path / "ir")
    prose = (shared / "text/state_of_the_union.txt").read_text()[:20000].split("\n\n")
    check_ids(theirs, expected, TEXTS + prose)
    check_texts(theirs, expected, TEXTS)


def check_pairs(folder, expected, texts):
    theirs = openvino_genai.Tokenizer(folder, add_second_input=True)
    for one, other in zip(texts, texts[1:]):
        ids = theirs.encode([one], [other]).input_ids.data[0].tolist()
        assert ids == expected.encode(one, other).ids, (one, other)


@pytest.mark.parametrize("kind", [wordpiece, cased_wordpiece], ids=lambda kind: kind.__name__)
def test_genai_reads_our_pairs(hearth, bundled, kind, tmp_path):
    expected = kind()
    source = folder_with(bundled, tmp_path / "hf", expected.to_str())
    hearth.run("export", "-m", source, tmp_path / "ir")
    check_pairs(tmp_path / "ir", expected, TEXTS)


def test_real_word_piece(hearth, bundled, shared, minilm, tmp_path):
    """The tokenizer's own truncation and padding taken off."""
    expected = tokenizers.Tokenizer.from_file(str(minilm / "tokenizer.json"))
    expected.no_padding()
    expected.no_truncation()
    prose = (shared / "text/state_of_the_union.txt").read_text()[:6000].split("\n\n")
    source = folder_with(bundled, tmp_path / "hf", expected.to_str(),
                         json.loads((minilm / "tokenizer_config.json").read_text()))
    hearth.run("export", "-m", source, tmp_path / "ir")
    theirs = openvino_genai.Tokenizer(tmp_path / "ir")
    check_ids(theirs, expected, TEXTS + prose)
    check_texts(theirs, expected, TEXTS)
    check_pairs(tmp_path / "ir", expected, TEXTS)
    check_reader(hearth, only_tokenizer_ir(tmp_path / "ir", tmp_path / "only"), TEXTS)
    check_reader(hearth, converted(wrap(expected), tmp_path / "ov"), TEXTS + prose)


def test_bundled(bundled, bundled_ir, tmp_path):
    """The chat template and the special tokens come from the IR alone."""
    expected = tokenizers.Tokenizer.from_file(str(bundled / "tokenizer.json"))
    theirs = openvino_genai.Tokenizer(only_tokenizer_ir(bundled_ir, tmp_path / "only"))
    check_ids(theirs, expected, TEXTS)
    check_texts(theirs, expected, TEXTS)
    assert (theirs.get_bos_token(), theirs.get_eos_token()) == ("<|im_start|>", "<|im_end|>")
    prompt = theirs.apply_chat_template([{"role": "user", "content": "Hi"}], True)
    assert prompt == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"


def test_padding_and_truncation(bundled_ir, bundled):
    theirs = openvino_genai.Tokenizer(bundled_ir)
    short, long = (tokenizers.Tokenizer.from_file(str(bundled / "tokenizer.json")).encode(text).ids
                   for text in ("The fox", "The fox said hello to the wise owl"))
    fill = [theirs.get_pad_token_id()] * (len(long) - len(short))
    texts = ["The fox", "The fox said hello to the wise owl"]
    right = theirs.encode(texts, padding_side="right")
    assert right.input_ids.data.tolist() == [short + fill, long]
    assert right.attention_mask.data.tolist()[0] == [1] * len(short) + [0] * len(fill)
    left = theirs.encode(texts, padding_side="left")
    assert left.input_ids.data.tolist() == [fill + short, long]
    padded = theirs.encode(texts, max_length=40, pad_to_max_length=True, padding_side="right")
    assert padded.input_ids.shape == [2, 40]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("side", ["left", "right"])
def test_config_says_side_and_length(hearth, bundled, side, tmp_path):
    """Ours, openvino_tokenizers' own and Hearth; the length waits for somebody to ask for it."""
    tokenizer = byte_level()
    config = {"padding_side": side, "model_max_length": 5, "pad_token": "</s>"}
    source = folder_with(bundled, tmp_path / "hf", tokenizer.to_str(), config)
    hearth.run("export", "-m", source, tmp_path / "ir")
    converted(wrap(tokenizer, **config), tmp_path / "ov")
    texts = ["The fox", "The fox said hello to the wise owl"]
    for options in ({}, {"truncation": True}):
        rows = [openvino_genai.Tokenizer(tmp_path / name).encode(texts, **options)
                for name in ("ir", "ov")]
        assert rows[0].input_ids.data.tolist() == rows[1].input_ids.data.tolist()
        assert rows[0].attention_mask.data.tolist() == rows[1].attention_mask.data.tolist()
    padded = openvino_genai.Tokenizer(tmp_path / "ov").encode(texts)
    for folder in (source, only_tokenizer_ir(tmp_path / "ir", tmp_path / "only")):
        ours = hearth.json("tokenize", folder, "--text", texts[0], "--pad-to",
                           padded.input_ids.shape[1])
        assert ours["ids"] == padded.input_ids.data[0].tolist()
        assert ours["attention_mask"] == padded.attention_mask.data[0].tolist()


def test_own_truncation_is_in_force(hearth, bundled, tmp_path):
    expected = unigram()
    expected.enable_truncation(6)
    source = folder_with(bundled, tmp_path / "hf", expected.to_str())
    hearth.run("export", "-m", source, tmp_path / "ir")
    model = openvino_tokenizers_core().compile_model(tmp_path / "ir/openvino_tokenizer.xml", "CPU")
    text = "The fox said hello to the wise owl"
    assert model([text])["input_ids"].tolist() == [expected.encode(text).ids]


@pytest.mark.parametrize("unmerged", [False, True])
def test_ignore_merges(hearth, bundled, unmerged, tmp_path):
    """As Llama 3: words that are tokens at once. BPETokenizer merges, which is the same unless merges do
    not get to a token; then the export says so, and only words with such tokens differ."""
    state = json.loads(byte_level().to_str())
    state["added_tokens"] = state["added_tokens"][:2]  # the others' ids depend on the vocabulary's size
    model = state["model"]
    model["ignore_merges"] = True
    if unmerged:  # Q and Z merge first, and nothing makes the other one
        for token in ["QZ", "XQ", "XQZ", "owlx"]:
            model["vocab"][token] = len(model["vocab"])
        model["merges"] += [["Q", "Z"], ["X", "Q"], ["XQ", "Z"]]
    expected = tokenizers.Tokenizer.from_str(json.dumps(state))
    source = folder_with(bundled, tmp_path / "hf", json.dumps(state))
    run = hearth.try_run("export", "-m", source, tmp_path / "ir")
    assert run.returncode == 0
    assert ("may cut words with 2 of the tokens" in run.stderr) == unmerged, run.stderr
    theirs = openvino_genai.Tokenizer(tmp_path / "ir")
    check_ids(theirs, expected, TEXTS)
    for text in ("XQZ", "owlxy"):
        assert (ids_of(theirs, text) == expected.encode(text).ids) != unmerged


def test_what_has_no_operation_is_said(hearth, bundled, tmp_path):
    tokenizer = byte_level()
    state = json.loads(tokenizer.to_str())
    state["pre_tokenizer"]["pretokenizers"].append({"type": "ByteLevel", "add_prefix_space": False,
                                                    "trim_offsets": True, "use_regex": False})
    source = folder_with(bundled, tmp_path / "hf", json.dumps(state))
    run = hearth.try_run("export", "-m", source, tmp_path / "ir")
    assert run.returncode == 0
    assert "no openvino_tokenizer.xml: two ByteLevel stages has no OpenVINO operation" in run.stderr
    assert not list((tmp_path / "ir").glob("openvino_*tokenizer.*"))
    assert (tmp_path / "ir/tokenizer.json").exists()


def wrap(tokenizer, **options):
    import transformers

    bos = "[CLS]" if tokenizer.token_to_id("[CLS]") is not None else "<s>"
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=bos, **options)


def converted(wrapped, out, **options):
    """A folder as openvino_tokenizers makes it."""
    models_of_theirs = openvino_tokenizers.convert_tokenizer(wrapped, with_detokenizer=True, **options)
    out.mkdir()
    for model, name in zip(models_of_theirs, ("openvino_tokenizer", "openvino_detokenizer")):
        openvino.save_model(model, out / f"{name}.xml", compress_to_fp16=False)
    return out


def check_reader(hearth, folder, texts, skip_only=False):
    """`skip_only`: a SentencePiece model's special pieces are never shown, as in its own library."""
    theirs = openvino_genai.Tokenizer(folder)
    for i, text in enumerate(texts):
        flags = ["--no-special-tokens"] if i % 4 == 3 and not skip_only else []
        ours = hearth.json("tokenize", folder, "--text", text, *flags)["ids"]
        assert ours == ids_of(theirs, text, add_special_tokens=not flags), text
    for text in texts[::4]:
        ids = ids_of(theirs, text)
        for skip in (True,) if skip_only else (True, False):
            flags = ["--skip-special-tokens"] if skip else []
            ours = hearth.json("tokenize", folder, "--decode", ",".join(map(str, ids)), *flags)["text"]
            assert ours == theirs.decode(ids, skip_special_tokens=skip), text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_we_read_our_tokenizer(hearth, bundled, kind, tmp_path):
    source = folder_with(bundled, tmp_path / "hf", kind().to_str())
    hearth.run("export", "-m", source, tmp_path / "ir")
    check_reader(hearth, only_tokenizer_ir(tmp_path / "ir", tmp_path / "only"), TEXTS)


# A run of ▁ in the text: the operation's "mergedwithnext" swallows some, which Hearth does not repeat.
ODD = ["▁a ▁▁ b"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", [byte_level, sentencepiece_bpe, metaspace_first, unigram,
                                  wordpiece, cased_wordpiece, wordlevel],
                         ids=lambda kind: kind.__name__)
def test_we_read_their_tokenizer(hearth, kind, tmp_path):
    folder = converted(wrap(kind()), tmp_path / "ov")
    check_reader(hearth, folder, [text for text in TEXTS if text not in ODD])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MATERIAL)
def test_we_read_their_real_tokenizer(hearth, shared, name, tmp_path):
    tokenizer = tokenizers.Tokenizer.from_file(str(shared / "tokenizers/hf" / name / "tokenizer.json"))
    prose = (shared / "text/state_of_the_union.txt").read_text()[:3000].split("\n\n")
    folder = converted(wrap(tokenizer), tmp_path / "ov")
    check_reader(hearth, folder, [text for text in TEXTS + prose if text not in ODD])


def ours_of(hearth, folder, text, *flags):
    return hearth.json("tokenize", folder, "--text", text, *flags)["ids"]


def check_folder(hearth, source, tmp_path, texts):
    """What is written for a folder and what Hearth reads in it are the same tokenizer."""
    hearth.run("export", "-m", source, tmp_path / "ir")
    theirs = openvino_genai.Tokenizer(only_tokenizer_ir(tmp_path / "ir", tmp_path / "only"))
    for text in texts:
        ids = ours_of(hearth, source, text)
        assert ids_of(theirs, text) == ids, text
        plain = ours_of(hearth, source, text, "--no-special-tokens")
        assert ids_of(theirs, text, add_special_tokens=False) == plain, text
        ours = hearth.json("tokenize", source, "--decode", ",".join(map(str, ids)),
                           "--skip-special-tokens")["text"] if ids else ""
        assert same_text(theirs.decode(ids), ours), text
    return theirs


SENTENCEPIECES = sorted(ROOT.glob("tests/golden/tokenizer/sentencepiece_*/tokenizer.model"))


def check_sentencepiece(theirs, model, texts):
    expected = sentencepiece.SentencePieceProcessor(model_proto=model)
    generator = random.Random(5)
    rows = [expected.encode(text) for text in texts]
    for text, ids in zip(texts, rows):
        assert ids_of(theirs, text, add_special_tokens=False) == ids, text
    rows += [generator.choices(range(expected.get_piece_size()), k=10) for _ in range(40)]
    for ids in rows:
        assert same_text(theirs.decode(ids), expected.decode(ids)), ids


@pytest.mark.parametrize("file", SENTENCEPIECES, ids=lambda file: file.parent.name)
def test_sentencepiece_model(hearth, bundled, file, tmp_path):
    model = file.read_bytes()
    config = {"add_bos_token": True, "add_eos_token": "bpe" in file.parent.name,
              "padding_side": "left"}
    source = folder_with_files(bundled, tmp_path / "hf", {"tokenizer.model": model}, config)
    theirs = check_folder(hearth, source, tmp_path, TEXTS[::3])
    check_sentencepiece(theirs, model, TEXTS)
    check_reader(hearth, tmp_path / "only", TEXTS[::3], skip_only=True)
    rows = theirs.encode(["fox", "the wise fox"]).attention_mask.data.tolist()
    assert rows[0][0] == 0 and rows[0][-1] == 1


@pytest.mark.parametrize("name", ["mistral-v1", "t5_base"])
def test_real_sentencepiece_model(hearth, bundled, shared, name, tmp_path):
    """With a token beside the pieces."""
    model = (shared / f"tokenizers/sentencepiece/{name}.model").read_bytes()
    config = {"add_eos_token": True, "added_tokens_decoder": {
        "32000": {"content": "<|im_start|>", "special": True}, "32001": {"content": "[MASK]"}}}
    source = folder_with_files(bundled, tmp_path / "hf", {"tokenizer.model": model}, config)
    theirs = check_folder(hearth, source, tmp_path, TEXTS)
    prose = (shared / "text/state_of_the_union.txt").read_text()[:20000].split("\n\n")
    pure = [text for text in TEXTS + prose if "<|im" not in text and "[MASK]" not in text]
    check_sentencepiece(theirs, model, pure)
    check_reader(hearth, tmp_path / "only", TEXTS[::3], skip_only=True)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("name", ["mistral-v1", "t5_base"])
def test_we_read_their_sentencepiece_graph(hearth, shared, name, side, tmp_path):
    import transformers

    wrapped = transformers.BertGenerationTokenizer(
        str(shared / f"tokenizers/sentencepiece/{name}.model"), padding_side=side)
    folder = converted(wrapped, tmp_path / "ov", use_sentencepiece_backend=True)
    assert "SentencepieceTokenizer" in (folder / "openvino_tokenizer.xml").read_text()
    check_reader(hearth, folder, TEXTS, skip_only=True)


FILES = {
    "BertTokenizer": {"vocab.txt": "tokenizers/bert_base_uncased_vocab.txt"},
    "r50k": {"r50k_base.tiktoken": "tokenizers/tiktoken/r50k_base.tiktoken"},
    "cl100k": {"cl100k_base.tiktoken": "tokenizers/tiktoken/cl100k_base.tiktoken"},
    "RobertaTokenizer": "roberta-base",
    "CLIPTokenizer": "clip",
}


def vocab_and_merges(tokenizer_json):
    model = json.loads(tokenizer_json.read_text())["model"]
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    return {"vocab.json": json.dumps(model["vocab"]).encode(),
            "merges.txt": "\n".join(["#version: 0.2", *merges]).encode()}


@pytest.mark.parametrize("name", FILES)
def test_other_files(hearth, bundled, shared, name, tmp_path):
    files = FILES[name]
    if isinstance(files, str):
        files = vocab_and_merges(shared / "tokenizers/hf" / files / "tokenizer.json")
    else:
        files = {file: shared / path for file, path in files.items()}
    config = {"tokenizer_class": name} if name.endswith("Tokenizer") else None
    source = folder_with_files(bundled, tmp_path / "hf", files, config)
    prose = (shared / "text/state_of_the_union.txt").read_text()[:3000].split("\n\n")
    check_folder(hearth, source, tmp_path, TEXTS + prose)


def test_generate_with_a_tokenizer_ir(hearth, bundled_ir, tmp_path):
    """A folder as optimum-intel leaves it, without tokenizer.json."""
    folder = tmp_path / "ir"
    shutil.copytree(bundled_ir, folder, ignore=shutil.ignore_patterns("tokenizer*", "chat_template*"))
    answer = [hearth.json("generate", where, "Tell me a story.", "--max-new-tokens", 20)["text"]
              for where in (bundled_ir, folder)]
    assert answer[0] == answer[1]


def test_unreadable_operation_is_named(hearth, bundled_ir, tmp_path):
    folder = only_tokenizer_ir(bundled_ir, tmp_path / "only")
    xml = folder / "openvino_tokenizer.xml"
    xml.write_text(xml.read_text().replace('type="RegexSplit"', 'type="FancySplit"'))
    run = hearth.try_run("tokenize", folder, "--text", "Hello")
    assert run.returncode == 2
    assert "openvino_tokenizer.xml" in run.stderr and "FancySplit" in run.stderr
