"""Plain readings of the vocabularies that no package reads (the GGUF kinds rwkv, plamo2 and hybriddna),
and the files and decoding of those that tiktoken reads. make_vocabulary_goldens.py stores what they
say of small vocabularies; tests/differential asks them anew. No speed, no state: the rules alone."""
import base64
import math
import re

from tiktoken_ext import openai_public

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN = LLAMA3.replace("{1,3}", "")
CAPITALS = bytes(i - 32 if 97 <= i <= 122 else i for i in range(256))
BYTE_TOKENS = [f"<0x{b:02X}>" for b in range(256)]


def byte_of():
    """The byte that a character of the byte alphabet stands for."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {chr(b): b for b in printable}
    rest = [b for b in range(256) if b not in printable]
    return {**table, **{chr(256 + i): b for i, b in enumerate(rest)}}


def ranks_of(tokens):
    """Ranks of a byte-level BPE: the bytes, then these tokens, which come in the byte alphabet."""
    table = byte_of()
    ranks = {bytes([b]): b for b in range(256)}
    for token in tokens:
        ranks.setdefault(bytes(table[c] for c in token), len(ranks))
    return ranks


def lossy(data):
    return data.decode("utf-8", errors="replace")


# ------------------------------------------------------------------------------- tiktoken, tekken


def openai_pattern(name):
    """Of r50k, cl100k, o200k. The functions want the real vocabularies; their patterns do not."""
    if name == "r50k":
        return openai_public.r50k_pat_str
    loader, openai_public.load_tiktoken_bpe = openai_public.load_tiktoken_bpe, lambda *a, **k: {}
    try:
        return getattr(openai_public, f"{name}_base")()["pat_str"]
    finally:
        openai_public.load_tiktoken_bpe = loader


def write_tiktoken(path, ranks):
    path.write_text("".join(f"{base64.b64encode(t).decode()} {r}\n" for t, r in ranks.items()))


def tekken(ranks, special_count, names):
    """The content of a tekken.json whose last 20 ranks do not count."""
    return {"config": {"pattern": LLAMA3, "num_vocab_tokens": len(ranks), "version": "v3",
                       "default_vocab_size": len(ranks) - 20 + special_count,
                       "default_num_special_tokens": special_count},
            "vocab": [{"rank": r, "token_bytes": base64.b64encode(t).decode(), "token_str": None}
                      for t, r in ranks.items()],
            "special_tokens": [{"rank": i, "token_str": n, "is_control": True}
                               for i, n in enumerate(names)]}


def tekken_ids(ranks, special_count, names):
    """The same as tiktoken takes it: ranks shifted by the special tokens, and those by name."""
    kept = {t: r + special_count for t, r in ranks.items() if r < len(ranks) - 20}
    special = {n: i for i, n in enumerate(names)}
    special |= {f"<SPECIAL_{i}>": i for i in range(len(names), special_count)}
    return kept, special


def tiktoken_text(oracle, ids):
    """Without and with special tokens; ids without a token count for nothing."""
    special = {oracle.encode_single_token(s) for s in oracle.special_tokens_set}
    known = []
    for i in ids:
        try:
            oracle.decode_single_token_bytes(i)
            known.append(i)
        except KeyError:
            pass
    return tuple(lossy(oracle.decode_bytes(part))
                 for part in ([i for i in known if i not in special], known))


# ------------------------------------------------------------------------------------- GGUF kinds


def rwkv_spelling(data):
    """A token's bytes as GGUF files spell them."""
    return "".join(f"\\x{b:02x}" if b < 33 or b > 126 or b == 92 else chr(b) for b in data)


def rwkv(words, first_id, data):
    """Always the longest word that fits."""
    out = []
    while data:
        best = max((w for w in words if data.startswith(w)), key=len)
        out.append(first_id + words.index(best))
        data = data[len(best):]
    return out


def plamo(tokens, scores, text):
    """The best segmentation from the end; longer tokens first among equals, bytes last."""
    pieces = {t: i for i, t in enumerate(tokens) if not t.startswith("<")}
    ids = {b: tokens.index(t) for b, t in enumerate(BYTE_TOKENS)}
    text = text.removeprefix("\ufeff")
    best = {len(text): (0, [])}
    for at in range(len(text) - 1, -1, -1):
        options = []
        for end in range(len(text), at, -1):
            i = pieces.get(text[at:end])
            if i is not None:
                options.append((best[end][0] - math.floor(scores[i] * 1e4 + 0.5), [i], end))
        options.append((best[at + 1][0] + 10_000_000, [ids[b] for b in text[at].encode()], at + 1))
        cost, first, end = min(options, key=lambda o: o[0])
        best[at] = (cost, first + best[end][1])
    return best[0][1]


def hybrid_dna(ids, special, encode_words, text):
    """llama.cpp's hybriddna (src/llama-vocab.cpp): `special` tokens are found first; what
    then stands between the tags is cut into six bytes each, in capitals, the last filled up with A."""
    out = []
    pattern = "(" + "|".join(map(re.escape, special)) + ")"
    for fragment in re.split(pattern, text):
        if fragment in special:
            out.append(ids[fragment])
            continue
        at = 0
        for region in re.finditer("(<dna>)(.*?)(</dna>|\\Z)", fragment, re.DOTALL):
            out += encode_words(fragment[at:region.start()])
            letters = region[2].encode()
            letters = letters.translate(CAPITALS)
            mers = [letters[i:i + 6].ljust(6, b"A") for i in range(0, len(letters), 6)]
            out.append(ids["<dna>"])
            out += [ids.get(lossy(mer) + "\ue000", ids["<oov>"]) for mer in mers]
            out += [ids["</dna>"]] * bool(region[3])
            at = region.end()
        out += encode_words(fragment[at:])
    return out


def hybrid_dna_text(tokens, special, ids):
    """Without and with special tokens."""
    table = byte_of()
    whole = lambda t: t.encode() if t in special else bytes(table[c] for c in t.removesuffix("\ue000"))
    return tuple(lossy(b"".join(whole(tokens[i]) for i in ids if raw or tokens[i] not in special))
                 for raw in (False, True))

