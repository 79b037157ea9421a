#!/usr/bin/env python3
"""Trains the bundled model, models/hearth-tiny: a Llama of 1.8 million parameters that tells little
stories and answers simple questions. All text comes from the seeded grammar in bundled_model/.

    python tools/train_bundled_model.py [--out models/hearth-tiny] [--steps N]

Needs torch and transformers (see tests/oracle-requirements.txt) and about half an hour of two
cores. Runs repeat to the last digits that the machine's float arithmetic allows.
"""

import argparse
import json
import pathlib
import platform
import random
import sys
import time

import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from bundled_model import chats, questions, stories  # noqa: E402
from bundled_model.muon import Muon  # noqa: E402

SEED = 20240607
VOCABULARY = 2048
CONTEXT = 512
END_OF_TEXT, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
PLAIN_STORIES = 0.12  # share of documents that are a story without a chat around it
TOKENS_PER_STEP = 4096
PEAK_RATE = 4e-3
CHAT_TEMPLATE = (
    "{%- for message in messages %}\n"
    "{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}\n"
    "{%- endfor %}\n"
    "{%- if add_generation_prompt %}\n"
    "{{- '<|im_start|>assistant\\n' }}\n"
    "{%- endif %}\n")


def render(messages, open_turn=False):
    text = "".join(f"{TURN_START}{m['role']}\n{m['content']}{TURN_END}\n" for m in messages)
    return text + f"{TURN_START}assistant\n" if open_turn else text


def document(rng):
    """Pieces of text, each with whether it is to be learnt; what the user says is only read."""
    if rng.random() < PLAIN_STORIES:
        return [(stories.tell(rng).text, True), (END_OF_TEXT, True)]
    pieces = []
    for message in chats.converse(rng):
        pieces.append((f"{TURN_START}{message['role']}\n", False))
        pieces.append((message["content"] + TURN_END, message["role"] == "assistant"))
        pieces.append(("\n", False))
    return pieces + [(END_OF_TEXT, False)]


def train_tokenizer():
    rng = random.Random(SEED)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[END_OF_TEXT, TURN_START, TURN_END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    plain = (stories.tell(rng).text if i % 4 == 0 else
             "\n".join(m["content"] for m in chats.converse(rng)) for i in range(40000))
    tokenizer.train_from_iterator(plain, trainer)
    return tokenizer


def batches(tokenizer):
    """Endless (tokens, next tokens, learnt), each [rows, context]. A row begins with a document and
    is filled with whole ones, the last cut off, so that early positions are always the beginning of
    one. Attention over short rows is cheap, so most batches have half the context."""
    rng = random.Random(SEED + 1)
    while True:
        context = CONTEXT if rng.random() < 0.25 else CONTEXT // 2
        documents = [document(rng) for _ in range(500)]
        encoded = iter(tokenizer.encode_batch([text for pieces in documents for text, _ in pieces]))
        rows, row = [], []
        for pieces in documents:
            for _, learnt in pieces:
                row += [(token, learnt) for token in next(encoded).ids]
            if len(row) > context:
                rows.append(row[:context + 1])
                row = []
        count = TOKENS_PER_STEP // context
        for i in range(0, len(rows) - count + 1, count):
            table = torch.tensor(rows[i:i + count])  # [count, context + 1, 2]
            yield table[:, :-1, 0], table[:, 1:, 0], table[:, 1:, 1].bool()


def new_model(tokenizer):
    torch.manual_seed(SEED)
    turn_end = tokenizer.token_to_id(TURN_END)
    config = transformers.LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=192, intermediate_size=448, num_hidden_layers=4,
        num_attention_heads=6, num_key_value_heads=2, max_position_embeddings=CONTEXT,
        tie_word_embeddings=True, rms_norm_eps=1e-5, initializer_range=0.05,
        bos_token_id=tokenizer.token_to_id(TURN_START), eos_token_id=turn_end,
        pad_token_id=turn_end)
    return transformers.LlamaForCausalLM(config)


def rate(step, steps):
    """Short warm-up, then level, then linearly to zero over the second half."""
    return PEAK_RATE * min(1.0, (step + 1) / 100, (steps - step) / (steps * 0.5))


def optimizers(model):
    """Muon for the matrices inside the layers, AdamW for the embedding and the norms."""
    inner = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    outer = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    return [Muon(inner, lr=PEAK_RATE),
            torch.optim.AdamW(outer, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.0)]


def train(model, tokenizer, steps):
    chosen = optimizers(model)
    recent = []
    for step, (tokens, following, learnt) in zip(range(steps), batches(tokenizer)):
        for optimizer in chosen:
            for group in optimizer.param_groups:
                group["lr"] = rate(step, steps)
        hidden = model.model(input_ids=tokens, use_cache=False).last_hidden_state[learnt]
        loss = torch.nn.functional.cross_entropy(model.lm_head(hidden), following[learnt])
        model.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in chosen:
            optimizer.step()
        recent = (recent + [loss.item()])[-100:]
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}/{steps} loss {sum(recent) / len(recent):.4f}", flush=True)
    return sum(recent) / len(recent)


def answer(model, tokenizer, messages, limit=24):
    ids = torch.tensor([tokenizer.encode(render(messages, open_turn=True)).ids])
    with torch.no_grad():
        out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=limit,
                             do_sample=False)
    return tokenizer.decode(out[0, ids.shape[1]:].tolist()).strip()


def accuracy(model, tokenizer, count=20):
    """Share of exactly right greedy answers per kind of question, on questions of a new seed."""
    rng = random.Random(SEED + 2)
    result = {}
    for maker in dict.fromkeys(questions.FACTS + questions.READING):
        right = 0
        for _ in range(count):
            question, expected = questions.ask(rng, [maker])
            said = answer(model, tokenizer, [{"role": "user", "content": question}], limit=48)
            right += said == expected
        result[maker.__name__] = right / count
    for name, maker in (("reading", chats.reading), ("knowing_you", chats.knowing_you)):
        right = 0
        for _ in range(count):
            turns = maker(rng)
            messages = []
            for question, reply in turns:
                messages += [{"role": "user", "content": question},
                             {"role": "assistant", "content": reply}]
            right += answer(model, tokenizer, messages[:-1], limit=48) == turns[-1][1]
        result[name] = right / count
    return result


def save(model, tokenizer, folder):
    folder.mkdir(parents=True, exist_ok=True)
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=TURN_START, eos_token=TURN_END, pad_token=TURN_END,
        unk_token=None, clean_up_tokenization_spaces=False, model_max_length=CONTEXT)
    fast.chat_template = CHAT_TEMPLATE
    fast.save_pretrained(folder)
    half = model.half()
    half.generation_config = transformers.GenerationConfig(
        bos_token_id=tokenizer.token_to_id(TURN_START),
        eos_token_id=[tokenizer.token_to_id(TURN_END), tokenizer.token_to_id(END_OF_TEXT)],
        pad_token_id=tokenizer.token_to_id(TURN_END))
    half.save_pretrained(folder)


def write_facts(folder, facts):
    """The figures of the run, for the table in the folder's README."""
    lines = [f"| {name} | {value} |" for name, value in facts.items()]
    readme = folder / "README.md"
    head = (pathlib.Path(__file__).parent / "bundled_model" / "readme.md").read_text("utf-8")
    readme.write_text(head.rstrip() + "\n\n| what | value |\n|---|---|\n" + "\n".join(lines) + "\n",
                      encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("models/hearth-tiny"))
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)  # late in training, backward would crawl through them
    began, began_cpu = time.time(), time.process_time()
    tokenizer = train_tokenizer()
    model = new_model(tokenizer)
    print(f"{sum(p.numel() for p in model.parameters())} parameters", flush=True)
    loss = train(model, tokenizer, options.steps)
    seconds, cpu_seconds = time.time() - began, time.process_time() - began_cpu
    model.eval()
    save(model, tokenizer, options.out)
    scores = accuracy(model.float(), tokenizer)
    write_facts(options.out, {
        "script": "tools/train_bundled_model.py", "seed": SEED,
        "parameters": sum(p.numel() for p in model.parameters()),
        "training": f"{options.steps} steps of {TOKENS_PER_STEP} tokens",
        "loss (mean of the last 100 steps)": f"{loss:.4f}",
        "time": f"{seconds / 60:.1f} min on {options.threads} threads "
                f"({cpu_seconds / 60:.1f} min of processor time)",
        "versions": f"Python {platform.python_version()}, torch {torch.__version__}, transformers "
                    f"{transformers.__version__}, tokenizers {tokenizers.__version__}",
        "greedy answers exactly right": ", ".join(f"{k} {v:.0%}" for k, v in scores.items()),
    })
    print(json.dumps(scores, indent=1))


if __name__ == "__main__":
    main()
