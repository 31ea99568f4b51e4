import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it went to the backend. */
export interface Recorded {
  /** Unix milliseconds. */
  readonly at: number;
  readonly path: string;
  /** Of the address or of the form. */
  readonly parameters: URLSearchParams;
  /** What came back; undefined as long as nothing did. */
  answer?: { readonly status: number; readonly contentType: string; readonly text: string };
}

/** Stands before a real backend and writes down what it is asked. */
export class RecordingProxy {
  readonly asked: Recorded[] = [];
  /** The `Authorization` that is let in; undefined: anybody is. */
  admitted: string | undefined;
  readonly #server: Server;

  constructor(target: string) {
    this.#server = createServer((request, response) => {
      if (![undefined, request.headers.authorization].includes(this.admitted)) {
        response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
        return;
      }
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const url = new URL(request.url ?? '/', target);
        const parameters = new URLSearchParams(
          request.method === 'POST' ? body.toString() : url.searchParams,
        );
        const asked: Recorded = { at: Date.now(), path: url.pathname, parameters };
        this.asked.push(asked);
        fetch(url, {
          method: request.method ?? 'GET',
          headers: {
            'content-type': request.headers['content-type'] ?? 'text/plain',
            ...(request.headers.authorization === undefined
              ? {}
              : { authorization: request.headers.authorization }),
          },
          ...(request.method === 'POST' ? { body } : {}),
        })
          .then(async (answer) => {
            const headers = Object.fromEntries(
              [...answer.headers].filter(
                ([name]) => !/^(content-encoding|content-length|transfer-encoding)$/.test(name),
              ),
            );
            const answered = Buffer.from(await answer.arrayBuffer());
            const contentType = answer.headers.get('content-type') ?? '';
            asked.answer = { status: answer.status, contentType, text: answered.toString() };
            response.writeHead(answer.status, headers);
            response.end(answered);
          })
          .catch(() => response.writeHead(502).end());
      });
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Questions of calls and of durations, apart. */
  ranges(from = 0): { readonly calls: readonly Recorded[]; readonly buckets: readonly Recorded[] } {
    const all = this.asked.slice(from).filter(({ path }) => path.endsWith('/query_range'));
    const isBuckets = ({ parameters }: Recorded): boolean =>
      (parameters.get('query') ?? '').includes('_bucket');
    return { calls: all.filter((one) => !isBuckets(one)), buckets: all.filter(isBuckets) };
  }
}
