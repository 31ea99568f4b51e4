import type { Found } from '../look/discovery.ts';
import type { ReleaseInfo } from './releaseInfo.ts';
import { ReleaseTimeline } from './releaseTimeline.ts';
import { besideLabel } from '../selector.ts';
import type { Chunk } from '../slots/slotGrid.ts';
import type { MatrixRow } from '../wire.ts';

/**
 * Which releases the processes of a service's calls were of, and those of its other calls. Mostly both have the same labels, and one timeline
 * does; where one kind is scraped from a collector and the other isn't, each goes by labels of its own.
 */
export class ProcessReleases {
  readonly #own: ReleaseTimeline | undefined;
  readonly #beside: ReleaseTimeline | undefined;

  constructor(own: Found['info'], beside: Found['info']) {
    this.#own = timelineOf(own);
    this.#beside = keyOf(own) === keyOf(beside) ? this.#own : timelineOf(beside);
  }

  /** A process whose series several write, if any. */
  get torn(): string | undefined {
    return this.#own?.torn ?? this.#beside?.torn;
  }

  /** Forgets processes that ended before all that is kept. */
  tidy(now: number): void {
    for (const timeline of this.#all()) timeline.tidy(now);
  }

  /** Takes the rows that say which release a process was of; gives back the others. */
  take(rows: readonly MatrixRow[], chunk: Chunk): readonly MatrixRow[] {
    if (this.#own === this.#beside) return this.#own?.take(rows, chunk) ?? rows;
    const [own, beside] = [rows.filter((row) => !isBeside(row)), rows.filter(isBeside)];
    return [
      ...(this.#own?.take(own, chunk) ?? own),
      ...(this.#beside?.take(beside, chunk) ?? beside),
    ];
  }

  /** The release of the process that a row's labels name, in a slot; "" where it isn't known. */
  at(labels: MatrixRow['labels'], end: number, length: number): string {
    const timeline = isBeside({ labels }) ? this.#beside : this.#own;
    return timeline?.at(labels, end, length) ?? '';
  }

  #all(): ReadonlySet<ReleaseTimeline> {
    return new Set([this.#own, this.#beside].filter((one) => one !== undefined));
  }
}

const isBeside = ({ labels }: Pick<MatrixRow, 'labels'>): boolean =>
  labels[besideLabel] !== undefined;

const timelineOf = (info: Found['info']): ReleaseTimeline | undefined =>
  typeof info === 'object' ? new ReleaseTimeline(info) : undefined;

/** Of two kinds of calls, one may say its release by itself. */
const keyOf = (info: Found['info']): string | undefined =>
  typeof info === 'object' ? JSON.stringify(identityOf(info)) : undefined;

const identityOf = ({ metric, version, process }: ReleaseInfo) => [metric, version, process];
