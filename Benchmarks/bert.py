"""Time of the prosody network against ONNX Runtime on the same random weights.

    python3 Benchmarks/bert.py --program .build/release/HablaBenchmarks --work FOLDER

A BERT of the base size (768 wide, 12 layers) reads 20 tokens. The features are those of the third
layer from the end, so 10 layers are enough; the other runtime gets both the 10 layers and the whole
network as published. Runtimes take turns, each in a process of its own, and the best time of each
counts. Needs torch, onnx and onnxruntime (requirements.txt).
"""

import argparse
import json
import pathlib
import subprocess
import sys

WIDTH, HEADS, LAYERS, FILTER, PIECES, POSITIONS = 768, 12, 12, 3072, 2000, 128


def make_model(folder):
    """Writes a Hugging Face folder and two ONNX files with the same random weights."""
    import torch
    from torch import nn

    torch.manual_seed(1)

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
            self.dense, self.norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, 1e-12)
            self.intermediate, self.output = nn.Linear(WIDTH, FILTER), nn.Linear(FILTER, WIDTH)
            self.output_norm = nn.LayerNorm(WIDTH, 1e-12)

        def forward(self, x):
            def split(y):
                return y.view(1, -1, HEADS, WIDTH // HEADS).transpose(1, 2)

            query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
            scores = query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
            mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(1, -1, WIDTH)
            x = self.norm(x + self.dense(mixed))
            return self.output_norm(x + self.output(nn.functional.gelu(self.intermediate(x))))

    class BERT(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.positions = nn.Embedding(PIECES, WIDTH), nn.Embedding(POSITIONS, WIDTH)
            self.types, self.norm = nn.Embedding(2, WIDTH), nn.LayerNorm(WIDTH, 1e-12)
            self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
            self.count = LAYERS

        def forward(self, ids):
            places = torch.arange(ids.shape[1])
            x = self.norm(self.words(ids) + self.positions(places) + self.types.weight[0])
            for layer in self.layers[: self.count]:
                x = layer(x)
            return x

    model = BERT().eval()
    for name, value in model.named_parameters():
        nn.init.normal_(value, 1.0 if "norm.weight" in name else 0.0, 0.05)
    names = {
        "words.": "embeddings.word_embeddings.", "positions.": "embeddings.position_embeddings.",
        "types.": "embeddings.token_type_embeddings.", "norm.": "embeddings.LayerNorm.",
    }
    parts = {
        "query": "attention.self.query", "key": "attention.self.key",
        "value": "attention.self.value", "dense": "attention.output.dense",
        "norm": "attention.output.LayerNorm", "intermediate": "intermediate.dense",
        "output": "output.dense", "output_norm": "output.LayerNorm",
    }
    state = {}
    for name, value in model.state_dict().items():
        if name.startswith("layers."):
            _, number, part, kind = name.split(".")
            state[f"bert.encoder.layer.{number}.{parts[part]}.{kind}"] = value
        else:
            old = next(old for old in names if name.startswith(old))
            state["bert." + names[old] + name[len(old) :]] = value
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(state, folder / "pytorch_model.bin")
    configuration = {
        "hidden_size": WIDTH, "num_attention_heads": HEADS, "num_hidden_layers": LAYERS,
        "intermediate_size": FILTER, "max_position_embeddings": POSITIONS,
    }
    (folder / "config.json").write_text(json.dumps(configuration))
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = special + [f"w{i}" for i in range(PIECES - len(special))]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n")
    ids = torch.arange(1, 21)[None]
    for count in (LAYERS - 2, LAYERS):
        model.count = count
        torch.onnx.export(
            model, (ids,), folder / f"layers-{count}.onnx", input_names=["ids"],
            output_names=["features"], dynamo=False,
        )


def time_onnxruntime(path, tokens, threads, repeat):
    """Best seconds and the features."""
    import time

    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    ids = np.arange(1, tokens + 1, dtype=np.int64)[None]
    best = float("inf")
    for number in range(repeat + 3):
        start = time.perf_counter()
        (features,) = session.run(None, {"ids": ids})
        if number >= 3:
            best = min(best, time.perf_counter() - start)
    return best, features[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=".build/release/HablaBenchmarks")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=50)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer:
        best, features = time_onnxruntime(given.peer, 20, given.threads, given.repeat)
        features.astype("<f4").tofile(given.peer + ".features")
        print(json.dumps({"seconds": best}))
        return
    if not (given.work / f"layers-{LAYERS}.onnx").exists():
        make_model(given.work)
    found = given.work / "habla.features"
    habla = [
        given.program, "bert", str(given.work), "--threads", str(given.threads),
        "--repeat", str(given.repeat), "--samples", str(found),
    ]
    runs = {"habla": habla}
    for count in (LAYERS - 2, LAYERS):
        path = str(given.work / f"layers-{count}.onnx")
        runs[f"onnxruntime, {count} layers"] = [
            sys.executable, __file__, "--peer", path, "--work", str(given.work),
            "--threads", str(given.threads), "--repeat", str(given.repeat),
        ]
    best = {name: float("inf") for name in runs}
    for _ in range(given.turns):
        for name, command in runs.items():
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            best[name] = min(best[name], json.loads(output.splitlines()[-1])["seconds"])
    for name, seconds in best.items():
        print(f"{name}: {seconds * 1000:.1f} ms")
    import numpy as np

    mine = np.fromfile(found, "<f4")
    theirs = np.fromfile(given.work / f"layers-{LAYERS - 2}.onnx.features", "<f4")
    print(f"largest difference of the features: {np.abs(mine - theirs).max():.1e}")


if __name__ == "__main__":
    main()
