#!/usr/bin/env python3
"""Writes tests/golden/genai_encodings: a small tokenizer that takes pairs, and in cases.json the tensors
that openvino_genai.Tokenizer.encode makes of batches and pairs with every parameter. Run it in the oracles'
environment."""
import itertools
import json
import pathlib
import tempfile

import openvino
import openvino_genai
import openvino_tokenizers
import tokenizers
import transformers

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/golden/genai_encodings"
TEXTS = ["Hello, world!", "Hi", "the wise owl  and the fox", "日本語 é 🐧"]
PAIRS = [(TEXTS[:2], TEXTS[2:]), (TEXTS[:1], TEXTS[1:]), (TEXTS, TEXTS[1:2])]
CONFIG = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
          "pad_token": "<pad>"}


def tokenizer():
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    made.train_from_iterator(["the wise owl and the fox said hello"] * 3, tokenizers.trainers.BpeTrainer(
        vocab_size=280, special_tokens=["<pad>", "<s>", "</s>"], show_progress=False,
        initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())))
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    return made


def parameters():
    for side, special in itertools.product(["left", "right"], [True, False]):
        yield {"padding_side": side, "add_special_tokens": special}
    for side, length in itertools.product(["left", "right"], [4, 9, 60]):
        yield {"padding_side": side, "max_length": length, "pad_to_max_length": True}
        yield {"padding_side": side, "max_length": length, "truncation": True}
        yield {"padding_side": side, "max_length": length, "truncation": True, "pad_to_max_length": True}


def requests(batches):
    """Each batch, of texts or of pairs, with all the parameters."""
    for given, params in itertools.product(batches, parameters()):
        if len(given) == 2 and params.get("truncation") and params["max_length"] == 4:
            continue  # room for one token: the Rust package, and Hearth, give it to the second text
        yield {"texts": given, "parameters": params}


def convert(whole, inputs, folder):
    """Writes the tokenizer of transformers as openvino_tokenizers' models, for texts or for pairs."""
    converted = openvino_tokenizers.convert_tokenizer(
        whole, with_detokenizer=True, number_of_inputs=inputs)
    for name, model in zip(["tokenizer", "detokenizer"], converted):
        openvino.save_model(model, pathlib.Path(folder) / f"openvino_{name}.xml")


def oracle(whole, inputs):
    with tempfile.TemporaryDirectory() as folder:
        convert(whole, inputs, folder)
        return openvino_genai.Tokenizer(folder)


def main():
    made = tokenizer()
    whole = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    # One for pairs leaves room for the special tokens of two texts also where it gets one.
    oracles = {inputs: oracle(whole, inputs) for inputs in (1, 2)}
    cases = []
    for request in requests([(TEXTS,), (TEXTS[:1],), *PAIRS]):
        got = oracles[len(request["texts"])].encode(*request["texts"], **request["parameters"])
        cases.append({**request, "ids": got.input_ids.data.tolist(),
                      "mask": got.attention_mask.data.tolist()})
    versions = {m.__name__: m.__version__ for m in (openvino_genai, openvino_tokenizers)}
    files = {"tokenizer.json": json.loads(made.to_str()), "tokenizer_config.json": CONFIG,
             "cases.json": {"made_with": versions, "cases": cases}}
    OUT.mkdir(exist_ok=True)
    for name, content in files.items():
        lines = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (OUT / name).write_text(lines.replace('{"texts"', '\n{"texts"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
