import type { Histogram } from '../../../domain/histogram.ts';
import type { OperationId } from '../../../domain/operation.ts';
import type { Cell } from '../../local/core/cells.ts';
import type { CoreState } from '../../local/core/coreState.ts';
import type { OperationEntry } from '../../local/core/operations.ts';
import { rootPath } from '../../local/core/paths.ts';
import { noteArrival, type ServiceEntry } from '../../local/core/services.ts';
import { joined, tiers } from '../../local/core/slots.ts';
import { rowKey, type BucketRow } from '../bucketRows.ts';
import { CallsByEnd } from './callsByEnd.ts';
import { narrowingLabel, type Found } from '../look/discovery.ts';
import { difference } from './histogramGrowth.ts';
import type { ProcessReleases } from '../releases/processReleases.ts';
import { readRow, type RowMeaning } from '../readRow.ts';
import { besideLabel, errorsLabel } from '../selector.ts';
import type { Chunk } from './slotGrid.ts';
import type { MatrixRow } from '../wire.ts';

export interface SlotWriterOptions {
  readonly state: CoreState;
  readonly found: Found;
  /** Rows of the service's other calls are read by this. */
  readonly beside?: Found;
  /** Distance of samples, and the shortest slot, milliseconds. */
  readonly interval: number;
  readonly step: number;
  /** How often new slots are asked for, milliseconds. */
  readonly refreshEvery: () => number;
  /** Tells operations of this connection from those of others. */
  readonly identity: string;
  /** From when on slots were asked for. */
  readonly from: () => number;
  /** Which release each process was of, where the calls' labels don't say it. */
  readonly timeline?: Pick<ProcessReleases, 'at'>;
}

/** The live interval of a backend (docs/semantics.md, "Time"), or four samples if that is longer. */
const liveFor = 5 * 60_000;

/** The longest window. Of what ended before it no durations are read any more: without its calls they are left out. */
const rememberedFor = tiers.at(-2)?.keep ?? 0;

interface Row {
  readonly labels: MatrixRow['labels'];
  readonly meaning: RowMeaning;
  readonly service: ServiceEntry;
  readonly operation: OperationEntry;
  /** All rows of the same calls' operation and process: they differ in how calls ended. */
  readonly kin: Row[];
  readonly calls: CallsByEnd;
  /** Counts of buckets of the newest slots: what is asked for again replaces them. */
  readonly buckets: Map<number, Histogram>;
}

/** Writes what a backend answers into slots: each step's growth at the end of its slot. */
export class SlotWriter {
  readonly #options: SlotWriterOptions;
  readonly #rows = new Map<string, Row | undefined>();
  readonly #kin = new Map<string, Row[]>();
  readonly #keys = new Map<OperationId, Set<string>>();
  #firstData = 0;
  /** Rows tell HTTP statuses, so that client errors are counted. */
  seesStatus = false;

  constructor(options: SlotWriterOptions) {
    this.#options = options;
    this.seesStatus = [options.found, options.beside].some(
      (found) =>
        found !== undefined &&
        found.convention.reads !== 'functions' &&
        ['http.response.status_code', 'http.status_code', 'status'].some((attribute) =>
          found.attributes.has(attribute),
        ),
    );
  }

  /** Values that queries narrow an operation by. */
  keysOf(operation: OperationId): ReadonlySet<string> {
    return this.#keys.get(operation) ?? new Set();
  }

  /** Forgets the calls of processes that ended long ago. */
  tidy(now: number): void {
    const newestOf = ({ calls, buckets }: Row): number => Math.max(calls.newest, ...buckets.keys());
    const gone = new Set<Row | undefined>([undefined]);
    for (const [key, kin] of this.#kin) {
      if (kin.some((row) => newestOf(row) >= now - rememberedFor)) continue;
      this.#kin.delete(key);
      for (const row of kin) gone.add(row);
    }
    for (const [key, row] of this.#rows) if (gone.has(row)) this.#rows.delete(key);
  }

  /** In steps: a large service's rows take longer than others can wait. */
  *calls(rows: readonly MatrixRow[], chunk: Chunk, now: number): Generator<void, void> {
    const byEnd = new Map<number, { readonly row: Row; readonly value: number }[]>();
    for (const { labels, samples } of rows) {
      const row = this.#row(labels);
      if (row === undefined) continue;
      for (const [seconds, value] of samples) {
        const at = Math.round(seconds * 1000);
        const events = byEnd.get(at);
        if (events === undefined) byEnd.set(at, [{ row, value }]);
        else events.push({ row, value });
      }
      yield;
    }
    // In order of time: which run of a release a call belongs to depends on what came before.
    for (const [at, events] of [...byEnd].sort(([a], [b]) => a - b))
      for (const { row, value } of events) {
        this.#call(row, at, value, chunk, now);
        yield;
      }
  }

  #call(row: Row, at: number, value: number, chunk: Chunk, now: number): void {
    const { service, meaning, operation, calls } = row;
    this.#noteSample(service, at, chunk);
    const before = calls.at(at);
    const added = value - before;
    calls.set(at, Math.max(value, before), now);
    if (!(added > 0)) return;
    const cell = this.#cell(row, at, chunk.step);
    const slot = cell.series.at(at - 1, now);
    if (slot === undefined) return;
    if (meaning.onlyErrors) {
      slot.errors += added;
      return;
    }
    slot.calls += added;
    slot.spans += added;
    if (meaning.outcome === 'error') slot.errors += added;
    if (meaning.outcome === 'clientError') slot.clientErrors += added;
    // The newest sample is at most one interval older than the slot's end.
    slot.newest = Math.max(slot.newest, at - Math.min(this.#options.interval, chunk.step));
    service.releases.countCall(cell.lane.run, at - 1, added, operation.entry, !operation.callOut);
  }

  /** In steps. */
  *buckets(rows: readonly BucketRow[], chunk: Chunk, now: number): Generator<void, void> {
    for (const { labels, slots } of rows) {
      const row = this.#row(labels);
      if (row !== undefined)
        for (const { at, histogram } of slots) {
          this.#bucket(row, at, histogram, chunk, now);
          yield;
        }
    }
  }

  #bucket(row: Row, at: number, histogram: Histogram, chunk: Chunk, now: number): void {
    // Histograms may say less than counters do: then durations are of calls that ended in any way.
    const mixed = row.calls.size === 0 || this.#foundOf(row.labels).errors !== undefined;
    const calls = (mixed ? row.kin : [row])
      .filter(({ meaning }) => !meaning.onlyErrors)
      .map((one) => one.calls);
    if (moreThanCalls(row, calls, at, histogram, chunk.step)) return;
    const before = row.buckets.get(at);
    const added = before === undefined ? histogram.clone() : difference(histogram, before);
    if (added === undefined) return;
    row.buckets.set(at, histogram);
    for (const end of row.buckets.keys())
      if (end < at - 10 * this.#options.step) row.buckets.delete(end);
    const slot = this.#cell(row, at, chunk.step).series.at(at - 1, now);
    if (slot === undefined) return;
    // Where durations of failed calls may be among them, none are those of successful ones, which verdicts look at.
    const failed = row.kin.filter(({ meaning }) => meaning.outcome === 'error');
    const among =
      mixed &&
      callsNear(
        failed.map((one) => one.calls),
        at,
        at,
        chunk.step,
      ) > 0;
    const name = among || row.meaning.outcome === 'error' ? 'failed' : 'succeeded';
    const sum = joined(slot[name], added);
    if (sum !== undefined) slot[name] = sum;
  }

  #cell({ labels, meaning, service, operation }: Row, at: number, length: number): Cell {
    const { state, timeline } = this.#options;
    const { cells } = state;
    const told = timeline?.at(labels, at, length) ?? '';
    const run = service.releases.touch(told === '' ? meaning.release : told, at - 1);
    return cells.cell(operation, rootPath, cells.lane(service, run, ''));
  }

  #noteSample(service: ServiceEntry, at: number, chunk: Chunk): void {
    const { metrics } = service;
    const { step, interval, from, refreshEvery } = this.#options;
    if (at > service.lastSeen) {
      service.lastSeen = at;
      noteArrival(service, at);
    }
    metrics.newest = Math.max(metrics.newest, at - 1);
    metrics.asked = Math.max(step, refreshEvery());
    metrics.interval = (Math.ceil(Math.max(liveFor, 4 * interval) / step) * step) / 4;
    if (this.#firstData === 0 || at < this.#firstData) {
      this.#firstData = at;
      // There from the beginning: all of the time is covered. Otherwise what came before the first sample isn't known.
      metrics.observedFrom = at - chunk.step <= from() ? from() : at;
      service.firstSeen = metrics.observedFrom;
    }
  }

  #foundOf(labels: MatrixRow['labels']): Found {
    const { found, beside = found } = this.#options;
    return labels[besideLabel] === undefined ? found : beside;
  }

  /** What a row of labels stands for; undefined when there is no room for more. */
  #row(labels: MatrixRow['labels']): Row | undefined {
    const key = rowKey(labels);
    if (this.#rows.has(key)) return this.#rows.get(key);
    const made = this.#makeRow(labels);
    this.#rows.set(key, made);
    return made;
  }

  #makeRow(labels: MatrixRow['labels']): Row | undefined {
    const { state, identity } = this.#options;
    const found = this.#foundOf(labels);
    const meaning = readRow(found, labels);
    const service = state.services.find(meaning.service, meaning.environment);
    if (service === undefined) return undefined;
    const operation = state.operations.find(
      service,
      'metric',
      identityOf(meaning, identity),
      undefined,
      undefined,
    );
    const label = narrowingLabel(found);
    const keys = this.#keys.get(operation.operation.id) ?? new Set<string>();
    this.#keys.set(operation.operation.id, keys);
    keys.add(label === undefined ? '' : (labels[label] ?? ''));
    const outcomes = [...found.attributes.values()].flat();
    const same = Object.entries(labels).filter(
      ([name]) => name !== errorsLabel && !outcomes.includes(name),
    );
    const kinKey = `${operation.index} ${rowKey(Object.fromEntries(same))}`;
    const kin = this.#kin.get(kinKey) ?? [];
    this.#kin.set(kinKey, kin);
    const calls = new CallsByEnd();
    const row = { labels, meaning, service, operation, kin, calls, buckets: new Map() };
    kin.push(row);
    return row;
  }
}

/**
 * Whether a slot has more durations than calls, by itself or together with the kept ones before it: a series came back after a gap, and
 * its whole past would be counted.
 */
function moreThanCalls(
  row: Row,
  calls: readonly Row['calls'][],
  at: number,
  { count }: Histogram,
  step: number,
): boolean {
  let [first, timed] = [at, count];
  for (const [end, histogram] of row.buckets) {
    if (end >= at) continue;
    first = Math.min(first, end);
    timed += histogram.count;
  }
  return (
    count > callsNear(calls, at, at, step) * 1.001 + 0.5 ||
    timed > callsNear(calls, first, at, step) * 1.001 + 0.5
  );
}

/**
 * Most calls that durations of the slots ending from `first` to `last` can be of. A scrape may meet a collector between its calls and its
 * durations: these are then a slot early or a slot late, never both.
 */
function callsNear(
  calls: readonly Row['calls'][],
  first: number,
  last: number,
  step: number,
): number {
  let [before, within, after] = [0, 0, 0];
  for (const one of calls) {
    before += one.between(first - 2 * step, first - step);
    within += one.between(first - step, last);
    after += one.between(last, last + step);
  }
  return within + Math.max(before, after);
}

/** Operations of a connection are its own, also where another source has alike ones. */
export const identityOf = (meaning: RowMeaning, identity: string): RowMeaning['identity'] => ({
  ...meaning.identity,
  key: `${identity}\n${meaning.identity.key}`,
});
