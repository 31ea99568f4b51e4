import { render, ScrapedServer } from './scrapedServer.ts';

type Labels = Readonly<Record<string, string>>;

/** A histogram of a process, in the metric's unit. */
interface Durations {
  readonly labels: Labels;
  readonly values: number[];
}

/**
 * A process that is scraped, in OpenMetrics. Samples have timestamps of their own, as a collector's may have: what isn't exported any more is
 * still there for Prometheus' look-back of five minutes. https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export class ScrapedProcess extends ScrapedServer {
  #counters = new Map<string, number>();
  #histograms = new Map<string, Map<string, Durations>>();
  #infos = new Map<string, Labels>();
  readonly #bounds: readonly number[];
  scrapes = 0;
  /** Label of every exemplar, and its value by the duration. */
  exemplar: ((value: number) => Labels | undefined) | undefined;

  constructor(bounds: readonly number[] = [0.005, 0.05, 0.5, 5]) {
    super('application/openmetrics-text; version=1.0.0; charset=utf-8');
    this.#bounds = bounds;
  }

  /** `name` without `_total`. */
  count(name: string, labels: Labels, by: number): void {
    const key = JSON.stringify([name, labels]);
    this.#counters.set(key, (this.#counters.get(key) ?? 0) + by);
  }

  observe(name: string, labels: Labels, values: readonly number[]): void {
    const all = this.#histograms.get(name) ?? new Map<string, Durations>();
    this.#histograms.set(name, all);
    const key = JSON.stringify(labels);
    const one = all.get(key) ?? { labels, values: [] };
    all.set(key, one);
    one.values.push(...values);
  }

  /** `name` without `_info`. */
  info(name: string, labels: Labels): void {
    this.#infos.set(name, labels);
  }

  /** A new process under the same name. */
  restart(): void {
    this.#counters = new Map();
    this.#histograms = new Map();
    this.#infos = new Map();
  }

  protected scraped(): string {
    this.scrapes += 1;
    const now = Date.now() / 1000;
    const lines: string[] = [];
    for (const [name, labels] of this.#infos)
      lines.push(`# TYPE ${name} info`, `${name}_info${render(labels)} 1 ${now}`);
    const families = new Map<string, string[]>();
    for (const [key, value] of this.#counters) {
      const [name, labels] = JSON.parse(key) as [string, Labels];
      families.set(name, [
        ...(families.get(name) ?? []),
        `${name}_total${render(labels)} ${value} ${now}`,
      ]);
    }
    for (const [name, samples] of families) lines.push(`# TYPE ${name} counter`, ...samples);
    for (const [name, series] of this.#histograms) {
      lines.push(`# TYPE ${name} histogram`);
      for (const one of series.values()) lines.push(...this.#histogram(name, one, now));
    }
    return `${lines.join('\n')}\n# EOF\n`;
  }

  #histogram(name: string, { labels, values }: Durations, now: number): readonly string[] {
    const buckets = [...this.#bounds, Infinity].map((bound, i) => {
      const count = values.filter((value) => value <= bound).length;
      const le = bound === Infinity ? '+Inf' : String(bound);
      const before = this.#bounds[i - 1] ?? -Infinity;
      const newest = values.findLast((value) => value > before && value <= bound);
      const said = newest === undefined ? undefined : this.exemplar?.(newest);
      const exemplar = said === undefined ? '' : ` # ${render(said)} ${newest ?? 0} ${now}`;
      return `${name}_bucket${render({ ...labels, le })} ${count} ${now}${exemplar}`;
    });
    const sum = values.reduce((a, b) => a + b, 0);
    return [
      ...buckets,
      `${name}_count${render(labels)} ${values.length} ${now}`,
      `${name}_sum${render(labels)} ${sum} ${now}`,
    ];
  }
}
