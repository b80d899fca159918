"""What the weights of SmolLM2-135M-Instruct.Q4_1.gguf say in exact arithmetic: every product in double precision, nothing
rounded. Reads smollm2-greedy.json beside it and adds, for every place of every answer, the two likeliest tokens and the
token that llama.cpp chose, with the logarithms of their probabilities.

    python exact.py SmolLM2-135M-Instruct.Q4_1.gguf > smollm2-exact.json

Python 3.11 and numpy, nothing else; half a minute and 2 GB.
"""

import json
import struct
import sys
from pathlib import Path

import numpy

# ggml's types: values and bytes of a block, and how a block is read.
F32, F16, Q4_0, Q4_1, Q8_0 = 0, 1, 2, 3, 8
BLOCKS = {F32: (1, 4), F16: (1, 2), Q4_0: (32, 18), Q4_1: (32, 20), Q8_0: (32, 34)}


def halves(data):
    return data.copy().view(numpy.float16).astype(numpy.float64)


def values(kind, data):
    if kind in (F32, F16):
        return data.view(numpy.float32 if kind == F32 else numpy.float16).astype(numpy.float64)
    blocks = data.reshape(-1, BLOCKS[kind][1])
    scale = halves(blocks[:, :2])
    if kind == Q8_0:
        return (blocks[:, 2:].view(numpy.int8) * scale).ravel()
    packed = blocks[:, -16:]
    nibbles = numpy.concatenate([packed & 15, packed >> 4], axis=1).astype(numpy.float64)
    least = halves(blocks[:, 2:4]) if kind == Q4_1 else -8 * scale
    return (nibbles * scale + least).ravel()


class Gguf:
    def __init__(self, path):
        self.data, self.at = Path(path).read_bytes(), 0
        assert self.take("4s") == b"GGUF" and self.take("I") == 3
        tensors, facts = self.take("Q"), self.take("Q")
        self.facts = {self.text(): self.fact(self.take("I")) for _ in range(facts)}
        places = {}
        for _ in range(tensors):
            name = self.text()
            shape = [self.take("Q") for _ in range(self.take("I"))]
            places[name] = (shape, self.take("I"), self.take("Q"))
        align = self.facts.get("general.alignment", 32)
        self.start, self.places = -(-self.at // align) * align, places

    def take(self, form):
        size = struct.calcsize("<" + form)
        self.at += size
        return struct.unpack_from("<" + form, self.data, self.at - size)[0]

    def text(self):
        return self.take(f"{self.take('Q')}s").decode("utf-8", "replace")

    def fact(self, kind):
        if kind == 9:
            kind, count = self.take("I"), self.take("Q")
            return [self.fact(kind) for _ in range(count)]
        return self.text() if kind == 8 else self.take("BbHhIif?"[kind] if kind < 8 else {10: "Q", 11: "q", 12: "d"}[kind])

    def tensor(self, name):
        shape, kind, offset = self.places[name]
        count = int(numpy.prod(shape))
        per, size = BLOCKS[kind]
        raw = numpy.frombuffer(self.data, numpy.uint8, count // per * size, self.start + offset)
        return values(kind, raw).reshape(shape[::-1])


class Llama:
    def __init__(self, file):
        fact = lambda name: file.facts["llama." + name]
        self.heads, self.groups = fact("attention.head_count"), fact("attention.head_count_kv")
        self.epsilon, self.base = fact("attention.layer_norm_rms_epsilon"), fact("rope.freq_base")
        self.embeddings, self.norm = file.tensor("token_embd.weight"), file.tensor("output_norm.weight")
        self.output = file.tensor("output.weight") if "output.weight" in file.places else self.embeddings
        names = "attn_norm attn_q attn_k attn_v attn_output ffn_norm ffn_gate ffn_up ffn_down".split()
        self.layers = [
            [file.tensor(f"blk.{layer}.{name}.weight") for name in names] for layer in range(fact("block_count"))
        ]

    def normed(self, state, norm):
        return state / numpy.sqrt((state**2).mean(-1, keepdims=True) + self.epsilon) * norm

    def turned(self, vectors):
        # Pairs lie beside each other, as in ggml's files of this kind.
        tokens, _, head = vectors.shape
        angles = numpy.outer(numpy.arange(tokens), self.base ** (-numpy.arange(0, head, 2) / head))[:, None, :]
        pairs = vectors.reshape(*vectors.shape[:2], head // 2, 2)
        turned = (pairs[..., 0] + 1j * pairs[..., 1]) * numpy.exp(1j * angles)
        return numpy.stack([turned.real, turned.imag], -1).reshape(vectors.shape)

    def logits(self, ids):
        state = self.embeddings[ids]
        tokens, width = state.shape
        head = width // self.heads
        hidden = numpy.triu(numpy.full((tokens, tokens), -numpy.inf), 1)
        for norm, query, key, value, output, feed_norm, gate, up, down in self.layers:
            normal = self.normed(state, norm)
            queries = self.turned((normal @ query.T).reshape(tokens, self.heads, head))
            keys = self.turned((normal @ key.T).reshape(tokens, self.groups, head))
            spread = self.heads // self.groups
            keys = keys.repeat(spread, axis=1)
            held = (normal @ value.T).reshape(tokens, self.groups, head).repeat(spread, axis=1)
            weights = numpy.einsum("qhd,khd->hqk", queries, keys) / numpy.sqrt(head) + hidden
            weights = numpy.exp(weights - weights.max(-1, keepdims=True))
            weights /= weights.sum(-1, keepdims=True)
            state = state + numpy.einsum("hqk,khd->qhd", weights, held).reshape(tokens, width) @ output.T
            normal = self.normed(state, feed_norm)
            gated = normal @ gate.T
            state = state + (gated / (1 + numpy.exp(-gated)) * (normal @ up.T)) @ down.T
        return self.normed(state, self.norm) @ self.output.T


def main():
    model = Llama(Gguf(sys.argv[1]))
    cases = json.loads((Path(__file__).parent / "smollm2-greedy.json").read_text())["cases"]
    written = []
    for case in cases:
        ids, tokens = case["ids"], case["tokens"]
        logits = model.logits(ids + tokens[:-1])[len(ids) - 1 :]
        most = logits.max(-1, keepdims=True)
        logarithms = logits - most - numpy.log(numpy.exp(logits - most).sum(-1, keepdims=True))
        best = numpy.argsort(-logits, axis=-1)[:, :2]
        places = []
        for place, (one, other) in enumerate(best):
            of = lambda token: [int(token), round(float(logarithms[place, token]), 4)]
            places.append([of(one), of(other), of(tokens[place])])
        written.append(places)
    lines = ",\n".join(json.dumps(places, separators=(",", ":")) for places in written)
    print("[\n" + lines + "\n]")


main()
