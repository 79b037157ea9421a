"""One measurement of OpenVINO GenAI for bench/compare.py, in a process of its own: the work as JSON in the
argument, the figures as JSON on stdout. One sequence runs in LLMPipeline, several in ContinuousBatchingPipeline;
prompts are random token ids."""

import json
import time

import numpy as np
import openvino as ov
import openvino_genai as genai
from compare_worker import memory_now, memory_since, serve

WARM_PROMPT, WARM_ANSWER = 512, 4


class Prompts:
    """Never the same twice, so that nothing is found in a cache of prefixes."""

    def __init__(self, folder):
        config = json.loads(open(f"{folder}/config.json").read())
        self.vocabulary, self.random = config["vocab_size"], np.random.default_rng(1)

    def ids(self, count):
        return self.random.integers(0, self.vocabulary, (1, count))


def greedy(answer):
    config = genai.GenerationConfig(max_new_tokens=answer, ignore_eos=True)
    config.apply_chat_template = False
    return config


def generate(pipe, prompts, prompt, answer):
    """(seconds to the first token, seconds between the others)"""
    result = pipe.generate(genai.TokenizedInputs(ov.Tensor(prompts.ids(prompt)),
                                                 ov.Tensor(np.ones((1, prompt), np.int64))), greedy(answer))
    metrics = result.perf_metrics
    times = metrics.raw_metrics.m_new_token_times
    assert len(times) == answer, f"{len(times)} tokens instead of {answer}"
    return metrics.get_ttft().mean / 1000, (times[-1] - times[0]) / 1000  # from milliseconds


def prompt(work):
    pipe, prompts = genai.LLMPipeline(work["model"], "CPU"), Prompts(work["model"])
    generate(pipe, prompts, min(work["prompt"], WARM_PROMPT), WARM_ANSWER)
    first, _ = generate(pipe, prompts, work["prompt"], 2)
    return {"tok_s": work["prompt"] / first}


def answer(work):
    if work["batch"] > 1:
        return batch(work)
    pipe, prompts = genai.LLMPipeline(work["model"], "CPU"), Prompts(work["model"])
    generate(pipe, prompts, 4, WARM_ANSWER)
    _, rest = generate(pipe, prompts, max(work["context"], 1), work["answer"] + 1)
    return {"tok_s": work["answer"] / rest}


def batch(work):
    """All prompts are read before the clock starts, and every step then makes a token of each sequence."""
    scheduler = genai.SchedulerConfig()
    scheduler.max_num_seqs = max(scheduler.max_num_seqs, work["batch"])
    scheduler.enable_prefix_caching = False
    pipe = genai.ContinuousBatchingPipeline(work["model"], scheduler, "CPU")
    prompts, handles = Prompts(work["model"]), []
    for i in range(work["batch"]):
        ids = ov.Tensor(prompts.ids(max(work["context"], 1)))
        handles.append(pipe.add_request(i, ids, greedy(WARM_ANSWER + work["answer"])))
    for _ in range(WARM_ANSWER):
        pipe.step()
    began, steps = time.perf_counter(), 0
    while pipe.has_non_finished_requests():
        pipe.step()
        steps += 1
    seconds = time.perf_counter() - began
    assert steps == work["answer"], f"{steps} steps instead of {work['answer']}"
    return {"tok_s": steps * work["batch"] / seconds}


def memory(work):
    before = memory_now()
    pipe = genai.LLMPipeline(work["model"], "CPU")
    generate(pipe, Prompts(work["model"]), work["prompt"], 2)
    return memory_since(before)


def first_token(work):
    """From loading to the first token; starting Python and importing are not counted."""
    began = time.perf_counter()
    pipe = genai.LLMPipeline(work["model"], "CPU")
    pipe.generate("abcd", greedy(1))
    return {"first_ms": (time.perf_counter() - began) * 1000}


if __name__ == "__main__":
    serve(prompt=prompt, answer=answer, memory=memory, first_token=first_token)
