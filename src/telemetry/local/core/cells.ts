import { unknownPath, type PathTable } from './paths.ts';
import type { OperationEntry } from './operations.ts';
import type { ReleaseRun } from './releases.ts';
import type { ServiceEntry } from './services.ts';
import { SlotSeries, tiers } from './slots.ts';

/** A release run on one instance: what numbers are told apart by, beside operation and ancestors. */
export interface Lane {
  readonly index: number;
  readonly service: ServiceEntry;
  readonly run: ReleaseRun;
  /** `service.instance.id`; "" unknown, or one of those over the bound. */
  readonly instance: string;
}

/** The finest group of calls that is counted. Who owns it is asked later. */
export interface Cell {
  readonly operation: OperationEntry;
  readonly path: number;
  readonly lane: Lane;
  readonly series: SlotSeries;
}

const mostInstancesPerRun = 8;
const mostPathsPerOperation = 64;
const mostLanes = 20_000;

/** Every cell, by operation; calls out also by service, for functions to find those below them. */
export class Cells {
  readonly lanes: Lane[] = [];
  readonly byOperation: (Map<number, Cell> | undefined)[] = [];
  readonly callsOut = new Map<number, Cell[]>();
  private readonly lanesByRun = new Map<ReleaseRun, Map<string, Lane>>();
  private readonly pathsByOperation: Set<number>[] = [];
  pathOverflows = 0;
  evictedSlots = 0;

  private readonly paths: PathTable;

  constructor(paths: PathTable) {
    this.paths = paths;
  }

  lane(service: ServiceEntry, run: ReleaseRun, instance: string): Lane {
    let lanes = this.lanesByRun.get(run);
    if (lanes === undefined) {
      lanes = new Map();
      this.lanesByRun.set(run, lanes);
    }
    const known = lanes.get(instance);
    if (known !== undefined) return known;
    if (instance !== '' && (lanes.size >= mostInstancesPerRun || this.lanes.length >= mostLanes))
      return this.lane(service, run, '');
    const made = { index: this.lanes.length, service, run, instance };
    this.lanes.push(made);
    lanes.set(instance, made);
    return made;
  }

  cell(operation: OperationEntry, path: number, lane: Lane): Cell {
    let cells = this.byOperation[operation.index];
    if (cells === undefined) {
      cells = new Map();
      this.byOperation[operation.index] = cells;
    }
    const key = path * 2 ** 20 + lane.index;
    const known = cells.get(key);
    if (known !== undefined) return known;
    let kept = this.pathsByOperation[operation.index];
    if (kept === undefined) {
      kept = new Set();
      this.pathsByOperation[operation.index] = kept;
    }
    if (path !== unknownPath && !kept.has(path)) {
      if (kept.size >= mostPathsPerOperation) {
        this.pathOverflows += 1;
        return this.cell(operation, unknownPath, lane);
      }
      kept.add(path);
    }
    const made = { operation, path, lane, series: new SlotSeries() };
    cells.set(key, made);
    if (operation.callOut) this.rememberCallOut(made);
    return made;
  }

  /** Puts back a cell of a snapshot. */
  restore(operation: OperationEntry, path: number, lane: Lane, series: SlotSeries): void {
    const { series: made } = this.cell(operation, path, lane);
    made.slots = series.slots;
    made.recount();
  }

  of(operation: number): Iterable<Cell> {
    return this.byOperation[operation]?.values() ?? [];
  }

  *all(): Iterable<Cell> {
    for (const cells of this.byOperation) if (cells !== undefined) yield* cells.values();
  }

  compact(now: number): void {
    for (const cell of this.all()) cell.series.compact(now);
    for (const cells of this.byOperation)
      if (cells !== undefined)
        for (const [key, cell] of cells)
          if (cell.series.slots.length === 0) this.forget(cells, key, cell);
  }

  bytes(): number {
    let sum = 0;
    for (const cell of this.all()) sum += cell.series.bytes + 120;
    return sum + this.paths.bytes;
  }

  /** Forgets the oldest times until the cells fit; from when on they are complete. */
  shrink(limit: number, now: number): number {
    let from = 0;
    for (let i = tiers.length - 1; i >= 0 && this.bytes() > limit; i -= 1)
      for (const part of [0.5, 0.25, 0.1]) {
        from = now - (tiers[i]?.keep ?? 0) * part;
        for (const cell of this.all()) this.evictedSlots += cell.series.dropBefore(from);
        if (this.bytes() <= limit) break;
      }
    this.compact(now);
    return from;
  }

  private forget(cells: Map<number, Cell>, key: number, cell: Cell): void {
    cells.delete(key);
    const out = this.callsOut.get(cell.lane.service.index);
    const at = out?.indexOf(cell) ?? -1;
    if (at >= 0) out?.splice(at, 1);
  }

  private rememberCallOut(cell: Cell): void {
    const list = this.callsOut.get(cell.lane.service.index);
    if (list === undefined) this.callsOut.set(cell.lane.service.index, [cell]);
    else list.push(cell);
  }
}
