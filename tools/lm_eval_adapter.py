#!/usr/bin/env python3
"""Hearth as a model of lm-eval (https://github.com/EleutherAI/lm-evaluation-harness).

    pip install lm-eval
    python tools/lm_eval_adapter.py --model hearth --model_args pretrained=MODEL --tasks hellaswag --limit 100

takes the arguments of `lm_eval`. model_args: pretrained (an IR folder, a Hugging Face folder or a .gguf file),
hearth (the program; default: build/release/bin/hearth), context (tokens; default: the model's), max_gen_toks
(256), and properties of the device with their names, such as INFERENCE_PRECISION_HINT=f32. The model is run by
one `hearth evaluate`, which answers a line of JSON with another. Importing this module registers "hearth".
"""

import json
import pathlib
import subprocess
import tempfile

import lm_eval.models  # noqa: F401 - its own models, which it registers only while there is no other
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model
from tqdm import tqdm

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "build/release/bin/hearth"
LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")  # words of lm-eval for one thing


@register_model("hearth")
class Hearth(LM):
    def __init__(self, pretrained, hearth=PROGRAM, context=0, max_gen_toks=256, batch_size=None, max_batch_size=None,
                 device=None, **properties):
        """batch_size, max_batch_size and device are what lm-eval tells every model and change nothing: requests
        go one by one, on the CPU."""
        super().__init__()
        self.pretrained, self.max_gen_toks = str(pretrained), int(max_gen_toks)
        flags = [word for name, value in properties.items() for word in ("--property", f"{name}={value}")]
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [str(hearth), "evaluate", self.pretrained, "--context", str(context), *flags], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, text=True, encoding="utf-8", bufsize=1)

    def ask(self, type, **request):
        try:
            self.process.stdin.write(json.dumps({"type": type} | request) + "\n")
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.process.wait()
            self.errors.seek(0)
            raise RuntimeError(f"hearth evaluate ended with {self.process.returncode}: {self.errors.read()}")
        return json.loads(answer)

    def ask_each(self, kind, requests, disable_tqdm, of):
        """of(arguments) for each request; lm-eval keeps the answers when it has a cache."""
        out = []
        for request in tqdm(requests, disable=disable_tqdm, desc=kind):
            out.append(of(*request.args))
            self.cache_hook.add_partial(kind, request.args, out[-1])
        return out

    def loglikelihood(self, requests, disable_tqdm=False):
        def of(context, continuation):
            answer = self.ask("loglikelihood", context=context, continuation=continuation)
            return answer["loglikelihood"], answer["is_greedy"]

        return self.ask_each("loglikelihood", requests, disable_tqdm, of)

    def loglikelihood_rolling(self, requests, disable_tqdm=False):
        return self.ask_each("loglikelihood_rolling", requests, disable_tqdm,
                             lambda text: self.ask("loglikelihood_rolling", text=text)["loglikelihood"])

    def generate_until(self, requests, disable_tqdm=False):
        def of(context, options):
            if options.get("do_sample") and options.get("temperature") != 0:
                raise ValueError(f"answers are greedy, but the task asks for {options}")
            until = options.get("until") or []
            length = next((options[name] for name in LENGTHS if options.get(name)), self.max_gen_toks)
            return self.ask("generate_until", context=context, until=[until] if isinstance(until, str) else until,
                            max_gen_toks=int(length))["text"]

        return self.ask_each("generate_until", requests, disable_tqdm, of)

    def apply_chat_template(self, chat_history, add_generation_prompt=True):
        return self.ask("apply_chat_template", messages=chat_history,
                        add_generation_prompt=add_generation_prompt)["text"]

    @property
    def tokenizer_name(self):
        """Of the model, in lm-eval's cache of rendered requests."""
        return self.pretrained.replace("/", "__")


def main():
    from lm_eval.__main__ import cli_evaluate

    cli_evaluate()


if __name__ == "__main__":
    main()
