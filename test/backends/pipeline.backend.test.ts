import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../../src/domain/operation.ts';
import { ok } from '../../src/domain/result.ts';
import type { FunctionStats, Quantile } from '../../src/domain/stats.ts';
import { milliseconds } from '../../src/domain/units.ts';
import type { BackendMetrics } from '../../src/telemetry/backend.ts';
import { createPrometheusSource } from '../../src/telemetry/prometheus/source.ts';
import { LiveProcess } from './liveTraffic.ts';
import { recordedServices, replay } from './replayedTraffic.ts';
import {
  isError,
  operationsOf,
  trueQuantile,
  type ExpectedOperation,
  type SentSpan,
} from './sentSpans.ts';
import { urlFrom } from './traceBackend.ts';
import { until } from './untilFound.ts';
import { sourcePorts } from './sourcePorts.ts';

const backends = JSON.parse(urlFrom('PRODLENS_TEST_PIPELINE_BACKENDS')) as Record<string, string>;
const receivers = JSON.parse(urlFrom('PRODLENS_TEST_PIPELINE_RECEIVERS')) as Record<string, string>;
const never = new AbortController().signal;
/** Slots of a backend that is sampled every two seconds or so. */
const slot = 10_000;
const mostInterval = 2_500;
/** Recordings of default auto-instrumentation that go through the collector as of two releases. */
const apps = ['express', 'fastapi', 'spring-webflux', 'gin', 'grpc-node', 'celery'];

const connectorBounds = [
  2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000, 15_000,
];

/** What a variant (scripts/backends/spanMetricsVariants.mjs) lets a backend know. */
interface Variant {
  /** Backends that know its releases. */
  readonly releases: RegExp;
  /** Method, route and status of HTTP are labels. */
  readonly dimensions: boolean;
  readonly bounds: readonly number[] | 'exponential';
  /** Backends that have no percentiles of it, because something there doesn't tell what is needed. */
  readonly blind?: RegExp;
}
const variants: Readonly<Record<string, Variant>> = {
  // Without a dimension, releases are known where attributes of the resource are promoted to labels.
  plain: { releases: /./, dimensions: false, bounds: connectorBounds },
  releases: { releases: /./, dimensions: true, bounds: connectorBounds },
  seconds: {
    releases: /./,
    dimensions: false,
    bounds: [5, 25, 100, 500, 2000],
    // Names without a unit and boundaries of one's own: a unit is never guessed.
    blind: /raw|otlp/,
  },
  otherUnit: { releases: /./, dimensions: true, bounds: connectorBounds },
  exponential: {
    releases: /./,
    dimensions: true,
    bounds: 'exponential',
    // A scrape of 2.42 has no native histograms, VictoriaMetrics takes none by remote write; the others don't know the unit.
    blind: /prometheus2|write|raw|otlp/,
  },
  bare: { releases: /./, dimensions: false, bounds: connectorBounds },
  gated: { releases: /./, dimensions: false, bounds: connectorBounds },
};

/** Counts a part of the calls under another name. */
const splitting = 'victoriametrics-naming';

/** By the variant whose collector they went through. */
const sent = new Map<string, readonly SentSpan[]>();
const sources = new Map<string, BackendMetrics>();

before(async function () {
  this.timeout(300_000);
  for (const [name, url] of Object.entries(backends)) sources.set(name, sourceOf(url));
  const steady = new Map<string, LiveProcess>();
  const canaries: LiveProcess[] = [];
  for (const [variant, receiver] of Object.entries(receivers)) {
    const first = new LiveProcess(receiver, `shop-${variant}`, '1.0.0', 'acme');
    steady.set(variant, first);
    // What a service counted before it was ever sampled belongs to no window: the spans that count come later.
    first.work('start', 1);
    await first.flush();
  }
  const recorded: LiveProcess[] = [];
  for (const app of apps)
    for (const service of recordedServices(app)) {
      const first = new LiveProcess(receivers['releases'] ?? '', service, '1.0.0');
      first.work('start', 1);
      await first.flush();
      recorded.push(first);
    }
  const services = [
    ...Object.keys(receivers).map((variant) => `shop-${variant}`),
    ...apps.flatMap(recordedServices),
  ];
  for (const [name, source] of sources) {
    if (name === splitting) continue;
    await until(`all services in ${name}`, async () => {
      source.retry();
      const found = await source.services(never);
      const report = JSON.stringify(source.report());
      // It takes a few samples to see how often they are taken.
      return services.every((service) => knows(source, service)) &&
        intervalsOf(source).every((interval) => interval <= mostInterval)
        ? true
        : `${report} ${found.ok ? '' : found.failure.message}`;
    });
  }
  await delay(slot - (Date.now() % slot) + 1_000);

  for (const process of steady.values()) process.sent.length = 0;
  for (const process of recorded) process.sent.length = 0;
  for (let round = 0; round < 12; round += 1) {
    for (const process of steady.values()) {
      for (const ms of [3, 9, 30, 45, 90, 250])
        process.request('GET', '/orders/:id', 200, ms + round);
      process.request('GET', '/orders/:id', 404, 4);
      process.request('POST', '/orders', 201, 120 + 10 * round);
      process.work('ReportJob.run', 40);
    }
    // Over several slots.
    await delay(1_500);
  }
  const replayed: SentSpan[] = [];
  for (const version of ['1.0.0', '2.0.0'])
    for (const app of apps)
      replayed.push(...(await replay(app, version, receivers['releases'] ?? '')));
  for (const [variant, receiver] of Object.entries(receivers)) {
    const canary = new LiveProcess(receiver, `shop-${variant}`, '1.1.0', 'acme');
    canaries.push(canary);
    for (let i = 0; i < 30; i += 1) canary.request('GET', '/orders/:id', 200, 60 + i);
    // Five at once, and never again: a series that begins with 5.
    for (let i = 0; i < 5; i += 1) canary.request('GET', '/orders/:id', 500, 16_000);
    await canary.flush();
  }
  for (const process of [...steady.values(), ...recorded]) await process.flush();
  for (const [variant, process] of steady) {
    const more = canaries.find(({ sent: [span] }) => span?.service === `shop-${variant}`);
    sent.set(variant, [...process.sent, ...(more?.sent ?? [])]);
  }
  sent.set('recorded', replayed);
  const last = Date.now() + 2_000;
  await delay(Math.ceil(last / slot) * slot + 5_000 - Date.now());
  for (const process of [...steady.values(), ...canaries, ...recorded]) await process.stop();
});

after(() => {
  for (const source of sources.values()) source.dispose();
});

describe('a backend that counts a part of the calls under another name', () => {
  it('is refused with the remedy', async () => {
    const source = sources.get(splitting);
    assert.ok(source !== undefined);
    const said = await until('a refusal', async () => {
      source.retry();
      const answer = await source.services(never);
      const all = answer.ok
        ? (source.summary() ?? '')
        : `${answer.failure.message} ${answer.failure.remedy ?? ''}`;
      return all.includes('calls_total is left out') && !knows(source, 'shop-releases')
        ? { all }
        : all;
    });
    assert.match(said.all, /counts a part of the calls as \w+\..* without -opentelemetry/);
  });
});

for (const backend of Object.keys(backends).filter((name) => name !== splitting))
  describe(`numbers of ${backend}`, function () {
    this.timeout(180_000);
    for (const [name, variant] of Object.entries(variants)) {
      it(`equal the spans that were sent: span metrics “${name}”`, async () => {
        await compare(backend, variant, sent.get(name) ?? []);
      });
    }
    it(`equal the recorded spans of ${apps.length} applications in two releases`, async () => {
      const releases = variants['releases'];
      assert.ok(releases !== undefined);
      await compare(backend, releases, sent.get('recorded') ?? []);
    });
  });

async function compare(
  backend: string,
  variant: Variant,
  spans: readonly SentSpan[],
): Promise<void> {
  assert.ok(spans.length > 20);
  const source = sources.get(backend);
  assert.ok(source !== undefined);
  const { dimensions } = variant;
  const blind = variant.blind?.test(backend) === true;
  const releases = variant.releases.test(backend);
  const expected = operationsOf(spans, dimensions);
  const found = await findAll(source, expected, dimensions);
  // The last slot settles in its own time: it is over when nothing is missing.
  const all = await until(`${backend}: all calls`, async () => {
    const numbers = await ask(source, found);
    const calls = numbers.map(({ total, callsOut }) => (total ?? callsOut)?.count ?? 0);
    const sum = calls.reduce((a, b) => a + b, 0);
    const timed = numbers.every(({ total, callsOut }) => (total ?? callsOut)?.p50Ms !== undefined);
    return sum >= spans.length * 0.99 && (blind || timed)
      ? numbers
      : `${sum} of ${spans.length}, ${timed ? '' : 'not '}all with durations`;
  });
  for (const [i, { kind, name, service, spans: own }] of expected.entries()) {
    const what = `${backend}: ${kind} ${name} of ${service}`;
    const numbers = all[i];
    // Calls out are shown apart, and not by release.
    const out = kind === 'client' || kind === 'producer';
    const stats = out ? numbers?.callsOut : numbers?.total;
    assert.ok(numbers !== undefined && stats !== undefined, `${what}: nothing`);
    same(stats, own, variant, blind, what);
    if (out) continue;
    const versions = releases ? [...new Set(own.map(({ version }) => version))] : [''];
    const called = numbers.releases.filter(
      ({ stats: { count } }) => count !== undefined && count > 0,
    );
    assert.deepEqual(called.map(({ version }) => version).sort(), versions.toSorted(), what);
    for (const release of called) {
      const part = own.filter(({ version }) => !releases || version === release.version);
      same(release.stats, part, variant, blind, `${what} ${release.version}`);
    }
  }
}

function same(
  stats: FunctionStats,
  spans: readonly SentSpan[],
  { dimensions, bounds }: Variant,
  blind: boolean,
  what: string,
): void {
  const errors = spans.filter((span) => isError(span, dimensions)).length;
  near(stats.count, spans.length, `${what}: calls`);
  near(stats.errors, errors, `${what}: errors`);
  for (const [quantile, q] of [
    [stats.p50Ms, 0.5],
    [stats.p95Ms, 0.95],
    [stats.p99Ms, 0.99],
  ] as const) {
    const truth = trueQuantile(spans, q);
    if (blind) assert.equal(quantile, undefined, `${what}: a percentile without its unit`);
    else
      inTrueBucket(quantile, truth, bounds, `${what}: p${q * 100} of ${spans.length}, ${truth} ms`);
  }
}

function near(shown: number | undefined, truth: number, what: string): void {
  assert.ok(
    shown !== undefined && Math.abs(shown - truth) <= truth * 0.01,
    `${what}: ${shown}, not ${truth}`,
  );
}

function inTrueBucket(
  quantile: Quantile | undefined,
  truth: number,
  bounds: Variant['bounds'],
  what: string,
): void {
  assert.ok(quantile !== undefined, what);
  const said = `${what}: ${JSON.stringify(quantile)}`;
  if (bounds === 'exponential') {
    assert.ok(quantile.low <= truth * 1.0001 && truth <= quantile.high * 1.0001, said);
    assert.ok(quantile.high / quantile.low < 1.1, said);
    return;
  }
  const at = bounds.findIndex((bound) => truth <= bound);
  if (at < 0) {
    assert.equal(quantile.beyond, true, said);
    assert.equal(quantile.value, bounds.at(-1), said);
    return;
  }
  assert.deepEqual([quantile.low, quantile.high], [bounds[at - 1] ?? 0, bounds[at]], said);
  assert.ok(quantile.low <= quantile.value && quantile.value <= quantile.high, said);
}

/** Operations in the order of what is expected. */
function findAll(
  source: BackendMetrics,
  expected: readonly ExpectedOperation[],
  dimensions: boolean,
): Promise<readonly Operation[]> {
  return until('operations', async () => {
    const found = expected.map((one) => source.operations().find((o) => fits(o, one, dimensions)));
    const missing = expected.filter((_, i) => found[i] === undefined);
    if (missing.length === 0) return found.filter((one) => one !== undefined);
    // They, and labels that only they have, came after the look at the backend.
    source.retry();
    await source.services(never);
    for (const service of new Set(missing.map((one) => one.service))) {
      const known = source.operations().find((o) => nameOf(o) === service);
      if (known !== undefined) await ask(source, [known]);
    }
    return missing.map(({ kind, name, route }) => `${kind} ${name} ${route}`).join(', ');
  });
}

async function ask(source: BackendMetrics, operations: readonly Operation[]) {
  const answer = await source.numbers(
    {
      groups: operations.map(({ id, service }) => ({ key: id, service, operations: [id] })),
      window: milliseconds(15 * 60_000),
      seriesPoints: 0,
    },
    never,
  );
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value;
}

const nameOf = ({ service }: Operation): string | undefined => service.split('/').at(-1);

const fits = (one: Operation, expected: ExpectedOperation, dimensions: boolean): boolean =>
  nameOf(one) === expected.service &&
  one.kind === expected.kind &&
  one.name === expected.name &&
  (!dimensions ||
    ((one.http?.method ?? '') === expected.method && (one.http?.route ?? '') === expected.route));

const intervalsOf = (source: BackendMetrics): readonly number[] =>
  (source.report()['services'] as { sampleIntervalMs: number }[]).map((s) => s.sampleIntervalMs);

const knows = (source: BackendMetrics, service: string): boolean =>
  source.operations().some((one) => nameOf(one) === service);

function sourceOf(url: string): BackendMetrics {
  return createPrometheusSource(
    { kind: 'prometheus', url, select: {}, environment: 'test', headers: async () => ok({}) },
    sourcePorts(),
  );
}
