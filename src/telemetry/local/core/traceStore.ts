import type { TraceSummary } from '../../../domain/trace.ts';
import { milliseconds, unixMillis } from '../../../domain/units.ts';
import type { AttributeFilter } from '../../ports.ts';
import type { Attributes } from '../model.ts';
import type { SpanNode } from './assembly.ts';
import { hasException } from './errors.ts';
import { readException } from './exceptions.ts';
import type { OperationEntry } from './operations.ts';
import { RecentTraces } from './recentTraces.ts';
import type { ReleaseRun } from './releases.ts';
import { StoredTrace } from './storedTrace.ts';
import { Shelf, type ShelfEntry, type ShelfKind } from './traceShelves.ts';

const keep = 24 * 60 * 60_000;
const perEntryOperation = 6;
const perInnerOperation = 3;

/** Share of the store's bytes for recent traces that no shelf wants. */
const recentShare = 0.25;

/**
 * Bounded store of whole traces: recent, slowest and failed ones per operation and release, and while there is room all of the last
 * minutes. At most 24 h old.
 */
export class TraceStore {
  /** In order of first sight. */
  private readonly traces = new Map<string, StoredTrace>();
  /** By operation index, then by release run. */
  private readonly shelves: (Map<ReleaseRun, Shelf> | undefined)[] = [];
  private held = 0;
  evicted = 0;

  /** Those on no shelf. */
  readonly recent: RecentTraces;
  private readonly mostBytes: number;

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
    this.recent = new RecentTraces(mostBytes * recentShare);
  }

  get bytes(): number {
    return this.held;
  }

  get size(): number {
    return this.traces.size;
  }

  get(traceId: string): StoredTrace | undefined {
    return this.traces.get(traceId);
  }

  /** Takes resolved spans of a trace whose assembly may still run. */
  offer(traceId: string, nodes: readonly SpanNode[]): void {
    if (nodes.length === 0) return;
    let trace = this.traces.get(traceId);
    if (trace === undefined) {
      trace = new StoredTrace(traceId, (unwanted) => this.unshelved(unwanted));
      this.traces.set(traceId, trace);
    }
    trace.open = true;
    for (const node of nodes) this.take(trace, node);
    this.account(trace);
  }

  /** The trace is over: it stays while a shelf wants it, or as one of the last minutes. */
  closed(traceId: string): void {
    const trace = this.traces.get(traceId);
    if (trace === undefined) return;
    trace.open = false;
    trace.release();
  }

  /** Forgets what is too old, then the least useful until the rest fits. */
  tidy(now: number): void {
    for (const trace of this.traces.values())
      if (now - trace.newest > keep && !trace.open) this.drop(trace);
    if (this.held <= this.mostBytes) return;
    const goal = this.mostBytes * 0.9;
    this.leave(this.recent.shrink(Math.max(0, this.recent.bytes - (this.held - goal))));
    if (this.held <= goal) return;
    const wanted = this.slowOrFailed();
    for (const trace of this.traces.values()) {
      if (this.held <= goal) return;
      if (!wanted.has(trace)) this.evict(trace);
    }
    for (const trace of this.traces.values()) {
      if (this.held <= goal) return;
      this.evict(trace);
    }
  }

  get over(): boolean {
    return this.held > this.mostBytes;
  }

  search(
    operations: Iterable<OperationEntry>,
    kind: ShelfKind,
    release: string | undefined,
    limit: number,
    attributes: readonly AttributeFilter[] = [],
  ): TraceSummary[] {
    const best = new Map<string, { entry: ShelfEntry; row: TraceSummary }>();
    for (const operation of operations)
      for (const [run, shelf] of this.shelves[operation.index] ?? []) {
        if (release !== undefined && run.version !== release) continue;
        for (const entry of listOf(shelf, kind)) {
          if (entry.trace.evicted) continue;
          const known = best.get(entry.trace.traceId);
          if (known !== undefined && known.entry.durationMs >= entry.durationMs) continue;
          best.set(entry.trace.traceId, { entry, row: summary(entry, operation, run.version) });
        }
      }
    const rows = [...best.values()];
    rows.sort((a, b) =>
      kind === 'slow' ? b.entry.durationMs - a.entry.durationMs : b.entry.time - a.entry.time,
    );
    // Reading a packed trace costs: only as many as are wanted, in order.
    const found: TraceSummary[] = [];
    for (const { entry, row } of rows) {
      if (found.length >= limit) break;
      if (attributes.length === 0 || carries(entry.trace, attributes)) found.push(row);
    }
    return found;
  }

  /** For snapshots: every trace and every shelf. */
  *all(): Iterable<StoredTrace> {
    yield* this.traces.values();
  }

  *allShelves(): Iterable<{ operation: number; run: ReleaseRun; shelf: Shelf }> {
    for (const [operation, runs] of this.shelves.entries())
      for (const [run, shelf] of runs ?? []) yield { operation, run, shelf };
  }

  restoreTrace(traceId: string, fill: (trace: StoredTrace) => void): StoredTrace {
    const trace = new StoredTrace(traceId, (unwanted) => this.unshelved(unwanted));
    fill(trace);
    trace.open = false;
    this.traces.set(traceId, trace);
    this.account(trace);
    return trace;
  }

  /** After the shelves are filled: the traces that stand on none are recent ones. */
  restored(): void {
    for (const trace of this.traces.values()) trace.release();
  }

  restoreEntry(operation: OperationEntry, run: ReleaseRun, kind: ShelfKind, e: ShelfEntry): void {
    e.trace.references += 1;
    listOf(this.shelf(operation, run), kind).push(e);
  }

  /** Packs what is over: less memory, and ready for the next snapshot. */
  pack(trace: StoredTrace): Uint8Array {
    const packed = trace.pack();
    this.account(trace);
    return packed;
  }

  private take(trace: StoredTrace, node: SpanNode): void {
    const { operation, cell, span } = node;
    if (operation === undefined || cell === undefined) return;
    const durationMs = span.durationNanos / 1e6;
    const failed = node.outcome === 'error';
    const startMs = span.start.seconds * 1000 + span.start.nanos / 1e6;
    trace.add(
      { span, operation: operation.index, failed },
      node.bytes,
      startMs,
      startMs + Math.max(0, durationMs),
    );
    if (failed && trace.exceptionType === undefined && hasException(span))
      trace.exceptionType = span.events.map(readException).find((e) => e !== undefined)?.type;
    this.shelf(operation, cell.lane.run).offer({
      trace,
      spanId: span.spanId,
      time: node.time,
      durationMs,
      failed,
    });
  }

  private shelf(operation: OperationEntry, run: ReleaseRun): Shelf {
    let runs = this.shelves[operation.index];
    if (runs === undefined) {
      runs = new Map();
      this.shelves[operation.index] = runs;
    }
    let shelf = runs.get(run);
    if (shelf === undefined) {
      shelf = new Shelf(operation.entry ? perEntryOperation : perInnerOperation);
      runs.set(run, shelf);
    }
    return shelf;
  }

  private unshelved(trace: StoredTrace): void {
    if (!trace.evicted) this.leave(this.recent.add(trace));
  }

  /** These are no recent ones any more: what no shelf took meanwhile goes. */
  private leave(traces: readonly StoredTrace[]): void {
    for (const trace of traces) if (trace.references <= 0 && !trace.open) this.drop(trace);
  }

  private slowOrFailed(): Set<StoredTrace> {
    const wanted = new Set<StoredTrace>();
    for (const { shelf } of this.allShelves()) {
      for (const entry of shelf.slow) wanted.add(entry.trace);
      for (const entry of shelf.failed) wanted.add(entry.trace);
    }
    return wanted;
  }

  private evict(trace: StoredTrace): void {
    this.evicted += 1;
    this.drop(trace);
  }

  /** Brings the count up to what the trace holds now; a trace that was dropped meanwhile holds nothing. */
  private account(trace: StoredTrace): void {
    if (trace.evicted) return;
    const more = trace.bytes - trace.accounted;
    this.held += more;
    this.recent.grown(trace, more);
    trace.accounted = trace.bytes;
  }

  private drop(trace: StoredTrace): void {
    if (trace.evicted) return;
    trace.evicted = true;
    this.recent.remove(trace);
    this.held -= trace.accounted;
    trace.accounted = 0;
    this.traces.delete(trace.traceId);
  }
}

const listOf = (shelf: Shelf, kind: ShelfKind): ShelfEntry[] =>
  kind === 'recent' ? shelf.recent : kind === 'slow' ? shelf.slow : shelf.failed;

/** Each of the attributes is on some span of the trace, or on its resource. */
function carries(trace: StoredTrace, wanted: readonly AttributeFilter[]): boolean {
  const spans = trace.read();
  return wanted.every(({ key, value }) =>
    spans.some(
      ({ span }) =>
        textOf(span.attributes, key) === value || textOf(span.resource.attributes, key) === value,
    ),
  );
}

function textOf(attributes: Attributes, key: string): string | undefined {
  if (!Object.hasOwn(attributes, key)) return undefined;
  const value = attributes[key];
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function summary(entry: ShelfEntry, operation: OperationEntry, release: string): TraceSummary {
  const { trace } = entry;
  return {
    traceId: trace.traceId,
    spanId: entry.spanId,
    startedAt: unixMillis(Math.round(entry.time - Math.max(0, entry.durationMs))),
    duration: milliseconds(entry.durationMs),
    failed: entry.failed,
    release,
    service: operation.service.key,
    name: operation.operation.name,
    spanCount: trace.spanCount + trace.dropped,
    ...(trace.exceptionType === undefined ? {} : { exceptionType: trace.exceptionType }),
  };
}
