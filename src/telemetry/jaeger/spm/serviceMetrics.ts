import { ok, type Result } from '../../../domain/result.ts';
import { liveInterval, quantiles, type SpmAnswers } from './operationNumbers.ts';
import { noMetrics, type SpmQuestion } from './questions.ts';
import type { SpmRow } from './wire.ts';

/** Points of the calls over a window, where it has room for so many live intervals. */
const mostPoints = 12;
/** What is read of a whole window is read again after that part of it: it costs as much as the window is long. */
const partOfWindow = 120;
/** Scrapes arrive some seconds after their time. */
const settle = 10_000;

type Ask = (
  question: Omit<SpmQuestion, 'services'>,
) => Promise<Result<readonly SpmRow[] | typeof noMetrics>>;

interface Asked {
  /** Milliseconds. */
  readonly window: number;
  /** Of this machine, which says when to ask; Unix milliseconds. */
  readonly now: number;
  /** Of the backend. */
  readonly time: number;
  /** Milliseconds from one refresh to the next. */
  readonly every: number;
}

/** What Jaeger said of one service, of the window that was last asked for. At most six questions each time (docs/architecture.md). */
export class ServiceMetrics {
  /** As Jaeger has it. */
  readonly name: string;
  #answers: SpmAnswers | undefined;
  #refreshedAt = -Infinity;
  #wholeAt = -Infinity;

  constructor(name: string) {
    this.name = name;
  }

  /** Of another window than was asked for last there are none. */
  answersOf(window: number): SpmAnswers | undefined {
    return this.#answers?.window === window ? this.#answers : undefined;
  }

  /** What had calls in the window: more than in the hour before a look (source.ts). */
  requests(window: number): readonly SpmRow[] {
    const answers = this.answersOf(window);
    if (answers === undefined) return [];
    const { calls, latencies } = answers;
    return [...calls, ...latencies.p50Ms].filter(({ points }) =>
      points.some(([, value]) => value > 0),
    );
  }

  forget(): void {
    this.#refreshedAt = -Infinity;
    this.#wholeAt = -Infinity;
  }

  /**
   * @returns false: Jaeger has no metrics any more
   */
  async refresh({ window, now, time, every }: Asked, ask: Ask): Promise<Result<boolean>> {
    const before = this.answersOf(window);
    if (before !== undefined && now - this.#refreshedAt < every) return ok(true);
    const end = Math.floor(time - settle);
    const step = Math.max(liveInterval, Math.floor(window / mostPoints));
    const calls = await ask({
      what: 'calls',
      end,
      lookback: window,
      step,
      ratePer: liveInterval,
    });
    if (!calls.ok) return calls;
    if (calls.value === noMetrics) return ok(false);
    const due =
      before === undefined || now - this.#wholeAt >= Math.max(every, window / partOfWindow);
    const whole = due ? await this.#whole(end, window, ask) : ok(before);
    if (!whole.ok) return whole;
    if (whole.value === noMetrics) return ok(false);
    this.#answers = {
      ...whole.value,
      end,
      wholeEnd: due ? end : before.wholeEnd,
      window,
      calls: this.#own(calls.value),
      step,
    };
    this.#refreshedAt = now;
    if (due) this.#wholeAt = now;
    return ok(true);
  }

  /** One point of each, at the end of the window and of all of it: means and quantiles of parts can't be put together. */
  async #whole(
    end: number,
    window: number,
    ask: Ask,
  ): Promise<Result<Pick<SpmAnswers, 'errors' | 'latencies'> | typeof noMetrics>> {
    const one = { end, lookback: window, step: window, ratePer: window };
    const errors = await ask({ what: 'errors', ...one });
    if (!errors.ok || errors.value === noMetrics) return errors as Result<typeof noMetrics>;
    const latencies: Record<string, readonly SpmRow[]> = {};
    for (const [name, quantile] of Object.entries(quantiles)) {
      const rows = await ask({ what: 'latencies', ...one, quantile });
      if (!rows.ok || rows.value === noMetrics) return rows as Result<typeof noMetrics>;
      latencies[name] = this.#own(rows.value);
    }
    return ok({
      errors: this.#own(errors.value),
      latencies: latencies as SpmAnswers['latencies'],
    });
  }

  /** The name is a regular expression to Jaeger: others may fit it. */
  #own(rows: readonly SpmRow[]): readonly SpmRow[] {
    return rows.filter(({ service }) => service === this.name);
  }
}
