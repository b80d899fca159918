#!/usr/bin/env python3
"""Measures embeddings beside sentence-transformers and onnxruntime, and generation beside llama.cpp: see README.md.

    bench/llm.py                 texts per CPU-second, one thread each, in turns
    bench/llm.py generate        tokens of the small chat model per CPU-second, one thread each, in turns
    bench/llm.py http            requests per CPU-second of 16 clients, one sentence each, beside FastAPI with sentence-transformers

Python 3.11 and cargo; `make models` done. The others are installed into $FLOWFORGE_CACHE once (torch is large); those that cannot be had
are left out. Texts are the pairs of ../shared/testdata/llm/stsb, short and in passages of about 240 tokens, or others by --texts.
"""

import argparse
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("FLOWFORGE_CACHE", Path.home() / ".cache" / "flowforge"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
MODELS = CACHE / "data" / "models"
VENV = CACHE / "bench-llm-venv"
PACKAGES = ["torch==2.15.0", "sentence-transformers==6.2.0", "onnx", "onnxruntime==1.32.0"]
SERVER = ["fastapi", "uvicorn", "uvloop", "httptools"]
LLAMA = "xllamacpp==2026.10.11549"
CLIENTS = 16


# What one would write: a function for a request, on the threads that FastAPI has for such.
FASTAPI = """
import sys, torch, uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer
torch.set_num_threads(1)
model = SentenceTransformer(sys.argv[1], device="cpu")
app = FastAPI()
class Texts(BaseModel):
    input: list[str]
class Vector(BaseModel):
    index: int
    embedding: list[float]
class Vectors(BaseModel):
    data: list[Vector]
@app.post("/v1/embeddings")
def embeddings(request: Texts) -> Vectors:
    vectors = model.encode(request.input, normalize_embeddings=True)
    return Vectors(data=[Vector(index=index, embedding=vector.tolist()) for index, vector in enumerate(vectors)])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
"""

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
    inner = model[0].auto_model.eval().requires_grad_(False)
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


# llama.cpp, with its defaults but for one thread and nothing kept between prompts. A line in is a prompt and a number of tokens.
LLAMA_CPP = """
import json, sys, time
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel = sys.argv[1], 2048, 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print("ready", flush=True)
for line in sys.stdin:
    prompt, tokens = json.loads(line)
    request = {"messages": [{"role": "user", "content": prompt}], "max_tokens": tokens, "temperature": 0, "cache_prompt": False}
    cpu = time.process_time()
    usage = server.handle_chat_completions(request)["usage"]
    print(json.dumps({**usage, "cpu": time.process_time() - cpu}), flush=True)
"""
PROMPTS = [
    ("short prompt, 128 tokens", "Tell me a story about a lighthouse.", 128),
    ("long prompt, 1 token", "Summarize this. " + "The keeper of the lighthouse wrote down the weather every evening. " * 45, 1),
]


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


def llama_cpp():
    venv = CACHE / "bench-llama-venv"
    if not (venv / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", LLAMA], check=True)
    file = next((MODELS / "SmolLM2-135M-Instruct").glob("*.gguf"))
    command = [str(venv / "bin" / "python"), "-c", LLAMA_CPP, str(file)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, text=True, **pipes)
    while process.stdout.readline().strip() != "ready":
        if process.poll() is not None:
            raise RuntimeError("llama.cpp did not start")

    def generate(prompt, tokens):
        process.stdin.write(json.dumps([prompt, tokens]) + "\n")
        process.stdin.flush()
        while not (line := process.stdout.readline()).startswith('{"'):
            if not line:
                raise RuntimeError("llama.cpp ended")
        return json.loads(line)

    return generate, process.kill


def seconds(process):
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def started():
    """Everything FlowForge has, as a process and its address."""
    folder = tempfile.mkdtemp(prefix="flowforge-bench-")
    (Path(folder) / "models").symlink_to(MODELS)
    environment = {**os.environ, "FLOWFORGE_STORE": f"{folder}/store", "FLOWFORGE_DATA": folder}
    for name in ("FLOWFORGE_LISTEN", "FLOWFORGE_STATUS_LISTEN"):
        environment[name] = "127.0.0.1:0"
    command = [TARGET / "release" / "flowforge", "up", "--drain", "0s", "--chat-sequences", "1"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while True:
        try:
            event = json.loads(process.stdout.readline())
        except json.JSONDecodeError:
            continue
        if event.get("message") == "listening":
            break
    return process, event["address"]


def flowforge():
    process, address = started()

    def generate(prompt, tokens):
        request = {"model": "default", "messages": [{"role": "user", "content": prompt}], "max_tokens": tokens, "temperature": 0}
        headers = {"X-API-Key": "ff_demo_enterprise", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(address, timeout=300)
        before = seconds(process)
        connection.request("POST", "/v1/chat/completions", json.dumps(request), headers)
        usage = json.loads(connection.getresponse().read())["usage"]
        connection.close()
        return {**usage, "cpu": seconds(process) - before}

    return generate, process.terminate


def generation(options):
    engines = {"flowforge": flowforge(), "llama.cpp": llama_cpp()}
    print("| | engine | tokens a CPU-second | flowforge / it |\n| --- | --- | --- | --- |")
    try:
        for name, prompt, tokens in PROMPTS:
            rates = {engine: [] for engine in engines}
            for turn in range(options.rounds + 1):
                for engine, (generate, _) in engines.items():
                    took = generate(prompt, tokens)
                    counted = took["completion_tokens"] if tokens > 1 else took["prompt_tokens"]
                    # The first reads the model.
                    if turn:
                        rates[engine].append(counted / took["cpu"])
            for engine, values in rates.items():
                ratio = statistics.median(a / b for a, b in zip(rates["flowforge"], values))
                spread = f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"
                print(f"| {name} | {engine} | {spread} | {ratio:.2f} |", flush=True)
    finally:
        for _, stop in engines.values():
            stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["embed", "generate", "http"], default="embed")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared" / "testdata" / "llm" / "stsb" / "stsb.tsv")
    parser.add_argument("--every", type=int, default=1, help="take every n-th text only")
    options = parser.parse_args()
    names = [line.split(": ")[1] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    print(f"{time.strftime('%Y-%m-%d')}, {names[0]}, {os.cpu_count()} cores, Linux {platform.release()}, {options.rounds} rounds\n")
    if options.what == "generate":
        return generation(options)
    if options.what == "http":
        return served(options)
    embeddings(options)


def installed():
    if not (VENV / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin" / "pip", "install", "--quiet", *PACKAGES, *SERVER], check=False)


def sentences_of(options):
    rows = [line.split("\t") for line in options.texts.read_text(encoding="utf-8").splitlines()[1:]]
    return [text for row in rows for text in row[5:7]]


def rate(process, address, texts):
    """Requests per CPU-second of the server while clients ask, each one text after the other."""

    def client(own):
        connection = http.client.HTTPConnection(address, timeout=300)
        for text in own:
            headers = {"X-API-Key": "ff_demo_enterprise", "Content-Type": "application/json"}
            connection.request("POST", "/v1/embeddings", json.dumps({"model": "text-embedding-all-minilm-l6-v2", "input": [text]}), headers)
            answer = connection.getresponse()
            body = json.loads(answer.read())
            if answer.status != 200 or len(body["data"][0]["embedding"]) != 384:
                raise SystemExit(f"{answer.status} {body}")
        connection.close()

    before = seconds(process)
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(client, [texts[start::CLIENTS] for start in range(CLIENTS)]))
    return len(texts) / (seconds(process) - before)


def served(options):
    installed()
    texts = sentences_of(options)[:: options.every]
    process, address = started()
    port = 20000 + os.getpid() % 9000
    other = subprocess.Popen([VENV / "bin" / "python", "-c", FASTAPI, MODELS / "all-MiniLM-L6-v2", str(port)])
    try:
        for attempt in range(120):
            try:
                rate(other, f"127.0.0.1:{port}", texts[:CLIENTS])
                break
            except OSError:
                time.sleep(1)
        rate(process, address, texts[:CLIENTS])
        pairs = []
        for turn in range(options.rounds):
            # A text that was seen before is not computed again by ours.
            new = [f"{text} {turn}" for text in texts]
            pairs.append((rate(process, address, new), rate(other, f"127.0.0.1:{port}", new)))
        print("| server | requests a CPU-second | flowforge / it |\n| --- | --- | --- |")
        for name, values in zip(("flowforge", "FastAPI with sentence-transformers"), zip(*pairs)):
            ratio = statistics.median(own / value for (own, _), value in zip(pairs, values))
            print(f"| {name} | {statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f}) | {ratio:.2f} |")
    finally:
        process.terminate(), other.terminate()
        process.wait(), other.wait()


def embeddings(options):
    subprocess.run(["cargo", "build", "--release", "--package", "embedder", "--example", "embed"], cwd=ROOT, check=True)
    installed()
    sentences = sentences_of(options)
    passages = [" ".join(sentences[start:start + 18]) for start in range(0, len(sentences) - 18, 18)]
    print("| texts | at once | engine | texts a CPU-second | flowforge / it |\n| --- | --- | --- | --- | --- |")
    for name, texts in (("sentences", sentences[:: options.every]), ("passages", passages[:: options.every])):
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
                spread = f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"
                print(f"| {name} | {batch} | {engine} | {spread} | {ratio:.2f} |", flush=True)
        file.unlink()


main()
