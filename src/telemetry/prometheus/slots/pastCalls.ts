import type { Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import { isOfOneQuestion } from '../../failurePause.ts';
import type { PrometheusApi } from '../api.ts';
import { apart, implausible, joined, UsualCalls } from './begun.ts';
import type { Chunk } from './slotGrid.ts';
import type { MatrixRow } from '../wire.ts';

/** Takes out of a service's calls what processes that came back after more than a day had counted before. */
export class PastCalls {
  readonly #api: Pick<PrometheusApi, 'queryRange'>;
  readonly #query: (step: number) => string;
  readonly #usual = new UsualCalls();
  /** The end of the newest slot in which what began may be old and couldn't be asked for, Unix milliseconds; 0: none. */
  leftOut = 0;

  /** @param query asks what of the calls that began in a step is older */
  constructor(api: Pick<PrometheusApi, 'queryRange'>, query: (step: number) => string) {
    this.#api = api;
    this.#query = query;
  }

  clear(): void {
    this.#usual.clear();
    this.leftOut = 0;
  }

  /** Rows of calls, what began on rows apart. One more question where that is more than the service is usually called. */
  async without(
    rows: readonly MatrixRow[],
    { step }: Chunk,
    signal: AbortSignal,
  ): Promise<Result<readonly MatrixRow[]>> {
    const all = apart(rows);
    const ends = implausible(all, (this.#usual.most * step) / 1000);
    const [first, last] = [ends[0], ends.at(-1)];
    let past: readonly MatrixRow[] | undefined = [];
    if (first !== undefined && last !== undefined) {
      const stretch = { from: first * 1000, to: last * 1000, step };
      const read = await this.#api.queryRange({ query: this.#query(step), ...stretch }, signal);
      if (!read.ok && !isOfOneQuestion(read.failure) && read.failure.reason !== 'timeout')
        return read;
      if (!read.ok) this.leftOut = last * 1000;
      past = read.ok ? read.value.rows : undefined;
    }
    const calls = joined(all, ends, past);
    this.#usual.note(calls, step);
    return ok(calls);
  }
}
