import { render, ScrapedServer } from './scrapedServer.ts';

const boundsMs = [2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000, 15_000];

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  calls: number;
  /** Not cumulative; one more than the bounds. */
  readonly buckets: number[];
}

/** A process with span metrics as a collector exports them for scraping, and a log of what each scrape was given. */
export class SpanMetricsExporter extends ScrapedServer {
  readonly #labels: Readonly<Record<string, string>>;
  #series = new Map<string, Series>();
  readonly scrapes: { readonly at: number; readonly calls: ReadonlyMap<string, number> }[] = [];

  constructor(labels: Readonly<Record<string, string>>) {
    super('text/plain; version=0.0.4');
    this.#labels = labels;
  }

  /** Calls of a span by their durations. */
  calls(name: string, status: 'UNSET' | 'ERROR', durationsMs: readonly number[]): void {
    const key = `${name} ${status}`;
    const series = this.#series.get(key) ?? {
      labels: {
        ...this.#labels,
        span_name: name,
        span_kind: 'SPAN_KIND_SERVER',
        status_code: `STATUS_CODE_${status}`,
      },
      calls: 0,
      buckets: new Array<number>(boundsMs.length + 1).fill(0),
    };
    this.#series.set(key, series);
    for (const duration of durationsMs) {
      series.calls += 1;
      const found = boundsMs.findIndex((bound) => duration <= bound);
      const at = found < 0 ? boundsMs.length : found;
      series.buckets[at] = (series.buckets[at] ?? 0) + 1;
    }
  }

  /** A new process: every counter begins anew. */
  restart(): void {
    this.#series = new Map();
  }

  protected scraped(): string {
    this.scrapes.push({
      at: Date.now(),
      calls: new Map([...this.#series].map(([key, { calls }]) => [key, calls])),
    });
    const lines = ['# TYPE traces_span_metrics_calls_total counter'];
    const all = [...this.#series.values()];
    for (const { labels, calls } of all)
      lines.push(`traces_span_metrics_calls_total${render(labels)} ${calls}`);
    lines.push('# TYPE traces_span_metrics_duration_milliseconds histogram');
    for (const { labels, calls, buckets } of all) {
      const name = 'traces_span_metrics_duration_milliseconds';
      let sum = 0;
      for (const [i, count] of buckets.entries()) {
        sum += count;
        const le = boundsMs[i] === undefined ? '+Inf' : String(boundsMs[i]);
        lines.push(`${name}_bucket${render({ ...labels, le })} ${sum}`);
      }
      lines.push(`${name}_count${render(labels)} ${calls}`, `${name}_sum${render(labels)} 0`);
    }
    return `${lines.join('\n')}\n`;
  }
}
