import assert from 'node:assert/strict';
import type { Operation } from '../../src/domain/operation.ts';
import { ok } from '../../src/domain/result.ts';
import type { FunctionNumbers } from '../../src/domain/stats.ts';
import { milliseconds } from '../../src/domain/units.ts';
import { createExchange, type FormExchange } from '../../src/http/exchange.ts';
import type { BackendMetrics } from '../../src/telemetry/backend.ts';
import { PrometheusSource } from '../../src/telemetry/prometheus/source.ts';
import { sourcePorts } from './sourcePorts.ts';

const never = new AbortController().signal;

/** What a source finds at a backend that has one operation, and everything it asked there. */
export interface OnlyOperation {
  /** To be disposed. */
  readonly source: PrometheusSource;
  readonly operation: Operation;
  readonly numbers: FunctionNumbers;
  readonly asked: readonly URL[];
}

/** Asks once, as a window that has just been opened does. */
export async function askOnlyOperation(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  window = 3_600_000,
): Promise<OnlyOperation> {
  const { source, asked } = recordedSource(url, headers);
  const services = await source.services();
  assert.ok(services.ok, JSON.stringify(services));
  const operations = source.operations();
  const [operation] = operations;
  assert.ok(operation !== undefined && operations.length === 1, JSON.stringify(operations));
  const numbers = await numbersOf(source, operation, window);
  return { source, operation, numbers, asked };
}

/** Of one operation, as those of a function. @param window milliseconds */
export async function numbersOf(
  source: BackendMetrics,
  { service, id }: Operation,
  window: number,
): Promise<FunctionNumbers> {
  const answer = await source.numbers(
    {
      groups: [{ key: 'f', service, operations: [id] }],
      window: milliseconds(window),
      seriesPoints: 0,
    },
    never,
  );
  assert.ok(answer.ok && answer.value[0] !== undefined, JSON.stringify(answer));
  return answer.value[0];
}

/** A source whose questions are written down. */
export function recordedSource(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): { readonly source: PrometheusSource; readonly asked: readonly URL[] } {
  const asked: URL[] = [];
  const exchange = createExchange({ timeout: 30_000, maxBytes: 32_000_000 });
  const recording: FormExchange = {
    get: (address, signal, sent) => {
      asked.push(new URL(address));
      return exchange.get(address, signal, sent);
    },
    post: (...question) => exchange.post(...question),
  };
  const source = new PrometheusSource(
    { kind: 'prometheus', url, select: {}, environment: 'test', headers: async () => ok(headers) },
    sourcePorts({ refreshEvery: () => milliseconds(60_000) }),
    recording,
  );
  return { source, asked };
}

/** The queries of ranges among what was asked. */
export const rangesOf = (asked: readonly URL[]): readonly string[] =>
  asked
    .filter(({ pathname }) => pathname.endsWith('/query_range'))
    .map(({ searchParams }) => searchParams.get('query') ?? '');
