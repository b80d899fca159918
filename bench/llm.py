#!/usr/bin/env python3
"""Measures embeddings beside sentence-transformers and onnxruntime: see README.md.

    bench/llm.py          texts per CPU-second, one thread each, in turns

Python 3.11 and cargo; `make models` done. The others are installed into $FLOWFORGE_CACHE once (torch is large); those that cannot be had
are left out. Texts are the pairs of ../shared/testdata/llm/stsb, short and in passages of about 240 tokens, or others by --texts.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("FLOWFORGE_CACHE", Path.home() / ".cache" / "flowforge"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
MODELS = CACHE / "data" / "models"
VENV = CACHE / "bench-llm-venv"
PACKAGES = ["torch==2.15.0", "sentence-transformers==6.2.0", "onnx", "onnxruntime==1.31.1"]

# One engine, all rounds of it told from outside: a line in is a round, a line out what it took.
OTHER = """
import json, sys, time
import torch
torch.set_num_threads(1)
engine, folder, batch, file = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
texts = open(file, encoding="utf-8").read().splitlines()
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(folder, device="cpu")
model.max_seq_length = 256
if engine == "sentence-transformers":
    def run():
        return model.encode(texts, batch_size=batch, normalize_embeddings=True)
else:
    import numpy, onnxruntime, os
    path = "/tmp/bench-llm-%d.onnx" % os.getpid()
    inner = model[0].auto_model.eval()
    class Bare(torch.nn.Module):
        def forward(self, ids, mask):
            return inner(input_ids=ids, attention_mask=mask, token_type_ids=torch.zeros_like(ids)).last_hidden_state
    example = (torch.ones(2, 8, dtype=torch.long), torch.ones(2, 8, dtype=torch.long))
    torch.onnx.export(Bare().eval(), example, path, input_names=["ids", "mask"], output_names=["out"], opset_version=17, dynamo=False,
                      dynamic_axes={name: {0: "b", 1: "s"} for name in ("ids", "mask", "out")})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    os.remove(path)
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    def run():
        # Sorted by length, as sentence-transformers does: least padding.
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        out = [None] * len(texts)
        for start in range(0, len(order), batch):
            part = order[start:start + batch]
            read = tokenizer.encode_batch([texts[index] for index in part])
            ids = numpy.array([one.ids for one in read]); mask = numpy.array([one.attention_mask for one in read])
            hidden = session.run(None, {"ids": ids, "mask": mask})[0]
            mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
            mean /= numpy.linalg.norm(mean, axis=1, keepdims=True)
            for index, vector in zip(part, mean):
                out[index] = vector
        return out
run()
print("ready", flush=True)
for _ in sys.stdin:
    cpu = time.process_time()
    vectors = run()
    print(json.dumps({"texts": len(texts), "cpu": time.process_time() - cpu, "sum": float(sum(vector[0] for vector in vectors))}), flush=True)
"""


def other(engine, batch, file):
    command = [str(VENV / "bin" / "python"), "-c", OTHER, engine, str(MODELS / "all-MiniLM-L6-v2"), str(batch), str(file)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        environment.pop(name, None)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    for line in process.stdout:
        if line.strip() == "ready":
            break
    else:
        raise RuntimeError(f"{engine} did not start")

    def round():
        process.stdin.write("\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    return round


def own(batch, file):
    program = TARGET / "release" / "examples" / "embed"

    def round():
        with open(file, "rb") as lines:
            done = subprocess.run([program, MODELS, "1", str(batch), "1"], stdin=lines, capture_output=True, check=True, text=True)
        return json.loads(done.stdout)

    return round


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared" / "testdata" / "llm" / "stsb" / "stsb.tsv")
    options = parser.parse_args()
    subprocess.run(["cargo", "build", "--release", "--package", "embedder", "--example", "embed"], cwd=ROOT, check=True)
    if not (VENV / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin" / "pip", "install", "--quiet", *PACKAGES], check=False)
    rows = [line.split("\t") for line in options.texts.read_text(encoding="utf-8").splitlines()[1:]]
    sentences = [text for row in rows for text in row[5:7]]
    passages = [" ".join(sentences[start:start + 18]) for start in range(0, len(sentences) - 18, 18)]
    for name, texts in (("sentences", sentences), ("passages", passages)):
        file = Path("/tmp") / f"bench-llm-{os.getpid()}.txt"
        file.write_text("\n".join(texts), encoding="utf-8")
        for batch in (32, 1):
            engines = {"flowforge": own(batch, file)}
            for engine in ("sentence-transformers", "onnxruntime"):
                try:
                    engines[engine] = other(engine, batch, file)
                except (OSError, RuntimeError) as problem:
                    print(f"left out: {engine}: {problem}", file=sys.stderr)
            rates = {engine: [] for engine in engines}
            for _ in range(options.rounds):
                for engine, run in engines.items():
                    took = run()
                    rates[engine].append(took["texts"] / took["cpu"])
            for engine, values in rates.items():
                ratio = statistics.median(a / b for a, b in zip(rates["flowforge"], values))
                print(f"{name:<10} {batch:>3} at once  {engine:<22} {statistics.median(values):8.1f} texts/CPU-s "
                      f"({min(values):.1f} to {max(values):.1f})  flowforge is {ratio:.2f}x")
        file.unlink()


main()
