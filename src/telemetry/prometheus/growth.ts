import { byLabels, labelName, seconds, selector } from './selector.ts';

/** A series that was away for longer than the memory is still known for a day, if it was there for twenty minutes of it. */
const longMemory = '24h:20m';

/** What of a series is read: a counter, the number of values of a native histogram, or all of it. */
export type Reading = 'counter' | 'count' | 'histogram';

/** What tells a series that began, or began anew, from one that is scraped again, or twice. */
export interface Presence {
  /** Of the whole selection, where the counters are a narrow part of it. */
  readonly of?: string;
  /** Labels of selections that are looked at together. */
  readonly by?: readonly string[];
  /** The steps end that long ago, milliseconds. */
  readonly delay?: number;
  /** Labels of the servers that scraped: what differs in them alone is one process, seen by several. */
  readonly replicas?: readonly string[];
}

/**
 * What counters of `metric` grew by in each step, summed by `labels`. Exact where `increase` extrapolates, and per raw series before
 * summing: a reset counts from zero, and a series that began within the step counts whole (its first value is where a new release's
 * errors are), unless it was there before that hour, or nothing of the selection was there in the hour: then it may be an old process that
 * is scraped only now. "Of the selection" is of `presence.of`, where the counters are a narrow part of it. A series with samples
 * and no growth is there with 0, as a sign of life.
 *
 * What replicas of a server saw of one process is made one counter before it is subtracted: the highest of them is the newest. One that was
 * away isn't asked while another was there, since it may know a process that was replaced meanwhile.
 */
export function growth(
  metric: string,
  matchers: readonly string[],
  labels: readonly string[],
  step: number,
  memory: number,
  reading: Reading = 'counter',
  presence: Presence = {},
): string {
  const { of: selection, by = [], delay = 0, replicas = [] } = presence;
  const of = selector(metric, matchers);
  const ended = delay === 0 ? '' : ` offset ${seconds(delay)}`;
  const offset = `offset ${seconds(step + delay)}`;
  const read = (range: string, at: string): string => {
    const last = `last_over_time(${of}[${range}]${at})`;
    return reading === 'count' ? `histogram_count(${last})` : last;
  };
  const there =
    selection === undefined
      ? read(seconds(memory), ` ${offset}`)
      : `last_over_time(${selection}[${seconds(memory)}] ${offset})`;
  const grownFrom = (now: string, before: string): string =>
    // Histograms can't be compared with a number.
    reading === 'histogram'
      ? `((${now} - ${before}) and histogram_count(${now}) >= histogram_count(${before})) or (${now} and ${before})`
      : `(${now} - ${before}) >= 0 or (${now} and ${before})`;
  const begunOf = (now: string, known: string): string =>
    `((${now} and on (${by.map(labelName).join(',')}) ${there}) unless ${known})`;
  const now = read(seconds(step), ended);
  const before = read(seconds(memory), ` ${offset}`);
  const known = read(longMemory, ` ${offset}`);
  const sum = `sum ${byLabels(labels)}`;
  const whole = `${grownFrom(now, before)} or ${begunOf(now, known)} or ${now} * 0`;
  if (replicas.length === 0) return `${sum} (${whole})`;
  const without = `without (${replicas.map(labelName).join(',')})`;
  const justBefore = read(seconds(step), ` ${offset}`);
  // Of histograms there is no highest: what each replica saw it grow by is averaged.
  if (reading === 'histogram')
    return `${sum} (avg ${without} (${grownFrom(now, justBefore)}) or avg ${without} (${whole}))`;
  const one = (series: string): string => `max ${without} (${series})`;
  const last = `(${one(justBefore)} or ${one(before)})`;
  return `${sum} (${grownFrom(one(now), last)} or ${begunOf(one(now), one(known))} or ${one(now)} * 0)`;
}
