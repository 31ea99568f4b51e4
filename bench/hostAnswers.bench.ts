// The longest turn of the event loop while large answers of each kind of backend are taken in, against taking the same bytes alone.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { ok, type Result } from '../src/domain/result.ts';
import { serviceKey, type ServiceKey } from '../src/domain/service.ts';
import { milliseconds } from '../src/domain/units.ts';
import { createExchange } from '../src/http/exchange.ts';
import { DecodeThread } from '../src/platform/decodeThread.ts';
import type { BackendMetrics, BackendTraces } from '../src/telemetry/backend.ts';
import { metricsBackends, traceBackends } from '../src/telemetry/registry.ts';
import { sourcePorts } from '../test/backends/sourcePorts.ts';
import { longTraceId, service, type Size } from './answers/largeAnswers.ts';
import { longestTurn } from './answers/turns.ts';
import { median } from './median.ts';
import { report, smoke } from './report.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const size: Size = smoke
  ? { traces: 20, spans: 20, long: 500, operations: 20 }
  : { traces: 100, spans: 100, long: 10_000, operations: 250 };
const rounds = smoke ? 1 : 3;
const hour = milliseconds(3_600_000);
const never = new AbortController().signal;
const front = serviceKey(service, 'acme');

interface Asked {
  readonly name: string;
  readonly kind: string;
  readonly what: string;
  readonly base: string;
  readonly ask: (opened: Opened) => Promise<void>;
}
interface Opened {
  readonly traces?: BackendTraces;
  readonly metrics?: BackendMetrics;
}

/** Nothing of a good answer is looked at here: that would be counted. */
function valueOf<T>(answer: Result<T> | undefined): T {
  if (answer?.ok !== true) assert.fail(JSON.stringify(answer?.failure));
  return answer.value;
}

const search = async ({ traces }: Opened): Promise<void> => {
  for (const kind of ['recent', 'slow'] as const) {
    const found = await traces?.search({ service: front, operations: [], kind, limit: 100 }, never);
    assert.ok(valueOf(found).length > 0);
  }
};
const lookUp = async ({ traces }: Opened): Promise<void> => {
  const found = await traces?.trace(longTraceId, never);
  assert.ok(valueOf(found).spans.length > 0);
};
const sample = async ({ traces }: Opened): Promise<void> => {
  const source = traces?.numbers?.();
  assert.ok(source !== undefined);
  try {
    await numbersOf(source, front);
  } finally {
    source.dispose();
  }
};

/** All that a window asks for when it opens. */
async function numbersOf(source: BackendMetrics, of: ServiceKey): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const services = await source.services(never);
    valueOf(services);
    const operations = source.operations().filter((one) => one.service === of);
    const groups = operations.map(({ id }) => ({ key: id, service: of, operations: [id] }));
    const answer = await source.numbers({ groups, window: hour, seriesPoints: 30 }, never);
    if (valueOf(answer).some(({ total }) => (total?.count ?? 0) > 0)) return;
    source.retry();
  }
  assert.fail('no numbers');
}

const all = (kind: string, title: string): readonly Asked[] =>
  [
    { what: `searches of ${size.traces} traces of ${size.spans} spans`, ask: search },
    { what: `a trace of ${size.long.toLocaleString('en-US')} spans`, ask: lookUp },
    { what: `a sample of ${size.traces} traces of ${size.spans} spans a question`, ask: sample },
  ].map((one) => ({ ...one, kind, base: `/${kind}`, name: title }));

const asked: readonly Asked[] = [
  {
    name: 'Prometheus',
    kind: 'prometheus',
    base: '/prometheus',
    what: `numbers of ${size.operations} operations over an hour`,
    ask: ({ metrics }) =>
      metrics === undefined
        ? Promise.reject(new Error('no numbers'))
        : numbersOf(metrics, 'shop' as ServiceKey),
  },
  ...all('jaeger', 'Jaeger'),
  ...all('zipkin', 'Zipkin'),
  {
    name: 'Jaeger',
    kind: 'jaeger',
    base: '/endless',
    what: 'a body of 200 MB',
    async ask({ traces }) {
      const found = await traces?.trace(longTraceId, never);
      assert.ok(found?.ok === false && found.failure.reason === 'tooLarge', JSON.stringify(found));
    },
  },
];

/** The bytes alone: the same questions, whose answers nobody reads. */
async function takeAll(url: string, urls: readonly string[]): Promise<void> {
  const exchange = createExchange({ timeout: 60_000, maxBytes: 32 * 1024 * 1024 });
  for (const one of urls) await exchange.get(`${url}${one}`, never);
}

function open({ kind, base }: Asked, url: string, decodeAway: DecodeThread['decode']): Opened {
  const connection = {
    kind,
    url: `${url}${base}`,
    select: {},
    environment: 'bench',
    headers: () => Promise.resolve(ok({})),
  };
  const ports = sourcePorts({ decodeAway });
  const metrics = metricsBackends[kind]?.(connection, ports);
  if (metrics !== undefined) return { metrics };
  const traces = traceBackends[kind]?.(connection, ports);
  return traces === undefined ? {} : { traces };
}

async function measure(one: Asked, url: string, decodeAway: DecodeThread['decode']) {
  const own: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const opened = open(one, url, decodeAway);
    own.push(await longestTurn(() => one.ask(opened)));
    opened.metrics?.dispose();
    opened.traces?.dispose?.();
    const urls = (await (await fetch(`${url}/asked`)).json()) as string[];
    floor.push(await longestTurn(() => takeAll(url, urls)));
    await (await fetch(`${url}/asked`)).arrayBuffer();
  }
  const text = (turns: readonly number[]): string =>
    turns.map((turn) => turn.toFixed(1)).join(', ');
  report({
    name: `longest turn of the extension host: ${one.name}, ${one.what}`,
    value: Math.max(0, median(own) - median(floor)),
    budget: 16,
    unit: 'ms more than taking the bytes',
    detail: `processor time of the thread in its longest turn, plain Node, decoding in its thread, median of ${rounds}: ${text(own)} ms; the same requests with answers that nobody reads: ${text(floor)} ms`,
  });
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pl-answers-'));
  await build({
    absWorkingDir: root,
    entryPoints: { decoder: 'src/workers/decodeWorker.ts', server: 'bench/answers/server.ts' },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  });
  const server = fork(path.join(folder, 'server.cjs'), [JSON.stringify(size)]);
  const thread = new DecodeThread(path.join(folder, 'decoder.cjs'), {
    now: () => Date.now(),
    after: () => ({ dispose: () => undefined }),
  });
  try {
    const [port] = (await once(server, 'message')) as [number];
    for (const one of asked) await measure(one, `http://127.0.0.1:${port}`, thread.decode);
  } finally {
    thread.dispose();
    server.disconnect();
    await once(server, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
