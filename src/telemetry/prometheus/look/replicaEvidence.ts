import type { ServiceKey } from '../../../domain/service.ts';
import type { Found } from './discovery.ts';
import { serviceOf } from '../readRow.ts';
import { byLabels, labelName, selector } from '../selector.ts';
import type { MatrixRow } from '../wire.ts';

/** Marks what a row of the answer counts. */
const evidenceLabel = 'prodlens_pairs';
/** Marks rows of this moment, beside those of the day before. */
const nowLabel = 'prodlens_now';

/** A server that is away at the moment changes nothing. */
const day = '[24h:30m]';
/** A server's newest sample is older than another's by less: also while it catches up. */
const lag = '10m';
/** Two servers read the same counters: they differ around restarts alone. */
const mostOfReplicas = 0.25;

/** `replicas`: servers that scrape the same; `processes`: each counts its own; `single`: nothing is there twice. */
type Verdict = 'replicas' | 'processes' | 'single' | 'unclear';

/** What one answer to `replicaQuery`, or several joined by `or`, says. */
export class ReplicaEvidence {
  readonly #counts = new Map<string, number>();
  /** Values of labels that a service has. */
  readonly #values = new Map<string, Set<string>>();

  constructor(found: Found, rows: readonly MatrixRow[]) {
    for (const { labels, samples } of rows) {
      const mark = labels[evidenceLabel] ?? '';
      const count = samples[0]?.[1] ?? 0;
      const [what = '', ...names] = mark.split(' ');
      const value = JSON.stringify(names.map((name) => labels[name] ?? ''));
      if (what.startsWith('up')) this.#count(`${mark} ${value}`, count);
      else {
        const own = `${mark} ${serviceOf(found, labels)}`;
        this.#count(own, count);
        if (what === 'series')
          this.#values.set(own, (this.#values.get(own) ?? new Set()).add(value));
      }
    }
  }

  of(service: ServiceKey, labels: readonly string[]): Verdict {
    const of = (what: string): number =>
      this.#counts.get(`${markOf(what, labels)} ${service}`) ?? 0;
    const values = this.#values.get(`${markOf('series', labels)} ${service}`) ?? new Set();
    const targets = (what: string): number =>
      [...values].reduce(
        (sum, value) => sum + (this.#counts.get(`${markOf(what, labels)} ${value}`) ?? 0),
        0,
      );
    if (of('differ') > of('known') * mostOfReplicas) return 'processes';
    // Most, since unlike servers have a few by the same name: each scrapes itself.
    if (targets('uptwice') > targets('up') / 2) return 'replicas';
    if (of('pairs') === 0) return 'single';
    return of('own') > 0 && of('own') >= of('series') ? 'processes' : 'unclear';
  }

  #count(key: string, count: number): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }
}

const markOf = (what: string, labels: readonly string[]): string => `${what} ${labels.join(' ')}`;

/**
 * What tells whether labels are of servers or of processes. A label of the server is on `up` as well, and most of its targets are there
 * twice, since the other server scrapes the same; a label that the process gives itself isn't on its target's `up`. Counters of one process,
 * seen by two, follow each other: the lower has what the higher had before. Those of two processes mostly don't.
 */
export function replicaQuery(found: Found, labels: readonly string[]): string {
  const { calls, matchers, replicas } = found;
  const having = (operator: '=' | '!='): readonly string[] =>
    labels.map((label) => `${labelName(label)}${operator}""`);
  const by = byLabels(serviceLabels(found));
  const byBoth = byLabels([...serviceLabels(found), ...labels]);
  const sure = without(replicas);
  const all = without([...labels, ...replicas]);
  const marked = (what: string, query: string): string =>
    `label_replace(${query}, "${evidenceLabel}", "${markOf(what, labels)}", "", "")`;

  const lately = (series: string): string => `(${series} or last_over_time(${series}${day}))`;
  const up = `max ${sure} (${lately(selector('up', having('!=')))})`;
  const twice = `${up} and ignoring (${labels.map(labelName).join(',')}) (count ${all} (${up}) > 1)`;
  const upWithout = `(${lately(selector('up', having('=')))} unless on (job, instance) ${up})`;
  const series = selector(calls, [...matchers, ...having('!=')]);

  const at = (offset = ''): string => read(found, `${selector(calls, matchers)}${offset}`);
  const paired = `(count ${all} (max ${sure} (${at()})) > 1)`;
  const [high, low] = [`max ${all} (${at()})`, `min ${all} (${at()})`];
  const before = `max ${all} (${at(` offset ${lag}`)})`;
  const counters = [
    marked('pairs', `count ${by} ${paired}`),
    // Not those that began anew since.
    marked('known', `count ${by} ((${before} <= ${high}) and ${paired})`),
    marked('differ', `count ${by} ((${before} <= ${high}) > ${low} and ${paired})`),
  ].join(' or ');
  return [
    marked('up', `count ${byLabels(labels)} (${up})`),
    marked('uptwice', `count ${byLabels(labels)} (${twice})`),
    marked('series', `count ${byBoth} (${series})`),
    marked('own', `count ${by} (${series} and on (job, instance) ${upWithout})`),
    `sum_over_time((${counters})${day})`,
    `label_replace(${counters}, "${nowLabel}", "1", "", "")`,
  ].join(' or ');
}

/** Services that have one of the labels that may be of replicas. */
export const servicesWith = (found: Found): string =>
  found.perhapsReplicas
    .map(
      (label) =>
        `group ${byLabels(serviceLabels(found))} (${selector(found.calls, [...found.matchers, `${labelName(label)}!=""`])})`,
    )
    .join(' or ');

const serviceLabels = ({ service, namespace }: Found): readonly string[] =>
  [service, namespace].filter((label) => label !== undefined);

const without = (labels: readonly string[]): string =>
  `without (${labels.map(labelName).join(',')})`;

const read = ({ callsAre }: Found, series: string): string =>
  callsAre === 'count' ? `histogram_count(${series})` : series;
