import { byLabels, labelName, seconds, selector } from '../selector.ts';

/** A series that was away for longer than the memory is still known for a day, if it was there for twenty minutes of it. */
const longMemory = '24h:20m';
/** Of what was away for longer it is asked only where it matters: before that day, as far back as servers usually keep. */
const longestMemory = '[30d:30m] offset 1d';

/** Marks rows of what series began with, where it is asked for apart. */
export const begunLabel = 'prodlens_begun';

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
  /** Labels in which series of one process differ. */
  readonly within?: readonly string[];
  /** Labels of the servers that scraped: what differs in them alone is one process, seen by several. */
  readonly replicas?: readonly string[];
  /** What series began with is wanted on rows of its own. */
  readonly begunApart?: boolean;
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
  const { delay = 0, replicas = [], begunApart = false } = presence;
  const { read, one, without, begun } = reads(metric, matchers, step, memory, reading, presence);
  const offset = ` offset ${seconds(step + delay)}`;
  const grownFrom = (now: string, before: string): string =>
    // Histograms can't be compared with a number.
    reading === 'histogram'
      ? `((${now} - ${before}) and histogram_count(${now}) >= histogram_count(${before})) or (${now} and ${before})`
      : `(${now} - ${before}) >= 0 or (${now} and ${before})`;
  const now = read(seconds(step), delay === 0 ? '' : ` offset ${seconds(delay)}`);
  const before = read(seconds(memory), offset);
  const justBefore = read(seconds(step), offset);
  const sum = `sum ${byLabels(labels)}`;
  // Of histograms there is no highest: what each replica saw it grow by is averaged.
  if (reading === 'histogram' && replicas.length > 0)
    return `${sum} (avg ${without} (${grownFrom(now, justBefore)}) or avg ${without} (${grownFrom(now, before)} or ${begun} or ${now} * 0))`;
  const last = replicas.length === 0 ? before : `(${one(justBefore)} or ${one(before)})`;
  const grown = grownFrom(one(now), last);
  const still = `${one(now)} * 0`;
  return begunApart
    ? `${sum} (${grown} or ${still}) or label_replace(${sum} (${begun} unless ${one(before)}), "${begunLabel}", "1", "", "")`
    : `${sum} (${grown} or ${begun} or ${still})`;
}

/**
 * What of the growth in each step was counted long before it: by series that `growth` takes for new, but that were there before the day that
 * it knows. As `growth` sums it. Where one of a process's counters has less than it had then, the process began anew: all is new.
 */
export function past(
  metric: string,
  matchers: readonly string[],
  labels: readonly string[],
  step: number,
  memory: number,
  reading: 'counter' | 'count',
  presence: Presence = {},
): string {
  const { read, one, begun } = reads(metric, matchers, step, memory, reading, presence);
  const before = one(read(seconds(memory), ` offset ${seconds(step + (presence.delay ?? 0))}`));
  const { of = selector(metric, matchers), within = [] } = presence;
  const asNumber = (series: string): string =>
    one(reading === 'count' ? `histogram_count(${series})` : series);
  const ever = asNumber(`last_over_time(${selector(metric, matchers)}${longestMemory})`);
  const ended = presence.delay ? ` offset ${seconds(presence.delay)}` : '';
  const now = asNumber(`last_over_time(${of}[${seconds(step)}]${ended})`);
  const then = asNumber(`last_over_time(${of}${longestMemory})`);
  const anew = `unless ignoring (${within.map(labelName).join(',')}) (${now} < ${then})`;
  return `sum ${byLabels(labels)} (${begun} unless ${before} and ${ever} ${anew})`;
}

/** Parts of both questions. */
function reads(
  metric: string,
  matchers: readonly string[],
  step: number,
  memory: number,
  reading: Reading,
  { of: selection, by = [], delay = 0, replicas = [] }: Presence,
) {
  const of = selector(metric, matchers);
  const ended = delay === 0 ? '' : ` offset ${seconds(delay)}`;
  const offset = ` offset ${seconds(step + delay)}`;
  const read = (range: string, at: string): string => {
    const last = `last_over_time(${of}[${range}]${at})`;
    return reading === 'count' ? `histogram_count(${last})` : last;
  };
  const without = `without (${replicas.map(labelName).join(',')})`;
  const one = (series: string): string =>
    replicas.length === 0 || reading === 'histogram' ? series : `max ${without} (${series})`;
  const there =
    selection === undefined
      ? read(seconds(memory), offset)
      : `last_over_time(${selection}[${seconds(memory)}]${offset})`;
  const [now, known] = [one(read(seconds(step), ended)), one(read(longMemory, offset))];
  const begun = `((${now} and on (${by.map(labelName).join(',')}) ${there}) unless ${known})`;
  return { read, one, without, begun };
}
