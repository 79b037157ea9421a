#!/usr/bin/env python3
"""Makes tests/golden/smollm2.json: what SmolLM2-135M-Instruct answers greedily in float32, by
transformers, from the GGUF file and from the float16 folder of tools/smollm2_to_hf.py; and its
perplexity on a text.

    python tools/make_smollm2_goldens.py GGUF --text wiki.test.raw [--out tests/golden/smollm2.json]

Every golden has 64 tokens, which continue past the end token (`ids`; `answer` stops there). `gap`
is the smallest distance between the two best logits over the steps: goldens where it is below
--smallest-gap would be decided by rounding, so such prompts are refused.
"""

import argparse
import json
import pathlib
import platform
import sys
import tempfile

import tokenizers
import torch
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from goldens import smollm2  # noqa: E402

TOKENS = 64
PERPLEXITY_TOKENS, PERPLEXITY_CONTEXT = 20000, 1024

PLAIN = [
    "Once upon a time there was a lighthouse keeper who",
    "The three primary colours are",
    "def fibonacci(n):\n",
    "In 1969, 2 astronauts walked on the moon. The 1st was",
    "Dear Sir or Madam,\n\nI am writing to you because",
    "La capitale de la France est",
    "Water boils at 100 degrees Celsius. It freezes at",
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,",
    "The recipe for a simple loaf of bread begins with",
    "Q: What is the largest planet in the solar system?\nA:",
]
CHATS = [  # what the user says, turn by turn; the model's own answers stand between
    ["What is the capital of France? Answer in one sentence."],
    ["Explain in two sentences why the sky is blue."],
    ["Write a haiku about the sea."],
    ["List three fruits."],
    ["What is 12 + 30?"],
    ["Translate 'good morning' to Spanish."],
    ["My name is Ada.", "What is my name?", "How many letters does it have?"],
    ["Name a planet.", "Is it bigger than the Earth?", "How far is it from the Sun?"],
    ["Tell me a fact about cats.", "And one about dogs.", "Which of them is older?"],
    ["Write one sentence about rain.", "Make it shorter.", "Now make it about snow."],
]
SYSTEM_CHAT = [{"role": "system", "content": "You are a pirate. Answer like one."},
               {"role": "user", "content": "Who are you?"}]


def greedy(model, ids, count=TOKENS):
    """(new ids, smallest gap between the two best logits)."""
    prompt = torch.tensor([ids])
    out = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=count,
                         do_sample=False, eos_token_id=None, pad_token_id=0,
                         output_logits=True, return_dict_in_generate=True)
    best = torch.stack(out.logits)[:, 0].topk(2).values
    return out.sequences[0, len(ids):].tolist(), (best[:, 0] - best[:, 1]).min().item()


class Maker:
    def __init__(self, source, models, smallest_gap):
        self.source, self.models, self.smallest_gap = source, models, smallest_gap
        self.tokenizer = source.tokenizer()
        self.end = source.value("tokenizer.ggml.eos_token_id")
        self.goldens, self.refused = [], []

    def answer(self, ids):
        kept = ids[:ids.index(self.end)] if self.end in ids else ids
        return self.tokenizer.decode(kept, skip_special_tokens=True)

    def add(self, kind, prompt, messages=None):
        """The golden, or none when rounding could decide it or the two models differ."""
        prompt_ids = self.tokenizer.encode(prompt, add_special_tokens=False).ids
        runs = {name: greedy(model, prompt_ids) for name, model in self.models.items()}
        gap = min(gap for _, gap in runs.values())
        ids = runs["gguf"][0]
        same = all(other == ids for other, _ in runs.values())
        print(f"{kind} gap {gap:.4f} {'same' if same else 'differ'} {prompt[-60:]!r} -> "
              f"{self.answer(ids)[:70]!r}", flush=True)
        if gap < self.smallest_gap or not same:
            self.refused.append(prompt[-60:])
            return None
        golden = {"kind": kind}
        golden |= {"messages": messages} if messages else {"prompt": prompt}
        golden |= {"prompt_ids": prompt_ids, "ids": ids, "answer": self.answer(ids), "gap": round(gap, 4)}
        self.goldens.append(golden)
        return golden

    def add_chat(self, questions):
        messages = []
        for question in questions:
            messages = messages + [{"role": "user", "content": question}]
            prompt = self.source.render(messages)
            golden = self.add(f"chat turn {len(messages) // 2 + 1}", prompt, messages)
            if golden is None:
                return
            if self.end not in golden["ids"]:  # an answer cut off cannot be continued
                return
            messages = messages + [{"role": "assistant", "content": golden["answer"]}]


@torch.no_grad()
def perplexity(model, ids, context):
    """As `hearth perplexity` defines it: windows side by side, a window's first token not scored."""
    total, scored = 0.0, 0
    for begin in range(0, len(ids), context):
        window = torch.tensor([ids[begin:begin + context]])
        if window.shape[1] < 2:
            break
        logits = model(input_ids=window, use_cache=False).logits[0, :-1]
        for part, wanted in zip(logits.split(256), window[0, 1:].split(256)):
            total += torch.nn.functional.cross_entropy(part.double(), wanted, reduction="sum").item()
        scored += window.shape[1] - 1
    nll = total / scored
    return {"perplexity": float(torch.tensor(nll, dtype=torch.float64).exp()), "nll": nll,
            "tokens": scored}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gguf", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path, help="wiki.test.raw, for the perplexity")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden/smollm2.json"))
    parser.add_argument("--smallest-gap", type=float, default=3e-3)
    options = parser.parse_args()
    transformers.logging.disable_progress_bar()
    source = smollm2.Source(options.gguf)
    with tempfile.TemporaryDirectory() as folder:
        smollm2.write_folder(source, folder)
        models = {"gguf": source.model(), "f16_folder": transformers.AutoModelForCausalLM
                  .from_pretrained(folder, dtype=torch.float32).eval()}
    maker = Maker(source, models, options.smallest_gap)
    for prompt in PLAIN:
        maker.add("plain", prompt)
    maker.add("chat with system", source.render(SYSTEM_CHAT), SYSTEM_CHAT)
    for questions in CHATS:
        maker.add_chat(questions)
    result = {
        "made_by": "tools/make_smollm2_goldens.py", "python": platform.python_version(),
        "torch": torch.__version__, "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__, "file": options.gguf.name,
        "smallest_gap": options.smallest_gap, "goldens": maker.goldens,
    }
    if options.text:
        text = options.text.read_text(encoding="utf-8")
        ids = maker.tokenizer.encode(text).ids[:PERPLEXITY_TOKENS]
        result["perplexity"] = {
            "text": options.text.name, "max_tokens": PERPLEXITY_TOKENS,
            "context": PERPLEXITY_CONTEXT, "first_ids": ids[:32],
            **{name: perplexity(model, ids, PERPLEXITY_CONTEXT) for name, model in models.items()}}
        print(result["perplexity"])
    lines = ",\n  ".join(json.dumps(golden, ensure_ascii=False) for golden in result.pop("goldens"))
    head = json.dumps(result, ensure_ascii=False, indent=1)
    options.out.write_text(f'{head[:-2]},\n "goldens": [\n  {lines}\n ]\n}}\n', encoding="utf-8")
    print(f"{len(maker.goldens)} goldens; refused: {maker.refused}")


if __name__ == "__main__":
    main()
