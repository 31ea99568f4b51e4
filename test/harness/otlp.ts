import { randomBytes } from 'node:crypto';

import { waitUntil } from './waiting.ts';

/** One trace of one service: an HTTP request and what happens within it. */
export interface Request {
  readonly service: string;
  readonly version: string;
  readonly method: string;
  readonly route: string;
  readonly status?: number;
  readonly milliseconds: number;
  /** How long ago it ended. */
  readonly endedSecondsAgo?: number;
  /** A span within it that names its function by attributes. */
  readonly inner?: { readonly function: string; readonly file: string; readonly line: number };
}

const SERVER = 2;
const INTERNAL = 1;
const ERROR = 2;

/** Sends requests as OTLP/JSON, as an SDK would. Waits until the receiver listens. */
export async function sendRequests(httpPort: number, requests: readonly Request[]): Promise<void> {
  const body = JSON.stringify({ resourceSpans: requests.map(resourceSpans) });
  const response = await waitUntil(`the receiver on port ${httpPort}`, () =>
    fetch(`http://127.0.0.1:${httpPort}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    }),
  );
  if (!response.ok) throw new Error(`the receiver answered ${response.status}`);
}

function resourceSpans(request: Request): unknown {
  const traceId = randomBytes(16).toString('hex');
  const entry = randomBytes(8).toString('hex');
  const end = BigInt(Date.now() - (request.endedSecondsAgo ?? 1) * 1000) * 1_000_000n;
  const start = end - BigInt(Math.round(request.milliseconds * 1e6));
  const times = { startTimeUnixNano: String(start), endTimeUnixNano: String(end) };
  const status = request.status ?? 200;
  const server = {
    traceId,
    spanId: entry,
    name: `${request.method} ${request.route}`,
    kind: SERVER,
    ...times,
    attributes: attributes({
      'http.request.method': request.method,
      'http.route': request.route,
      'http.response.status_code': status,
    }),
    status: status >= 500 ? { code: ERROR } : {},
  };
  const inner = request.inner && {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    parentSpanId: entry,
    name: request.inner.function,
    kind: INTERNAL,
    ...times,
    attributes: attributes({
      'code.function.name': request.inner.function,
      'code.file.path': request.inner.file,
      'code.line.number': request.inner.line,
    }),
    status: {},
  };
  return {
    resource: {
      attributes: attributes({
        'service.name': request.service,
        'service.version': request.version,
        'service.instance.id': `${request.service}-1`,
      }),
    },
    scopeSpans: [{ scope: { name: 'test' }, spans: inner ? [server, inner] : [server] }],
  };
}

function attributes(values: Readonly<Record<string, string | number>>): unknown[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}
