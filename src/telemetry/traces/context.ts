import type { Operation, OperationId } from '../../domain/operation.ts';
import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { Trace } from '../../domain/trace.ts';
import type { HttpExchange } from '../../http/exchange.ts';
import type { DecodeAway } from '../decodeContract.ts';
import type { Select, TraceQuery, TraceSource } from '../ports.ts';
import type { BackendMetrics, BackendPorts, Connection } from '../backend.ts';
import type { SampledSource } from '../sampled/source.ts';
import type { TraceSearch } from '../sampled/traceSearch.ts';
import type { ApiConnection } from './api.ts';
import type { Naming } from './naming.ts';
import type { Wanted } from './wanted.ts';
import { isElsewhere } from './wanted.ts';

/** What every adapter of a trace backend is given. */
export interface TraceBackendContext {
  readonly connection: ApiConnection & { readonly select: Select };
  readonly exchange: HttpExchange;
  /** What an id in a query stands for; undefined for one of another source. */
  readonly operation: (id: OperationId) => Operation | undefined;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly decodeAway?: DecodeAway;
}

/** A trace backend that samples are taken from as well. */
export interface SampledTraceSource extends TraceSource {
  readonly sampling: TraceSearch;
  /** Numbers that the backend has beside its traces; what they don't tell is left to the sample. Absent: it has none. */
  readonly ownNumbers?: (
    sample: SampledSource,
    connection: Connection,
    ports: BackendPorts,
  ) => BackendMetrics;
}

/** A query with its operations known; ids that nobody knows any more are no reason to show other operations' traces. */
export function wantedOf(
  query: TraceQuery,
  { connection, operation }: TraceBackendContext,
  naming: Naming,
): Result<Wanted> {
  const operations = query.operations.map(operation).filter((known) => known !== undefined);
  if (query.operations.length > 0 && operations.length === 0)
    return fail(
      'unsupported',
      'What this function is called in the telemetry isn’t known any more.',
      'Run “Prodlens: Refresh” and try again.',
    );
  return ok({
    service: query.service,
    operations,
    kind: query.kind,
    select: { ...connection.select, ...query.select },
    ...(query.release === undefined ? {} : { release: query.release }),
    attributes: query.attributes ?? [],
    limit: Math.max(1, query.limit),
    naming,
  });
}

const mostNames = 4;

/**
 * The span names to ask for: those of the backend that the operations' calls have. Undefined, any: where there are no operations, none
 * of their names is known there, or so many that one question is better.
 */
export function spanNamesToAsk(
  wanted: Wanted,
  candidates: readonly string[],
): readonly (string | undefined)[] {
  const names = candidates.slice(0, mostNames + 1);
  return wanted.operations.length === 0 || names.length === 0 || names.length > mostNames
    ? [undefined]
    : names;
}

/** The trace of an id as it was found, if it was, and if it is one of the connection's own environment. */
export function foundTrace(
  backend: string,
  traceId: string,
  trace: Trace | undefined,
  { connection }: TraceBackendContext,
): Result<Trace> {
  if (trace === undefined) return notFoundIn(backend, traceId);
  return isElsewhere(trace, connection.select) ? elsewhere(backend, traceId) : ok(trace);
}

export const notFoundIn = (backend: string, traceId: string): Result<never> =>
  fail(
    'notFound',
    `${backend} has no trace ${traceId}.`,
    'It may be older than what is kept, not sampled, or not yet complete.',
  );

const elsewhere = (backend: string, traceId: string): Result<never> =>
  fail(
    'notFound',
    `The trace ${traceId} in ${backend} is of another environment than “select” names.`,
    'Choose the environment that it belongs to.',
  );

/** A service that the backend doesn't list. */
export const unknownService = (
  backend: string,
  service: string,
  known: readonly string[],
): Result<never> =>
  fail(
    'notFound',
    `${backend} knows no service ${service}.`,
    known.length === 0
      ? 'It knows none yet: check that traces are sent to it.'
      : `It knows ${known
          .slice(0, 5)
          .map((name) => name.slice(0, 60))
          .join(', ')}${known.length > 5 ? ` and ${known.length - 5} more` : ''}.`,
  );

/** 32 lower-case hex digits. Nothing else becomes a part of a URL. */
export const isTraceId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);
