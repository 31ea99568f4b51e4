import type { StoredTrace } from './storedTrace.ts';

/** Why a trace is kept: one of its spans stands on a shelf. */
export interface ShelfEntry {
  readonly trace: StoredTrace;
  readonly spanId: string;
  /** End, Unix milliseconds. */
  readonly time: number;
  readonly durationMs: number;
  readonly failed: boolean;
}

export type ShelfKind = 'recent' | 'slow' | 'failed';

/** Recent ones are taken at most this often: the newest second of a busy function is no better than the one before. */
const recentEvery = 1000;

/** The useful traces of one operation in one release. */
export class Shelf {
  readonly recent: ShelfEntry[] = [];
  readonly slow: ShelfEntry[] = [];
  readonly failed: ShelfEntry[] = [];

  private readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  offer(entry: ShelfEntry): void {
    const last = this.recent.at(-1);
    if (last === undefined || last.trace.evicted || entry.time - last.time >= recentEvery)
      this.place(this.recent, entry, oldest);
    if (entry.failed) this.place(this.failed, entry, oldest);
    this.place(this.slow, entry, fastest);
  }

  get bytes(): number {
    return 150 + (this.recent.length + this.slow.length + this.failed.length) * 90;
  }

  private place(
    list: ShelfEntry[],
    entry: ShelfEntry,
    least: (list: readonly ShelfEntry[]) => number,
  ): void {
    // One span per trace: the slowest one of a loop stands for all.
    for (const [i, other] of list.entries())
      if (other.trace === entry.trace) {
        if (entry.durationMs > other.durationMs) list[i] = entry;
        return;
      }
    if (list.length >= this.size) {
      const gone = list.findIndex((e) => e.trace.evicted);
      const at = gone >= 0 ? gone : least(list);
      const leaving = list[at];
      if (leaving === undefined) return;
      if (gone < 0 && least === fastest && leaving.durationMs >= entry.durationMs) return;
      leaving.trace.references -= 1;
      list.splice(at, 1);
      leaving.trace.release();
    }
    entry.trace.references += 1;
    list.push(entry);
  }
}

const oldest = (list: readonly ShelfEntry[]): number => indexOfLeast(list, (e) => e.time);
const fastest = (list: readonly ShelfEntry[]): number => indexOfLeast(list, (e) => e.durationMs);

function indexOfLeast(list: readonly ShelfEntry[], by: (e: ShelfEntry) => number): number {
  let best = 0;
  for (let i = 1; i < list.length; i += 1) {
    const a = list[i];
    const b = list[best];
    if (a !== undefined && b !== undefined && by(a) < by(b)) best = i;
  }
  return best;
}
