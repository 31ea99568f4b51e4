import type { Comparison } from '../../../../src/domain/stats.ts';
import type { Operation } from '../../../../src/domain/operation.ts';
import type { FunctionNumbers } from '../../../../src/domain/stats.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import { milliseconds, unixMillis, type UnixMillis } from '../../../../src/domain/units.ts';
import type { Select } from '../../../../src/telemetry/ports.ts';
import { createTelemetryCore } from '../../../../src/telemetry/local/core/telemetryCore.ts';
import type { CoreOptions, TelemetryCore } from '../../../../src/telemetry/local/core.ts';
import type {
  Attributes,
  EventRecord,
  MetricRecord,
  ResourceRecord,
  SpanRecord,
  Timestamp,
} from '../../../../src/telemetry/local/model.ts';

/** A round moment; every test's clock starts here. */
export const t0 = unixMillis(1_790_000_000_000);
export const at = (ms: number): UnixMillis => unixMillis(t0 + ms);

export const timestamp = (unixMs: number): Timestamp => {
  const seconds = Math.floor(unixMs / 1000);
  return { seconds, nanos: Math.round((unixMs - seconds * 1000) * 1e6) };
};

export const resource = (over: Partial<ResourceRecord> = {}): ResourceRecord => ({
  service: serviceKey('shop'),
  release: '1.0.0',
  instance: '',
  environment: '',
  attributes: {},
  ...over,
});

const shop = resource();
let ids = 0;
export const nextId = (length = 16): string => (++ids).toString(16).padStart(length, '0');

export interface SpanOptions extends Partial<Omit<SpanRecord, 'start' | 'durationNanos'>> {
  /** End, Unix milliseconds; default: `t0`. */
  readonly end?: number;
  /** Milliseconds; default 10. */
  readonly ms?: number;
}

export function span(options: SpanOptions = {}): SpanRecord {
  const { end = t0, ms = 10, ...rest } = options;
  return {
    resource: shop,
    scope: 'test',
    traceId: nextId(32),
    spanId: nextId(),
    parentSpanId: '',
    traceState: '',
    name: 'work',
    kind: 'internal',
    start: timestamp(end - ms),
    durationNanos: Math.round(ms * 1e6),
    status: 'unset',
    statusMessage: '',
    attributes: {},
    events: [],
    links: [],
    ...rest,
  };
}

/** A SERVER span of an HTTP request. */
export const request = (
  route: string | undefined,
  options: SpanOptions & { readonly method?: string; readonly code?: number } = {},
): SpanRecord => {
  const { method = 'GET', code = 200, attributes, ...rest } = options;
  return span({
    kind: 'server',
    name: route === undefined ? method : `${method} ${route}`,
    scope: 'http',
    ...rest,
    attributes: {
      'http.request.method': method,
      'http.response.status_code': code,
      ...(route === undefined ? {} : { 'http.route': route }),
      ...attributes,
    },
  });
};

export const child = (of: SpanRecord, options: SpanOptions = {}): SpanRecord =>
  span({
    traceId: of.traceId,
    parentSpanId: of.spanId,
    resource: of.resource,
    end: of.start.seconds * 1000 + of.start.nanos / 1e6 + of.durationNanos / 1e6,
    ...options,
  });

export const exception = (type: string, message: string, stack?: string): EventRecord => ({
  name: 'exception',
  time: timestamp(t0),
  attributes: {
    'exception.type': type,
    'exception.message': message,
    ...(stack === undefined ? {} : { 'exception.stacktrace': stack }),
  },
});

export const histogramMetric = (options: {
  readonly name?: string;
  readonly unit?: string;
  readonly start: number;
  readonly time: number;
  readonly counts: readonly number[];
  readonly bounds?: readonly number[];
  readonly attributes?: Attributes;
  readonly resource?: ResourceRecord;
  readonly temporality?: MetricRecord['temporality'];
}): MetricRecord => ({
  resource: options.resource ?? shop,
  scope: 'http',
  name: options.name ?? 'http.server.request.duration',
  unit: options.unit ?? 's',
  temporality: options.temporality ?? 'cumulative',
  attributes: options.attributes ?? {
    'http.request.method': 'GET',
    'http.route': '/a',
    'http.response.status_code': 200,
  },
  start: timestamp(options.start),
  time: timestamp(options.time),
  value: {
    type: 'histogram',
    histogram: {
      count: options.counts.reduce((sum, n) => sum + n, 0),
      data: {
        layout: 'explicit',
        bounds: options.bounds ?? [0.1, 0.5, 1],
        counts: options.counts,
      },
    },
  },
});

export const noVerdict = (
  candidate: { version: string },
  baseline: { version: string },
  context: { basis: Comparison['basis'] },
): Comparison => ({
  verdict: 'tooFew',
  release: candidate.version,
  baseline: baseline.version,
  basis: context.basis,
  findings: [],
});

export const newCore = (options: Partial<CoreOptions> = {}): TelemetryCore =>
  createTelemetryCore({ now: t0, compare: noVerdict, ...options });

export const operationsOf = (
  core: TelemetryCore,
  wanted: (operation: Operation) => boolean,
): readonly Operation[] => core.operations().operations.filter(wanted);

/** Numbers of a function that owns the operations wanted. */
export function numbers(
  core: TelemetryCore,
  wanted: (operation: Operation) => boolean,
  now: UnixMillis,
  options: {
    readonly window?: number;
    readonly since?: UnixMillis;
    readonly points?: number;
    readonly select?: Select;
  } = {},
): FunctionNumbers {
  const operations = operationsOf(core, wanted);
  const service = operations[0]?.service ?? serviceKey('shop');
  const answer = core.numbers(
    {
      groups: [{ key: 'f', service, operations: operations.map((o) => o.id) }],
      window: milliseconds(options.window ?? 3_600_000),
      seriesPoints: options.points ?? 0,
      ...(options.select === undefined ? {} : { select: options.select }),
      ...(options.since === undefined ? {} : { since: options.since }),
    },
    now,
  )[0];
  if (answer === undefined) throw new Error('no answer');
  return answer;
}
