import { tiers } from '../../local/core/slots.ts';
import type { ReleaseInfo } from './releaseInfo.ts';
import { infoLabel } from './releaseInfo.ts';
import type { Chunk } from '../slots/slotGrid.ts';
import type { MatrixRow } from '../wire.ts';

/** A stretch in which a process was of one release; `version` is undefined where two claim it. */
interface Stretch {
  readonly version: string | undefined;
  readonly first: number;
  last: number;
}

/** When a release was last seen in a slot, by the slot's end; Unix milliseconds. */
type Seen = Map<number, number>;

interface Process {
  /** In order of time. */
  readonly stretches: Stretch[];
  /** Slots in a row in which two releases were seen. */
  doubled: number;
  /** The end of the newest slot that was noted. */
  notedTo: number;
  /** Several write its series. */
  torn: boolean;
}

/** How long what was said of a process holds: Prometheus' own look-back. */
const holds = 5 * 60_000;
/** No slots are kept of what was before. */
const keptFor = tiers.at(-1)?.keep ?? 0;

/**
 * Which release each process was of, and when. A process that is replaced under the same name (the usual restart on one host) is of the
 * new release from its first sample on. Where two releases go on under one name, two processes write the same series: no release then.
 */
export class ReleaseTimeline {
  readonly #info: ReleaseInfo;
  readonly #processes = new Map<string, Process>();

  constructor(info: ReleaseInfo) {
    this.#info = info;
  }

  /** A process whose series several write, if any. */
  get torn(): string | undefined {
    return [...this.#processes].find(([, { torn }]) => torn)?.[0];
  }

  /** Forgets processes that ended before all that is kept. */
  tidy(now: number): void {
    for (const [key, { notedTo }] of this.#processes)
      if (notedTo < now - keptFor) this.#processes.delete(key);
  }

  /** Takes the rows that say which release a process was of; gives back the others. */
  take(rows: readonly MatrixRow[], chunk: Chunk): readonly MatrixRow[] {
    const said = new Map<string, Map<string, Seen>>();
    const others: MatrixRow[] = [];
    for (const row of rows) {
      if (row.labels[infoLabel] === undefined) {
        others.push(row);
        continue;
      }
      const key = this.#keyOf(row.labels);
      const versions = said.get(key) ?? new Map<string, Seen>();
      said.set(key, versions);
      const version = row.labels[this.#info.version] ?? '';
      const seen = versions.get(version) ?? new Map<number, number>();
      versions.set(version, seen);
      // A service's other calls ask for it as well: the same process, not another one.
      for (const [seconds, at] of row.samples) {
        const end = Math.round(seconds * 1000);
        seen.set(end, Math.max(at * 1000, seen.get(end) ?? 0));
      }
    }
    for (const [key, versions] of said)
      for (let end = chunk.from + chunk.step; end <= chunk.to; end += chunk.step)
        this.#note(
          key,
          end,
          [...versions]
            .map(([version, seen]) => ({ version, at: seen.get(end) ?? 0 }))
            .filter(({ at }) => at > end - chunk.step),
        );
    return others;
  }

  /** The release of the process that a row's labels name, in a slot; "" where it isn't known. */
  at(labels: MatrixRow['labels'], end: number, length: number): string {
    const { stretches = [] } = this.#processes.get(this.#keyOf(labels)) ?? {};
    // The one that was seen last before the slot's end: what a counter grew by since a restart is the successor's.
    const stretch = stretches.findLast(({ first }) => first <= end);
    return stretch !== undefined && stretch.last > end - length - holds
      ? (stretch.version ?? '')
      : '';
  }

  #note(key: string, end: number, seen: readonly { version: string; at: number }[]): void {
    const process = this.#processes.get(key) ?? newProcess();
    this.#processes.set(key, process);
    if (end > process.notedTo) {
      process.notedTo = end;
      process.doubled = seen.length > 1 ? process.doubled + 1 : 0;
    }
    const ordered = seen.toSorted((a, b) => a.at - b.at);
    const [newest, other] = [ordered.at(-1), ordered.at(-2)];
    if (newest === undefined) return;
    // One slot has both where one follows the other; more have them where both go on.
    if (process.doubled > 1 || newest.at === other?.at) {
      process.torn = true;
      extend(process.stretches, undefined, newest.at);
      return;
    }
    if (other === undefined && end === process.notedTo) process.torn = false;
    for (const { version, at } of ordered) extend(process.stretches, version, at);
  }

  #keyOf(labels: MatrixRow['labels']): string {
    return this.#info.process.map((name) => labels[name] ?? '').join(' ');
  }
}

const newProcess = (): Process => ({ stretches: [], doubled: 0, notedTo: 0, torn: false });

function extend(stretches: Stretch[], version: string | undefined, at: number): void {
  const last = stretches.at(-1);
  if (last !== undefined && at <= last.last) return;
  if (last?.version === version && last !== undefined) last.last = at;
  else stretches.push({ version, first: at, last: at });
}
