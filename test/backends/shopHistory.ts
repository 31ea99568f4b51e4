/** Span metrics of a service `rules-shop` for the last hours, a sample each 15 s, as OpenMetrics, and what really happened in them. */
export interface ShopHistory {
  readonly text: string;
  /** Unix seconds, inside of which all traffic is. */
  readonly from: number;
  readonly to: number;
  readonly calls: number;
  readonly errors: number;
  /** Of the calls that didn't fail, milliseconds: how many are at most that. */
  readonly atMost: ReadonlyMap<string, number>;
}

const every = 15;
const bounds = ['10', '50', '100', '500', '+Inf'];
/** Calls of one sample by bucket, not cumulative. */
const perSample = [2, 3, 1, 1, 0];

interface Counter {
  readonly labels: string;
  calls: number;
  readonly buckets: number[];
}

/**
 * Three instances: one steady; one that restarts, so that its counters begin anew; one whose failures are a series that begins with 5. They
 * run from three hours before `now` to `ahead` seconds after it; calls are between 50 and 10 minutes before `now` only.
 */
export function shopHistory(now: number, ahead: number): ShopHistory {
  const from = now - 50 * 60;
  const to = now - 10 * 60;
  // With the first sample of a slot: what a process counts between a sample and its end is known to nobody.
  const restart = now - 30 * 60 + every;
  const instances = ['a', 'b', 'c'];
  const fresh = (instance: string, status: string): Counter => ({
    labels: `service_name="rules-shop",span_name="GET /orders",span_kind="SPAN_KIND_SERVER",service_version="1.0.0",status_code="${status}",instance="${instance}"`,
    calls: 0,
    buckets: bounds.map(() => 0),
  });
  const counters = new Map(instances.map((one) => [one, fresh(one, 'STATUS_CODE_UNSET')]));
  const failures = fresh('c', 'STATUS_CODE_ERROR');
  const lines = { calls: [] as string[], buckets: [] as string[] };
  let [calls, errors] = [0, 0];
  const write = ({ labels, calls: n, buckets }: Counter, at: number): void => {
    lines.calls.push(`traces_span_metrics_calls_total{${labels}} ${n} ${at}`);
    let sum = 0;
    for (const [i, le] of bounds.entries()) {
      sum += buckets[i] ?? 0;
      lines.buckets.push(
        `traces_span_metrics_duration_milliseconds_bucket{${labels},le="${le}"} ${sum} ${at}`,
      );
    }
  };
  for (let at = now - 3 * 3600; at <= now + ahead; at += every) {
    const busy = at > from && at <= to;
    for (const one of instances) {
      if (one === 'b' && at === restart) counters.set(one, fresh(one, 'STATUS_CODE_UNSET'));
      const counter = counters.get(one);
      if (counter === undefined) continue;
      if (busy)
        for (const [i, n] of perSample.entries()) {
          counter.buckets[i] = (counter.buckets[i] ?? 0) + n;
          counter.calls += n;
          calls += n;
        }
      write(counter, at);
    }
    if (at < now - 20 * 60) continue;
    if (failures.calls === 0) {
      failures.calls = 5;
      failures.buckets[3] = 5;
      calls += 5;
      errors += 5;
    }
    write(failures, at);
  }
  let sum = 0;
  const total = perSample.reduce((all, n) => all + n, 0);
  return {
    text: [
      '# TYPE traces_span_metrics_calls counter',
      ...lines.calls,
      '# TYPE traces_span_metrics_duration_milliseconds histogram',
      ...lines.buckets,
      '# EOF',
      '',
    ].join('\n'),
    from,
    to,
    calls,
    errors,
    atMost: new Map(
      bounds.map((le, i) => {
        sum += perSample[i] ?? 0;
        return [le, (sum / total) * (calls - errors)];
      }),
    ),
  };
}
