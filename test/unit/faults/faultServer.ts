import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../../certificates.ts';
import type { Answer, RecordedBackend } from './recordedBackend.ts';

export interface Exchanged {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  /** What the backend says while nothing is wrong. */
  readonly answer: Answer;
}

/** Answers one request in its own, wrong way. */
export type Misbehaviour = (exchanged: Exchanged) => void;

/** A server of 127.0.0.1 in front of recorded answers, on one port for all its life, that does wrong when told. */
export class FaultServer {
  readonly #backend: RecordedBackend;
  readonly #now: () => number;
  #server: Server | undefined;
  #port = 0;
  misbehaviour: Misbehaviour | undefined;
  /** Of TLS; set before it listens. */
  certificate: Certificate | undefined;

  /** @param now of the server, Unix milliseconds: its `Date` says so, and so do the times in its answers */
  constructor(backend: RecordedBackend, now: () => number) {
    this.#backend = backend;
    this.#now = now;
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<void> {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response).catch(() => response.destroy());
    };
    const server =
      this.certificate === undefined
        ? createServer(answer)
        : createSecureServer(this.certificate, answer);
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://backend.test');
    // A question that is too long for an address comes as a form.
    const form: string[] = [];
    for await (const chunk of request) form.push(String(chunk));
    const query = new URLSearchParams([...url.searchParams, ...new URLSearchParams(form.join(''))]);
    response.sendDate = false;
    response.setHeader('date', new Date(this.#now()).toUTCString());
    const answer = this.#backend.answer(url.pathname, query, this.#now());
    const exchanged = { request, response, path: url.pathname, query, answer };
    if (this.misbehaviour === undefined) send(exchanged, answer);
    else this.misbehaviour(exchanged);
  }
}

export const textOf = ({ body }: Answer): string =>
  typeof body === 'string' ? body : JSON.stringify(body);

export function send({ response }: Exchanged, answer: Answer): void {
  response.writeHead(answer.status, { 'content-type': answer.contentType }).end(textOf(answer));
}
