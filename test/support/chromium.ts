import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

// Chromium without a window, by the DevTools protocol over two pipes: no port, and no package that drives it.
// Protocol: https://chromedevtools.github.io/devtools-protocol/ ; messages are JSON, each ended by a byte 0.

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The browser's program; undefined where there is none. */
export const chromium: string | undefined = names.find((name) => spawnSync(name, ["--version"]).status === 0);

/** What to do where there is no browser. */
export const howToInstall =
  "there is no Chromium; on Debian as root: apt-get install -y --no-install-recommends chromium";

type Fields = Readonly<Record<string, unknown>>;

interface Message extends Fields {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Fields;
  readonly result?: Fields;
  readonly error?: { readonly message: string };
}

/** A page in a browser. */
export interface BrowserPage {
  send(method: string, params?: Fields): Promise<Fields>;
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Opens an address, and waits until it is loaded. */
  open(url: string): Promise<void>;
  /** All that the browser has told of the page so far. */
  readonly events: readonly Message[];
  close(): Promise<void>;
}

/** Starts the browser with one empty page. */
export async function openPage(): Promise<BrowserPage> {
  const profile = mkdtempSync(join(tmpdir(), "deconfound-chromium-"));
  const child = spawn(
    chromium!,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"],
      ...["--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"],
    ],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
  );
  const connection = connect(child);
  const { targetInfos } = await connection.send("Target.getTargets");
  const target = (targetInfos as readonly { type: string; targetId: string }[]).find(({ type }) => type === "page")!;
  const { sessionId } = await connection.send("Target.attachToTarget", { targetId: target.targetId, flatten: true });
  const send = (method: string, params: Fields = {}): Promise<Fields> => connection.send(method, params, sessionId);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
  return {
    send,
    events: connection.events,
    async evaluate<T>(expression: string) {
      const { result } = await send("Runtime.evaluate", { expression, returnByValue: true });
      return (result as { readonly value: T }).value;
    },
    async open(url) {
      const loaded = connection.next("Page.loadEventFired");
      await send("Page.navigate", { url });
      await loaded;
    },
    async close() {
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      await connection.send("Browser.close").catch(() => child.kill());
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function connect(child: ChildProcess): {
  send(method: string, params?: Fields, sessionId?: unknown): Promise<Fields>;
  next(method: string): Promise<void>;
  readonly events: readonly Message[];
} {
  const [input, output] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<number, (message: Message) => void>();
  const awaited: { readonly method: string; resolve(): void }[] = [];
  const events: Message[] = [];
  let rest = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop()!;
    for (const part of parts) {
      const message = JSON.parse(part) as Message;
      if (message.id === undefined) events.push(message);
      else {
        waiting.get(message.id)!(message);
        waiting.delete(message.id);
      }
      for (const one of awaited) if (one.method === message.method) one.resolve();
    }
  });
  child.once("exit", () => {
    for (const tell of waiting.values()) tell({ error: { message: "the browser has ended" } });
  });
  let count = 0;
  return {
    events,
    next: (method) => new Promise((resolve) => awaited.push({ method, resolve })),
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        const id = ++count;
        waiting.set(id, ({ result, error }) => {
          if (error === undefined) resolve(result!);
          else reject(new Error(`${method}: ${error.message}`));
        });
        input.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
      }),
  };
}
