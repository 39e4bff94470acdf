import { describe } from "./describe.ts";
import type { CompileOptions, Device, DeviceInfo, DeviceMemory, Program, Scope } from "./device.ts";
import { DeviceError } from "./errors.ts";
import * as kind from "./kinds.ts";
import { parameters } from "./parameters.ts";
import type { ScopeOwner } from "./scope.ts";
import { scopeOwner } from "./scope.ts";
import type { Site } from "./site.ts";
import { captureSite } from "./site.ts";
import { refuseWhileTracing } from "./tracing.ts";
import { tensorsOf } from "./tree.ts";

/** The scope that a call's results belong to; undefined: none. @throws DeviceError once that scope has ended. */
export type OwnerOf = (name: string) => ScopeOwner | undefined;

/** A program's call, for any owner of its outputs. */
export type OwnedCall = (args: readonly unknown[], owner: ScopeOwner | undefined, site: Site) => Promise<unknown>;

/** What a device does, with the owner of what is made named at each call. */
export interface DeviceCore {
  info(): DeviceInfo;
  compile<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    options: CompileOptions,
    ownerOf: OwnerOf,
  ): Program<A, R>;
  /** The call of a program of this device; undefined for any other function. */
  callOf(program: object): OwnedCall | undefined;
  evaluate<T>(tree: T, owner: ScopeOwner | undefined, site: Site): Promise<T>;
  put<T>(tree: T, owner: ScopeOwner | undefined): T;
  free(tree: unknown, site: Site): void;
  memory(): DeviceMemory;
  close(site: Site): Promise<void>;
  /** @throws DeviceError when closed or lost. */
  check(name: string): void;
}

const checkCompile = parameters("compile", { fn: kind.callback }, { donate: kind.indexList, checkFinite: kind.flag });
const checkEvaluate = parameters("evaluate", { tree: kind.anything });
const checkPut = parameters("put", { tree: kind.anything });
const checkFree = parameters("free", { tree: kind.tree });
const checkScope = parameters("scope", { body: kind.callback });

/** The device of a core, and its scopes. What they are called with is checked here, so that it reads the same on every device. */
export function deviceOf(core: DeviceCore): Device {
  let early: ScopeOwner | undefined; // of the body without a parameter that runs at this moment
  const handle = (owner: ScopeOwner | undefined): Device => {
    const ownerOf: OwnerOf = (name) => {
      core.check(name);
      const now = owner ?? early;
      now?.check(name);
      return now;
    };
    const evaluate = async <T>(tree: T, given: ArrayLike<unknown>): Promise<T> => {
      checkEvaluate(given);
      tensorsOf("evaluate", tree);
      return core.evaluate(tree, ownerOf("evaluate"), captureSite());
    };
    return {
      info: core.info,
      compile(fn, options = {}) {
        checkCompile(arguments);
        ownerOf("compile");
        return core.compile(fn, options, ownerOf);
      },
      evaluate(tree) {
        refuseWhileTracing("evaluate");
        return evaluate(tree, arguments);
      },
      put(tree) {
        checkPut(arguments);
        tensorsOf("put", tree);
        return core.put(tree, ownerOf("put"));
      },
      free(tree) {
        checkFree(arguments);
        tensorsOf("free", tree);
        ownerOf("free");
        core.free(tree, captureSite());
      },
      async scope(body) {
        checkScope(arguments);
        return runScope(body, ownerOf("scope"));
      },
      memory: core.memory,
      allocatedBytes: () => {
        const { tensorBytes, planBytes, freeBytes } = core.memory();
        return tensorBytes + planBytes + freeBytes;
      },
      close: () => core.close(captureSite()),
    };
  };

  const run = async (program: object, args: readonly unknown[], owner: ScopeOwner): Promise<unknown> => {
    core.check("run");
    owner.check("run");
    const call = core.callOf(program);
    if (call === undefined) {
      throw new DeviceError(
        `run: ${describe(program)} is not a program of this device`,
        ["make it by device.compile(fn)"],
        captureSite(),
      );
    }
    return call(args, owner, captureSite());
  };

  const scopeOf = (owner: ScopeOwner, around: ScopeOwner | undefined): Scope => ({
    ...handle(owner),
    run(program, ...args) {
      refuseWhileTracing("run");
      return run(program, args, owner) as never;
    },
    keep: (tree) => {
      tensorsOf("keep", tree);
      owner.pass(tree, around);
      return tree;
    },
    close: async () => {
      throw new DeviceError("close: a scope ends with its body", ["close the device itself"]);
    },
  });

  const runScope = async <T>(body: (scope: Scope) => Promise<T>, around: ScopeOwner | undefined): Promise<T> => {
    const site = captureSite();
    const owner = scopeOwner();
    try {
      const result = await begin(body, scopeOf(owner, around), owner);
      owner.pass(result, around);
      return result;
    } finally {
      owner.end(site);
    }
  };

  /** Until a body first waits, what runs is its own work: one that cannot name its scope is given that much. */
  const begin = <T>(body: (scope: Scope) => Promise<T>, scope: Scope, owner: ScopeOwner): Promise<T> => {
    const outer = early;
    if (body.length === 0) early = owner;
    try {
      return body(scope);
    } finally {
      early = outer;
    }
  };
  return handle(undefined);
}
