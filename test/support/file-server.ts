import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers one request. @param from - the first byte that is asked for. */
export type Answer = (response: ServerResponse, from: number, request: IncomingMessage) => void;

/** A server of files on this machine. */
export interface FileServer {
  /** Ends in `/`. */
  readonly url: string;
  /** `GET /a.bin 0`: path, and first byte asked for, of every request. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** @param answers - by path; the last of several answers all requests that follow. */
export async function fileServer(answers: Readonly<Record<string, readonly Answer[]>>): Promise<FileServer> {
  const requests: string[] = [];
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    requests.push(`${request.method} ${path} ${from}`);
    const list = answers[path.slice(1)];
    const count = counts.get(path) ?? 0;
    counts.set(path, count + 1);
    const answer = list?.[Math.min(count, list.length - 1)];
    if (answer === undefined) response.writeHead(404).end("no such file");
    else answer(response, from, request);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** The file, or the part of it that is asked for. */
export const whole =
  (bytes: Uint8Array): Answer =>
  (response, from) => {
    if (from >= bytes.length && from > 0) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
      return;
    }
    const head = { "content-length": bytes.length - from };
    if (from === 0) response.writeHead(200, head).end(bytes);
    else {
      const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
      response.writeHead(206, { ...head, "content-range": range }).end(bytes.subarray(from));
    }
  };

/** The whole file, whatever part is asked for. */
export const withoutRange =
  (bytes: Uint8Array): Answer =>
  (response) =>
    response.writeHead(200, { "content-length": bytes.length }).end(bytes);

/** The file up to a byte; then the connection ends. */
export const brokenAt =
  (bytes: Uint8Array, end: number): Answer =>
  (response, from) => {
    const range = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from === 0 ? 200 : 206, { "content-length": bytes.length - from, ...(from === 0 ? {} : range) });
    response.write(bytes.subarray(from, end), () => setTimeout(() => response.destroy(), 20));
  };

/** The file up to a byte; then nothing more. @param reached - called when they are sent. */
export const silentAt =
  (bytes: Uint8Array, end: number, reached: () => void = () => {}): Answer =>
  (response, from) => {
    const range = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from === 0 ? 200 : 206, { "content-length": bytes.length - from, ...(from === 0 ? {} : range) });
    response.write(bytes.subarray(from, end), () => setTimeout(reached, 20));
  };

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();
