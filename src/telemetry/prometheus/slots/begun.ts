import { rowKey } from '../bucketRows.ts';
import { begunLabel } from './growth.ts';
import type { MatrixRow } from '../wire.ts';

/** Calls with what series began with apart from what others grew by, on rows of the same labels. */
interface CallRows {
  readonly grown: readonly MatrixRow[];
  readonly begun: readonly MatrixRow[];
}

export function apart(rows: readonly MatrixRow[]): CallRows {
  const grown: MatrixRow[] = [];
  const begun: MatrixRow[] = [];
  for (const row of rows) {
    const { [begunLabel]: mark, ...labels } = row.labels;
    if (mark === undefined) grown.push(row);
    else begun.push({ ...row, labels });
  }
  return { grown, begun };
}

/** A new process may make a few calls at once where none were before. */
const few = 10;

const rememberedFor = 6 * 3_600;

/** How much a service was called lately. */
export class UsualCalls {
  /** Calls per second by the end of their slot, Unix seconds. */
  readonly #rates = new Map<number, number>();

  /** Of its busiest slot. */
  get most(): number {
    return Math.max(0, ...this.#rates.values());
  }

  /** @param step milliseconds */
  note(rows: readonly MatrixRow[], step: number): void {
    for (const [at, sum] of sums(rows)) this.#rates.set(at, (sum / step) * 1000);
    const newest = Math.max(0, ...this.#rates.keys());
    for (const at of this.#rates.keys()) if (at < newest - rememberedFor) this.#rates.delete(at);
  }

  clear(): void {
    this.#rates.clear();
  }
}

/**
 * Slots in which more began than a service's calls can be: over twice those of its busiest slot. A process that was away for over a day
 * looks so, with its whole past. A new one seldom does.
 *
 * @param usual calls of a slot as busy as any lately
 * @returns ends of slots, Unix seconds, ascending
 */
export function implausible({ grown, begun }: CallRows, usual: number): readonly number[] {
  const busiest = Math.max(usual, ...sums(grown).values());
  return [...sums(begun)]
    .filter(([, sum]) => sum > 2 * busiest + few)
    .map(([at]) => at)
    .sort((a, b) => a - b);
}

/** The rows in one. @param past what of the begun was counted before its slot; undefined: all of it may be, in the slots `at` */
export function joined(
  { grown, begun }: CallRows,
  at: readonly number[],
  past: readonly MatrixRow[] | undefined,
): readonly MatrixRow[] {
  if (begun.length === 0) return grown;
  const slots = new Set(at);
  const known = past && bySlot(past);
  const rows = new Map(grown.map((row) => [rowKey(row.labels), row]));
  for (const { labels, samples, ...more } of begun) {
    const key = rowKey(labels);
    const added = new Map(
      samples.map(([end, value]) => {
        const old = !slots.has(end)
          ? 0
          : known === undefined
            ? value
            : (known.get(key)?.get(end) ?? 0);
        return [end, Math.max(0, value - old)] as const;
      }),
    );
    const row = rows.get(key) ?? { labels, samples: [], ...more };
    const both = row.samples.map(([end, value]) => [end, value + (added.get(end) ?? 0)] as const);
    const there = new Set(row.samples.map(([end]) => end));
    const alone = [...added].filter(([end]) => !there.has(end));
    rows.set(key, { ...row, samples: [...both, ...alone].sort(([a], [b]) => a - b) });
  }
  return [...rows.values()];
}

const bySlot = (rows: readonly MatrixRow[]): ReadonlyMap<string, ReadonlyMap<number, number>> =>
  new Map(rows.map(({ labels, samples }) => [rowKey(labels), new Map(samples)]));

function sums(rows: readonly MatrixRow[]): ReadonlyMap<number, number> {
  const all = new Map<number, number>();
  for (const { samples } of rows)
    for (const [at, value] of samples) all.set(at, (all.get(at) ?? 0) + value);
  return all;
}
