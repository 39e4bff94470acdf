"""PyTorch as a contestant of ../protocol.ts: python3 torch_peer.py cpu|cuda. Eager, f32 without TF32, NCHW."""

import json
import os
import resource
import sys
import time

import torch

from torch_kernels import prepare_kernel
from torch_steps import prepare_mlp, prepare_wide_resnet

DEVICE = sys.argv[1]
STEPS = {"mlp": prepare_mlp, "wrn": prepare_wide_resnet}


def say(message):
    print(json.dumps(message), flush=True)


def read_arrays(file, entries):
    """A work's operands by name, on the device."""
    with open(file, "rb") as stream:
        data = bytearray(stream.read())
    dtypes = {"f32": torch.float32, "i32": torch.int32}
    arrays = {}
    for entry in entries:
        size = 1
        for length in entry["shape"]:
            size *= length
        flat = torch.frombuffer(data, dtype=dtypes[entry["dtype"]], count=size, offset=entry["offset"])
        arrays[entry["name"]] = flat.reshape(entry["shape"]).to(DEVICE, copy=True)
    return arrays


def wait():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def prepare(request):
    """Reads operands, makes the first calls, and gives the wanted elements back with the call itself."""
    task = request["task"]
    arrays = read_arrays(request["file"], request["entries"])
    call = STEPS.get(task["kind"], prepare_kernel)(task, arrays)
    wait()
    start = time.perf_counter()
    outputs = call()
    wait()
    first = (time.perf_counter() - start) * 1e3
    values = []
    for i, elements in enumerate(request["wanted"]):
        if i > 0:
            outputs = call()
        found = []
        for wanted in elements:
            flat = outputs[wanted["output"]].detach().reshape(-1)
            found.append(flat[torch.tensor(wanted["indices"], device=DEVICE)].tolist())
        values.append(found)
    return call, {"firstMs": first, "values": values}


def measure(call, samples, calls):
    taken = []
    for _ in range(samples):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        wait()
        taken.append((time.perf_counter() - start) * 1e3 / calls)
    return {"ms": taken}


def main():
    torch.set_num_threads(len(os.sched_getaffinity(0)))  # some builds start with one
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    name = torch.cuda.get_device_name() if DEVICE == "cuda" else f"{torch.get_num_threads()} CPU threads"
    # it never computes on the WebGPU adapter, so there is none to compare; on CUDA a sample needs many calls
    say({"version": f"PyTorch {torch.__version__}, {name}", "adapter": None, "software": DEVICE == "cpu"})
    call = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                call = None
                call, reply = prepare(request)
            elif request["do"] == "time":
                reply = measure(call, request["samples"], request["calls"])
            else:
                reply = {"mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
            say(reply)
        except Exception as error:  # a work that fails must not end the others
            say({"error": f"{type(error).__name__}: {error}"})


main()
