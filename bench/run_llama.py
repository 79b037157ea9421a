"""One measurement of llama.cpp for bench/compare.py, through the low-level interface of llama-cpp-python, in a
process of its own: the work as JSON in the argument, the figures as JSON on stdout. Prompts are random token ids;
everything that is not named here is llama.cpp's default. Answers are written without its flash attention, which on
CPUs takes nearly twice as long a token with a context of 1,024 (10.4 and 17.7 tok/s)."""

import ctypes
import json
import os
import time

import llama_cpp as llama
import numpy as np
from compare_worker import memory_now, memory_since, serve

PIECE = 2048  # tokens of a call, llama.cpp's n_batch
WARM_PROMPT, WARM_ANSWER = 512, 4


def silence(level, text, data):
    pass


SILENCE = llama.llama_log_callback(silence)  # kept, since llama.cpp keeps the pointer


class Model:
    def __init__(self, path, tokens, sequences=1, flash_attention=llama.LLAMA_FLASH_ATTN_TYPE_AUTO):
        llama.llama_log_set(SILENCE, ctypes.c_void_p(0))
        llama.llama_backend_init()
        self.model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
        assert self.model, f"llama.cpp does not load {path}"
        params = llama.llama_context_default_params()
        params.n_ctx, params.n_seq_max = (tokens + 256) * sequences, sequences
        params.n_batch, params.flash_attn_type = PIECE, flash_attention
        params.n_threads = params.n_threads_batch = len(os.sched_getaffinity(0))
        self.context = llama.llama_init_from_model(self.model, params)
        assert self.context, "llama.cpp makes no context"
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.model))
        self.random = np.random.default_rng(1)
        self.batch = llama.llama_batch_init(PIECE, 0, 1)

    def forget(self):
        llama.llama_memory_clear(llama.llama_get_memory(self.context), True)

    def decode(self, tokens):
        """tokens: [(id, position, sequence, whether logits are wanted)]"""
        self.batch.n_tokens = len(tokens)
        for i, (token, position, sequence, wanted) in enumerate(tokens):
            self.batch.token[i], self.batch.pos[i], self.batch.logits[i] = token, position, wanted
            self.batch.n_seq_id[i], self.batch.seq_id[i][0] = 1, sequence
        failed = llama.llama_decode(self.context, self.batch)
        assert failed == 0, f"llama_decode: {failed}"

    def best(self, index):
        logits = llama.llama_get_logits_ith(self.context, index)
        return int(np.ctypeslib.as_array(logits, (self.vocabulary,)).argmax())

    def read(self, count, sequence=0):
        """A random prompt; the token after it."""
        ids = self.random.integers(0, self.vocabulary, count).tolist()
        for at in range(0, count, PIECE):
            piece = [(ids[i], i, sequence, i + 1 == count) for i in range(at, min(at + PIECE, count))]
            self.decode(piece)
        return self.best(len(piece) - 1)

    def write(self, tokens, position, count):
        """`count` steps of a token for each sequence, whose last ones are `tokens`."""
        for step in range(count):
            self.decode([(token, position + step, i, True) for i, token in enumerate(tokens)])
            tokens = [self.best(i) for i in range(len(tokens))]


def prompt(work):
    model = Model(work["model"], work["prompt"])
    model.read(min(work["prompt"], WARM_PROMPT))
    model.forget()
    began = time.perf_counter()
    model.read(work["prompt"])
    return {"tok_s": work["prompt"] / (time.perf_counter() - began)}


def answer(work):
    context, count = max(work["context"], 1), work["batch"]
    model = Model(work["model"], context + WARM_ANSWER + work["answer"], count, llama.LLAMA_FLASH_ATTN_TYPE_DISABLED)
    tokens = [model.read(context, i) for i in range(count)]
    model.write(tokens, context, WARM_ANSWER)
    began = time.perf_counter()
    model.write(tokens, context + WARM_ANSWER, work["answer"])
    return {"tok_s": work["answer"] * count / (time.perf_counter() - began)}


def memory(work):
    before = memory_now()
    model = Model(work["model"], work["prompt"])
    model.read(work["prompt"])
    return memory_since(before)


def first_token(work):
    """From loading to the first token; starting Python and importing are not counted."""
    began = time.perf_counter()
    Model(work["model"], 512).read(4)
    return {"first_ms": (time.perf_counter() - began) * 1000}


if __name__ == "__main__":
    serve(prompt=prompt, answer=answer, memory=memory, first_token=first_token)
