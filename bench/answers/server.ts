/** Large answers of backends, from a process of its own: what it takes to write them is not the extension host's. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeLargeBody } from '../../test/unit/faults/largeBody.ts';
import { recorded } from '../../test/unit/faults/recordedBackend.ts';
import type { Size } from './largeAnswers.ts';
import { jaegerAnswers, longTraceId, manyOperations, zipkinAnswers } from './largeAnswers.ts';

const size = JSON.parse(process.argv[2] ?? '{}') as Size;
/** Made once: times of traces are those of the start. */
const start = Date.now() - 60_000;
const kept = new Map<string, string>();
const madeOnce = (key: string, make: () => unknown): string => {
  const text = kept.get(key) ?? JSON.stringify(make());
  kept.set(key, text);
  return text;
};

function textOf(path: string, query: URLSearchParams): string {
  switch (path) {
    case '/jaeger/api/v3/services':
      return JSON.stringify(recorded('jaeger/v3-services').body);
    case '/jaeger/api/v3/operations':
      return JSON.stringify(recorded('jaeger/v3-operations').body);
    case '/jaeger/api/v3/traces':
      return madeOnce(path, () => jaegerAnswers.search(start, size));
    case `/jaeger/api/v3/traces/${longTraceId}`:
      return madeOnce(path, () => jaegerAnswers.trace(start, size));
    case '/zipkin/api/v2/services':
      return JSON.stringify(recorded('zipkin/services').body);
    case '/zipkin/api/v2/spans':
      return JSON.stringify(recorded('zipkin/spans').body);
    case '/zipkin/api/v2/traces':
      return madeOnce(path, () => zipkinAnswers.search(start, size));
    case `/zipkin/api/v2/trace/${longTraceId}`:
      return madeOnce(path, () => zipkinAnswers.trace(start, size));
    default:
      return madeOnce(
        `${path}?${query.toString()}`,
        () => manyOperations(path, query, Date.now(), size).body,
      );
  }
}

/** What was asked since somebody asked for this list. */
let asked: string[] = [];

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const form: Buffer[] = [];
  request.on('data', (part: Buffer) => form.push(part));
  request.on('end', () => {
    const query = new URLSearchParams([
      ...url.searchParams,
      ...new URLSearchParams(Buffer.concat(form).toString()),
    ]);
    response.setHeader('content-type', 'application/json');
    if (url.pathname === '/asked') {
      response.end(JSON.stringify(asked));
      asked = [];
      return;
    }
    asked.push(`${url.pathname}?${query.toString()}`);
    if (url.pathname.startsWith('/endless/')) {
      writeLargeBody(response);
      return;
    }
    response.end(textOf(url.pathname, query));
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit(0));
