import { createHash } from 'node:crypto';
import type { Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import type { KeptEntry } from '../../sharing/answers.ts';
import type { SharedFile } from '../../sharing/sharedFile.ts';
import type { PrometheusApi, RangeAnswer } from '../api.ts';
import { readBack, type ReadPiece, type ReadStretch } from './readBack.ts';
import { askGrowth, withoutMarks, type GrowthQuery } from '../recording/recorded.ts';
import { planChunks, type Chunk } from './slotGrid.ts';
import type { MatrixRow } from '../wire.ts';

/** A question of one service, without its time. */
export interface Question {
  /** @param step of the points, milliseconds */
  readonly query: (step: number) => GrowthQuery;
  /** The same for all values that it may be narrowed by: what tells that two windows ask the same. */
  readonly unnarrowed: string;
  /** Values that must be in the answer; absent: all. */
  readonly keys?: readonly string[];
  /** Values that the query is narrowed by: more of them, for others. */
  readonly asks?: readonly string[];
}

/** Unix milliseconds on the grid of slots. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Until when it is written already, in the shortest slots. */
  readonly written: number;
}

export interface SlotReaderOptions {
  readonly api: PrometheusApi;
  /** The shortest slot. */
  readonly step: number;
  /** How much of what is known is asked for again. */
  readonly overlap: number;
  /** Values of operations that this window follows: told to the others with each answer. */
  readonly follows: () => readonly string[];
}

/** Reads stretches of slots: what other windows found first, then what the backend alone knows. */
export class SlotReader {
  readonly #options: SlotReaderOptions;
  /** Questions whose newest recorded slots weren't whole: not asked of recorded series for now. */
  readonly #notWhole = new Set<string>();
  /** Answers that were another window's. */
  taken = 0;

  constructor(options: SlotReaderOptions) {
    this.#options = options;
  }

  /** Recorded series may be whole again. */
  tryRecorded(): void {
    this.#notWhole.clear();
  }

  async read(
    question: Question,
    { from, to, written }: Stretch,
    now: number,
    shared: SharedFile | undefined,
    signal: AbortSignal,
  ): Promise<Result<ReadStretch>> {
    const others =
      shared === undefined
        ? []
        : await this.#others(question, { from, to, written }, shared, signal);
    const last = others.at(-1)?.chunk;
    const known = last?.to;
    if (known !== undefined && known >= to) return ok({ pieces: others, from, capped: false });
    const { step, overlap } = this.#options;
    const start =
      last === undefined ? from : last.step === step ? Math.max(from, last.to - overlap) : last.to;
    const own = await readBack(planChunks(start, to, now, step), (chunk) =>
      this.#ask(question, chunk, chunk.to === to, shared, signal),
    );
    // What the backend leaves out would be a hole between the others' answers and these.
    if (!own.ok || own.value.capped || known === undefined) return own;
    return ok({ pieces: [...others, ...own.value.pieces], from, capped: false });
  }

  /** Until when others know the answer to a question that was asked within this time. */
  static knownTo(question: Question, within: number, shared: SharedFile): number | undefined {
    const kind = kindOf(question);
    const ends = shared.entries
      .filter((entry) => entry.kind === kind && shared.now() - entry.at < within)
      .map((entry) => entry.to);
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  async #others(
    question: Question,
    { from, to, written }: Stretch,
    shared: SharedFile,
    signal: AbortSignal,
  ): Promise<readonly ReadPiece[]> {
    const kind = kindOf(question);
    const fitting = shared.entries.filter(
      (entry) => entry.kind === kind && entry.step > 0 && holds(entry, question.keys),
    );
    const pieces: ReadPiece[] = [];
    let done: Written = { from, to: written, step: this.#options.step };
    for (let at = from; at < to;) {
      const next = fitting
        .filter((entry) => entry.to > at && joins(entry, at, done))
        .reduce<KeptEntry | undefined>(
          (a, b) => (a !== undefined && a.to >= b.to ? a : b),
          undefined,
        );
      const body = next && (await shared.body(next));
      if (next === undefined || body === undefined) break;
      const answer = await this.#options.api.decoded(body, signal);
      if (!answer.ok) break;
      this.taken += 1;
      const { step } = next;
      pieces.push({
        chunk: { from: Math.max(from, next.from), to: next.to, step },
        rows: since(withoutMarks(answer.value.rows), from),
      });
      at = next.to;
      done = { from: Math.max(from, next.from), to: at, step };
    }
    return pieces;
  }

  async #ask(
    question: Question,
    chunk: Chunk,
    newest: boolean,
    shared: SharedFile | undefined,
    signal: AbortSignal,
  ): Promise<Result<RangeAnswer>> {
    const { step } = chunk;
    const kind = kindOf(question);
    const at = shared?.now() ?? 0;
    const { raw, ...recorded } = question.query(step);
    const known = this.#notWhole.has(kind) ? {} : recorded;
    const answer = await askGrowth(this.#options.api, { raw, ...known }, chunk, signal, {
      keepBody: shared !== undefined,
      beforeAsking: () => shared?.renew(),
      // Rules that began lately lack older slots, and are good for the newest all the same.
      ...(newest ? { notWhole: () => void this.#notWhole.add(kind) } : {}),
    });
    if (answer.ok && answer.value.body !== undefined)
      await shared?.add(
        {
          ...chunk,
          kind,
          ...(question.asks === undefined ? {} : { keys: question.asks }),
          at,
        },
        answer.value.body,
        this.#options.follows(),
      );
    return answer;
  }
}

/** What of a stretch is written, and in slots of which length. */
interface Written {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Whether an answer goes on from a moment without a hole. Slots of two lengths over the same time would count it twice. */
const joins = (entry: KeptEntry, at: number, done: Written): boolean =>
  entry.from <= at &&
  (at - entry.from) % entry.step === 0 &&
  (Math.max(entry.from, done.from) >= done.to || entry.step === done.step);

const kindOf = ({ unnarrowed }: Question): string =>
  createHash('sha256').update(unnarrowed).digest('hex').slice(0, 24);

/** Whether an answer has all that is asked for. */
const holds = (entry: KeptEntry, keys: readonly string[] | undefined): boolean => {
  if (entry.keys === undefined) return true;
  const there = new Set(entry.keys);
  return keys?.every((key) => there.has(key)) ?? false;
};

/** Samples after a moment: what ended before it was written already. */
const since = (rows: readonly MatrixRow[], from: number): readonly MatrixRow[] =>
  rows.map(({ labels, samples, histograms }) => ({
    labels,
    samples: samples.filter(([at]) => at * 1000 > from),
    ...(histograms === undefined
      ? {}
      : { histograms: histograms.filter(([at]) => at * 1000 > from) }),
  }));

/** Samples up to a moment. Rows that end by then, as nearly all do, are the same: copying those of hundreds of operations takes long. */
export const endingBy = (to: number, rows: readonly MatrixRow[]): readonly MatrixRow[] =>
  rows.map((row) => {
    const last = Math.max(row.samples.at(-1)?.[0] ?? 0, row.histograms?.at(-1)?.[0] ?? 0);
    if (last * 1000 <= to) return row;
    return {
      ...row,
      samples: row.samples.filter(([at]) => at * 1000 <= to),
      ...(row.histograms && { histograms: row.histograms.filter(([at]) => at * 1000 <= to) }),
    };
  });
