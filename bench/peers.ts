import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Command } from "./contestant.ts";

/** A library that we are measured against. */
export interface Peer {
  readonly name: string;
  /** Takes works that are sized for a real GPU. */
  readonly heavy: boolean;
  /** Compiles shaders in its first call. */
  readonly compiles: boolean;
  /** How to start it, or what it misses. */
  find(): Command | { readonly missing: string };
}

function npmPeer(name: string, file: string, folder: string): Peer {
  return {
    name,
    heavy: false,
    compiles: true,
    find: () =>
      existsSync(`${folder}/node_modules`)
        ? { name, file: process.execPath, args: [`${folder}/${file}`] }
        : { missing: "npm --prefix bench/peers ci" },
  };
}

/** A Python that has PyTorch (and, if asked for, CUDA): the user's, or Debian's. */
function findTorch(cuda: boolean): string | undefined {
  const test = cuda ? "import sys, torch; sys.exit(not torch.cuda.is_available())" : "import torch";
  return ["python3", "/usr/bin/python3"].find(
    (python) => spawnSync(python, ["-c", test], { stdio: "ignore", timeout: 60_000 }).status === 0,
  );
}

function torchPeer(name: string, device: "cpu" | "cuda", folder: string): Peer {
  return {
    name,
    heavy: true,
    compiles: false,
    find: () => {
      const python = findTorch(device === "cuda");
      if (python !== undefined) return { name, file: python, args: ["-u", `${folder}/torch_peer.py`, device] };
      return { missing: device === "cuda" ? "a python3 whose torch sees CUDA" : "apt-get install python3-torch" };
    },
  };
}

/** @param folder - `bench/peers`. */
export function peersIn(folder: string): readonly Peer[] {
  return [
    npmPeer("jax-js", "jax-js.mjs", folder),
    npmPeer("tfjs-webgpu", "tfjs.mjs", folder),
    torchPeer("torch-cpu", "cpu", folder),
    torchPeer("torch-cuda", "cuda", folder),
  ];
}
