"""The work that bench/compare.py measures: one row of its table each, with what the row is held against."""

from typing import NamedTuple


class Row(NamedTuple):
    name: str        # for --rows
    model: str       # of compare_models.MODELS
    kind: str        # "prompt", "answer", "first token" or "memory", as the run_*.py know them
    prompt: int = 0  # tokens read
    context: int = 0  # tokens in the cache before the first of the answer
    answer: int = 0  # tokens written, by each sequence
    batch: int = 1   # sequences at the same time
    title: str = ""

    @property
    def figure(self):
        return {"first token": "first_ms", "memory": "peak_mb"}.get(self.kind, "tok_s")

    @property
    def higher_is_better(self):
        return self.figure == "tok_s"

    def work(self, model):
        return {"model": str(model), "kind": self.kind, "prompt": self.prompt, "context": self.context,
                "answer": self.answer, "batch": self.batch}


def answers(model, title, contexts=(0,), batches=(1,), tokens=32):
    for batch in batches:
        for context in contexts:
            after = f" after {context:,} tokens" if context else ""
            many = f", {batch} sequences" if batch > 1 else ""
            name = f"{model}/answer" + (f"-{context}" if context else "") + (f"-x{batch}" if batch > 1 else "")
            yield Row(name, model, "answer", context=context, answer=tokens, batch=batch,
                      title=f"{title}: answer{after}{many}")


def prompts(model, title, lengths):
    for length in lengths:
        yield Row(f"{model}/prompt-{length}", model, "prompt", prompt=length, title=f"{title}: prompt of {length:,}")


ROWS = [
    *answers("1.1b-int4", "1.1B int4", contexts=(0, 2048, 8192)),
    *answers("1.1b-int8", "1.1B int8"),
    *answers("1.1b-bf16", "1.1B bf16"),
    *answers("8b-int4", "8B int4", tokens=16),
    *answers("smollm2-int8", "SmolLM2-135M int8", tokens=128),
    *answers("smollm2-q4_1", "SmolLM2-135M Q4_1", tokens=128),
    *prompts("1.1b-int4", "1.1B int4", (512, 2048, 8192)),
    *prompts("1.1b-int8", "1.1B int8", (512, 2048)),
    *prompts("1.1b-bf16", "1.1B bf16", (512, 2048)),
    *answers("1.1b-int4", "1.1B int4", batches=(8, 16, 32)),
    Row("1.1b-int4/first", "1.1b-int4", "first token", prompt=4, title="1.1B int4: fresh process to first token, ms"),
    Row("1.1b-int4/memory", "1.1b-int4", "memory", prompt=2048, title="1.1B int4: peak memory, prompt of 2,048, MB"),
]
QUICK = ["1.1b-int4/answer", "1.1b-int4/prompt-512", "1.1b-int4/answer-x8", "1.1b-int4/first", "smollm2-int8/answer"]
