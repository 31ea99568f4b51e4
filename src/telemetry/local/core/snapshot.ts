import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Operation } from '../../../domain/operation.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import type { CoreState } from './coreState.ts';
import type { SeriesState } from './cumulative.ts';
import type { SavedGroup } from './exceptions.ts';
import { withPause, type Pause } from './pauses.ts';
import type { ReleaseRun } from './releases.ts';
import type { MetricsState, ServiceEntry } from './services.ts';
import { SlotSeries, type SlotData } from './slots.ts';
import type { StoredTrace } from './storedTrace.ts';
import type { ShelfKind } from './traceShelves.ts';

/**
 * A snapshot: "PLSN", format version (uint16 LE), SHA-256 of the rest, length of the packed numbers (uint32 LE), numbers (deflated), then the
 * traces, each packed by itself: a trace is packed once, however many snapshots it lives through.
 */
const magic = 'PLSN';
/** Raised with every change of the structures below: an older snapshot is set aside, never misread. */
const formatVersion = 3;
const headerLength = 4 + 2 + 32 + 4;

interface SavedService {
  readonly key: ServiceKey;
  readonly environment: string;
  readonly runs: readonly ReleaseRun[];
  readonly olderVersions: number;
  readonly operations: readonly (readonly [key: string, index: number])[];
  readonly lastSeen: number;
  readonly firstSeen: number;
  readonly lastArrival: number;
  readonly gaps: readonly number[];
  readonly hasSpans: boolean;
  readonly reportRoutes: readonly string[];
  readonly unmatched: readonly string[];
  readonly unmatchedCount: number;
  readonly processes: readonly (readonly [string, number])[];
  readonly metrics: MetricsState;
}

interface SavedTrace {
  readonly traceId: string;
  readonly length: number;
  readonly dropped: number;
  readonly spanCount: number;
  readonly newest: number;
  readonly exceptionType: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
}

type SavedEntry = readonly [
  trace: number,
  spanId: string,
  time: number,
  durationMs: number,
  failed: boolean,
];

interface Saved {
  /** When it was taken: what comes between this and the next start was not observed. */
  readonly at: number;
  readonly pauses: readonly Pause[];
  readonly services: readonly SavedService[];
  readonly operations: readonly Operation[];
  readonly paths: readonly (readonly number[])[];
  /** Service, run, instance. */
  readonly lanes: readonly (readonly [number, number, string])[];
  /** Operation, path, lane, slots. */
  readonly cells: readonly (readonly [number, number, number, readonly SlotData[]])[];
  readonly exceptions: readonly SavedGroup[];
  readonly series: readonly (readonly [string, SeriesState])[];
  readonly traces: readonly SavedTrace[];
  /** Operation, service, run, kind, entries. */
  readonly shelves: readonly (readonly [
    number,
    number,
    number,
    ShelfKind,
    readonly SavedEntry[],
  ])[];
  readonly counts: Readonly<Record<string, number>>;
}

export function writeSnapshot(state: CoreState): Uint8Array {
  const bodies: Uint8Array[] = [];
  const numbers = deflateRawSync(serialize(save(state, bodies)), { level: 1 });
  const length = bodies.reduce((sum, body) => sum + body.length, headerLength + numbers.length);
  const bytes = Buffer.alloc(length);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt16LE(formatVersion, 4);
  bytes.writeUInt32LE(numbers.length, 38);
  bytes.set(numbers, headerLength);
  let at = headerLength + numbers.length;
  for (const body of bodies) {
    bytes.set(body, at);
    at += body.length;
  }
  checksum(bytes).copy(bytes, 6);
  return bytes;
}

const checksum = (bytes: Uint8Array): Buffer =>
  createHash('sha256').update(bytes.subarray(38)).digest();

/** Why the bytes are no snapshot of ours, or undefined. */
export function snapshotProblem(bytes: Uint8Array): string | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < headerLength || view.toString('latin1', 0, 4) !== magic)
    return 'not a snapshot of the local receiver';
  const version = view.readUInt16LE(4);
  if (version !== formatVersion) return `snapshot format ${version}, expected ${formatVersion}`;
  if (!checksum(view).equals(view.subarray(6, 38))) return 'checksum mismatch';
  return undefined;
}

/** Fills an empty state. Throws on a structure that isn't what `snapshotProblem` let through. */
export function readSnapshot(bytes: Uint8Array, state: CoreState): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.readUInt32LE(38);
  const numbers = view.subarray(headerLength, headerLength + length);
  const saved = deserialize(inflateRawSync(numbers)) as Saved;
  load(state, saved, view.subarray(headerLength + length));
}

function save(state: CoreState, bodies: Uint8Array[]): Saved {
  const services = [...state.services.values()];
  const runs = new Map(services.flatMap((s) => s.releases.runs.map((run, i) => [run, i] as const)));
  const traces = [...state.traces.all()].filter((trace) => !trace.open);
  const numbers = new Map(traces.map((trace, i) => [trace, i]));
  return {
    at: state.now,
    pauses: state.pauses,
    services: services.map(saveService),
    operations: state.operations.list,
    paths: state.paths.toArrays(),
    lanes: state.cells.lanes.map((l) => [l.service.index, runs.get(l.run) ?? 0, l.instance]),
    cells: [...state.cells.all()].map((c) => [
      c.operation.index,
      c.path,
      c.lane.index,
      c.series.toData(),
    ]),
    exceptions: state.exceptions.toData(),
    series: [...state.series],
    traces: traces.map((trace) => {
      const body = state.traces.pack(trace);
      bodies.push(body);
      return saveTrace(trace, body.length);
    }),
    shelves: saveShelves(state, runs, numbers),
    counts: state.counts,
  };
}

function saveService(service: ServiceEntry): SavedService {
  const { releases, operations, reportRoutes, processes } = service;
  const { key, environment, lastSeen, firstSeen, lastArrival, gaps, hasSpans, metrics } = service;
  return {
    ...{ key, environment, lastSeen, firstSeen, lastArrival, gaps, hasSpans, metrics },
    unmatched: service.unmatched,
    unmatchedCount: service.unmatchedCount,
    runs: releases.runs,
    olderVersions: releases.olderVersions,
    operations: [...operations].map(([text, operation]) => [text, operation.index]),
    reportRoutes: [...reportRoutes],
    processes: [...processes],
  };
}

const saveTrace = (trace: StoredTrace, length: number): SavedTrace => ({
  traceId: trace.traceId,
  length,
  dropped: trace.dropped,
  spanCount: trace.spanCount,
  newest: trace.newest,
  exceptionType: trace.exceptionType,
  startMs: trace.startMs,
  endMs: trace.endMs,
  failed: trace.failed,
});

function saveShelves(
  state: CoreState,
  runs: ReadonlyMap<ReleaseRun, number>,
  numbers: ReadonlyMap<StoredTrace, number>,
): Saved['shelves'] {
  const shelves: Saved['shelves'][number][] = [];
  for (const { operation, run, shelf } of state.traces.allShelves()) {
    const service = state.operations.entries[operation]?.service.index ?? 0;
    for (const kind of ['recent', 'slow', 'failed'] as const) {
      const entries = shelf[kind].flatMap((e): SavedEntry[] => {
        const trace = numbers.get(e.trace);
        return trace === undefined ? [] : [[trace, e.spanId, e.time, e.durationMs, e.failed]];
      });
      if (entries.length > 0) shelves.push([operation, service, runs.get(run) ?? 0, kind, entries]);
    }
  }
  return shelves;
}

function load(state: CoreState, saved: Saved, bodies: Uint8Array): void {
  state.pauses = withPause(saved.pauses, { from: saved.at, to: state.began });
  const services = saved.services.map((s) => loadService(state, s));
  const keys = new Map(
    saved.services.flatMap((s) => s.operations.map(([k, i]) => [i, k] as const)),
  );
  for (const [i, operation] of saved.operations.entries()) {
    const service = state.services.get(operation.service, operation.environment ?? '');
    if (service === undefined) throw new Error('operation of no service');
    state.operations.restore(service, operation, keys.get(i) ?? '');
  }
  state.paths.restore(saved.paths);
  const lanes = saved.lanes.map(([service, run, instance]) => {
    const owner = required(services[service]);
    return state.cells.lane(owner, required(owner.releases.runs[run]), instance);
  });
  for (const [operation, path, lane, slots] of saved.cells)
    state.cells.restore(
      required(state.operations.entries[operation]),
      path,
      required(lanes[lane]),
      SlotSeries.fromData(slots),
    );
  state.exceptions.restore(saved.exceptions);
  for (const [key, series] of saved.series) state.series.set(key, series);
  Object.assign(state.counts, saved.counts);
  loadTraces(state, saved, services, bodies);
}

function loadService(state: CoreState, saved: SavedService): ServiceEntry {
  const service = state.services.add(saved.key, saved.environment, saved.firstSeen);
  service.releases.restore(saved.runs);
  service.releases.olderVersions = saved.olderVersions;
  service.lastSeen = saved.lastSeen;
  service.lastArrival = saved.lastArrival;
  service.gaps.push(...saved.gaps);
  service.hasSpans = saved.hasSpans;
  for (const scope of saved.reportRoutes) service.reportRoutes.add(scope);
  service.unmatched.push(...saved.unmatched);
  service.unmatchedCount = saved.unmatchedCount;
  for (const [process, time] of saved.processes) service.processes.set(process, time);
  Object.assign(service.metrics, saved.metrics);
  return service;
}

function loadTraces(
  state: CoreState,
  saved: Saved,
  services: readonly ServiceEntry[],
  bodies: Uint8Array,
): void {
  let at = 0;
  const traces = saved.traces.map((s) => {
    // Copied out: a view would keep the whole snapshot in memory.
    const body = bodies.slice(at, at + s.length);
    at += s.length;
    return state.traces.restoreTrace(s.traceId, (trace) => {
      trace.restorePacked(Uint8Array.from(body));
      trace.dropped = s.dropped;
      trace.spanCount = s.spanCount;
      trace.newest = s.newest;
      trace.exceptionType = s.exceptionType;
      trace.startMs = s.startMs;
      trace.endMs = s.endMs;
      trace.failed = s.failed;
    });
  });
  for (const [operation, service, run, kind, entries] of saved.shelves)
    for (const [trace, spanId, time, durationMs, failed] of entries)
      state.traces.restoreEntry(
        required(state.operations.entries[operation]),
        required(services[service]?.releases.runs[run]),
        kind,
        { trace: required(traces[trace]), spanId, time, durationMs, failed },
      );
  state.traces.restored();
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a reference of the snapshot points nowhere');
  return value;
}
