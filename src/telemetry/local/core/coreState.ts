import { randomUUID } from 'node:crypto';
import type { CompareReleases } from '../../../domain/comparison.ts';
import type { CoreOptions } from '../core.ts';
import { Cells } from './cells.ts';
import type { SeriesState } from './cumulative.ts';
import { Exceptions } from './exceptions.ts';
import { Operations } from './operations.ts';
import { PathTable } from './paths.ts';
import type { MetricsIngest } from './metricsIngest.ts';
import type { Pause } from './pauses.ts';
import type { QueryData, SourceTraits } from './queryData.ts';
import { ServiceTable } from './serviceTable.ts';
import type { SpanIngest } from './spanIngest.ts';
import { TraceStore } from './traceStore.ts';

const mebibyte = 1024 * 1024;
const defaultLimit = 256 * mebibyte;
/** security.md: whole traces at most 64 MB. */
const mostTraceBytes = 64 * mebibyte;

/** Everything that is known, with its bounds. Ingest writes it, queries read it. */
export class CoreState {
  readonly services = new ServiceTable();
  readonly operations: Operations;
  readonly paths = new PathTable();
  readonly cells = new Cells(this.paths);
  readonly exceptions = new Exceptions(this.paths);
  readonly traces: TraceStore;
  /** Metric series by identity. */
  readonly series = new Map<string, SeriesState>();
  /** In order of time. */
  pauses: readonly Pause[] = [];
  readonly counts: Record<string, number> = {};
  readonly epoch = randomUUID();
  readonly limits: { readonly assembly: number; readonly numbers: number };
  now: number;

  readonly began: number;
  private readonly traits: SourceTraits | undefined;

  constructor(options: CoreOptions, began: number) {
    this.began = began;
    this.operations = new Operations(options.origin);
    this.traits = options.traits;
    this.now = began;
    const limit = options.memoryLimitBytes ?? defaultLimit;
    this.traces = new TraceStore(Math.min(mostTraceBytes, limit / 4));
    this.limits = { assembly: limit * 0.375, numbers: limit * 0.375 };
  }

  count(what: string, times = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + times;
  }

  /** Once a minute: old slots become coarser, old traces and exceptions go, bounds are kept. */
  tidy(): void {
    this.cells.compact(this.now);
    if (this.cells.bytes() > this.limits.numbers) {
      const from = this.cells.shrink(this.limits.numbers * 0.9, this.now);
      // What was forgotten isn't observed any more: windows begin after it.
      for (const service of this.services.values()) {
        service.firstSeen = Math.max(service.firstSeen, from);
        service.metrics.observedFrom = Math.max(service.metrics.observedFrom, from);
      }
    }
    this.exceptions.forgetOld(this.now);
    this.traces.tidy(this.now);
  }

  queryData(compare: CompareReleases): QueryData {
    const { services, operations, cells, paths, exceptions, began, pauses, traits } = this;
    return {
      ...{ services, operations, cells, paths, exceptions, compare, began, pauses },
      ...(traits === undefined ? {} : { traits }),
    };
  }

  countersWith(ingest: SpanIngest): Readonly<Record<string, number>> {
    return {
      ...this.counts,
      services: this.services.size,
      operations: this.operations.list.length,
      'operations.overflow': this.operations.overflowed,
      'paths.overflow': this.paths.overflowed + this.cells.pathOverflows,
      'numbers.evictedSlots': this.cells.evictedSlots,
      'traces.kept': this.traces.size,
      'traces.recent': this.traces.recent.size,
      'traces.recentBytes': this.traces.recent.bytes,
      'traces.evicted': this.traces.evicted,
      'traces.open': ingest.assemblies.traces,
      'traces.cutShort': ingest.assemblies.cutShort,
      'spans.open': ingest.assemblies.spans,
      'exceptions.dropped': this.exceptions.dropped,
    };
  }

  memoryWith(ingest: SpanIngest, metrics: MetricsIngest): Readonly<Record<string, number>> {
    return {
      assembly: ingest.assemblies.bytes,
      duplicates: ingest.duplicateBytes,
      numbers: this.cells.bytes(),
      operations: this.operations.bytes,
      exceptions: this.exceptions.bytes,
      metrics: metrics.bytes,
      traces: this.traces.bytes,
    };
  }
}
