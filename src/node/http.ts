import type { IncomingMessage } from "node:http";
import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";

/** A failure that may be gone at the next try: a connection that broke off, a server that is overloaded. */
export class PassingFailure extends Error {
  override readonly name = "PassingFailure";
}

/** How to ask for a file. */
export interface Request {
  /** The first byte that is wanted. */
  readonly from: number;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte, after which the connection is given up. */
  readonly stall: number;
}

const mostRedirects = 10;

/** An address that this program can ask. @throws ConfigError for text that is none, and for another protocol than http. */
export function parseAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new ConfigError(`"${printable(text)}" is not an address of the form https://SERVER/PATH`);
}

/** An address in messages: without a password. */
export function shown({ protocol, host, pathname }: URL): string {
  return printable(`${protocol}//${host}${pathname}`, 200);
}

/**
 * Asks for a file, and follows to where it has moved. The bytes come as they are stored: whatever packs them stays on.
 *
 * @throws PassingFailure where the server cannot be reached; DataError for a redirection that leads nowhere.
 */
export async function get(url: URL, request: Request): Promise<IncomingMessage> {
  let at = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await ask(at, request);
    const { statusCode: status = 0, headers } = answer;
    if (![301, 302, 303, 307, 308].includes(status)) return answer;
    answer.destroy();
    const to = headers.location ?? "";
    if (!URL.canParse(to, at.href))
      throw new DataError(`${shown(at)}: is redirected to "${printable(to)}", which is not an address`);
    at = parseAddress(new URL(to, at).href);
  }
  throw new DataError(`${shown(url)}: is redirected more than ${mostRedirects} times`);
}

function ask(url: URL, { from, signal, stall }: Request): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { "accept-encoding": "identity", ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
    // without an agent the connection ends with the answer, so nothing keeps the process or the server waiting
    const options = { headers, signal, agent: false as const, timeout: stall };
    const request = url.protocol === "https:" ? overHttps : (overHttp as typeof overHttps);
    let answer: IncomingMessage | undefined;
    const sent = request(url, options, (found) => {
      answer = found;
      resolve(found);
    });
    const silent = new PassingFailure(`nothing came for ${stall / 1000} seconds`);
    sent.on("timeout", () => (answer ?? sent).destroy(silent));
    sent.on("error", (error) => reject(signal.aborted ? signal.reason : passing(error)));
    sent.end();
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no server of that name, or no network",
  EAI_AGAIN: "the server's name could not be looked up; is there a network?",
  ECONNREFUSED: "nothing answers there",
  ECONNRESET: "the connection broke off",
  EPIPE: "the connection broke off",
  ETIMEDOUT: "no connection was made in time",
  EHOSTUNREACH: "there is no way to the server",
  ENETUNREACH: "there is no network",
};

/** A failure of the network in words. */
export function passing(error: unknown): PassingFailure {
  if (error instanceof PassingFailure) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new PassingFailure(reasons[code] ?? printable(message === "" ? code : message, 200));
}
