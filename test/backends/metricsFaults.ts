import { control, faultServers, scrape } from './faultServers.ts';
import { LiveProcess } from './liveTraffic.ts';
import {
  realWindow,
  settledWindows,
  untilRecovered,
  untilSeen,
  type RealWindow,
} from './realWindow.ts';
import { RecordingProxy } from './recordingProxy.ts';
import { SpanMetricsExporter } from './spanMetricsExporter.ts';
import { until } from './untilFound.ts';
import type { SeenNumbers } from '../unit/faults/numbersWindow.ts';

const name = 'GET /orders/:id';
/** The next slot after this one has ended and settled. */
const slot = 10_000;
const settle = 3_500;

/** What a fault at a real server led to. */
export interface SeenFault {
  readonly during: SeenNumbers;
  readonly after: SeenNumbers;
  /** Calls that were made in all. */
  readonly made: number;
  /** Requests while it lasted, and from its end until all was as before. */
  readonly asked: number;
  readonly askedAfter: number;
  /** From the first question after the end of the fault until numbers were fresh, milliseconds. */
  readonly recoveredIn: number;
}

const isFresh = (window: RealWindow): boolean => {
  const { health, stale, state } = window.seen();
  return health === 'ok' && state === 'observed' && !stale;
};
/** Calls per second were observed for long enough: from then on the annotation has all its parts. */
const hasRate = (window: RealWindow): boolean => /\d\/s /.test(window.seen().annotation);
const shows = (window: RealWindow, calls: number) => (): SeenNumbers | undefined => {
  const seen = window.seen();
  return !seen.stale && (seen.calls ?? 0) >= calls ? seen : undefined;
};
/** All slots that a call of now may be in are over: what would be counted twice was counted by then. */
const afterSlots = () => {
  const end = Math.ceil(Date.now() / slot) * slot + slot + settle;
  return () => (Date.now() > end ? true : undefined);
};

/** The slot of the first sample is over: what a process counts in that one belongs to no window, since nothing tells what it began with. */
const afterFirstSlot = () => {
  const end = Math.ceil(Date.now() / slot) * slot + 1_000;
  return () => (Date.now() > end ? true : undefined);
};

/** A process that is there from its first call on, and calls of it. */
class Process {
  made = 0;
  /** Since it last began. */
  #count = 0;
  readonly #exporter: SpanMetricsExporter;
  #instance = '';
  #calling: NodeJS.Timeout | undefined;

  constructor(service: string) {
    this.#exporter = new SpanMetricsExporter({ service_name: service, service_version: '1.0.0' });
    // There before it is called: then every call of it belongs to the window.
    this.#exporter.calls(name, 'UNSET', []);
  }

  async start(): Promise<string> {
    this.#instance = await this.#exporter.start();
    return this.#instance;
  }
  stop = (): Promise<void> => {
    clearInterval(this.#calling);
    return this.#exporter.stop();
  };

  begin(): void {
    this.#calling = setInterval(() => {
      this.#exporter.calls(name, 'UNSET', [30, 30, 30]);
      this.made += 3;
      this.#count += 3;
    }, 250);
  }

  /** Resolves when the server has all of its calls: a scrape may come too late for it on a busy machine. */
  async pause({ url }: { readonly url: string }): Promise<void> {
    clearInterval(this.#calling);
    const newest = `last_over_time(traces_span_metrics_calls_total{instance="${this.#instance}"}[1m])`;
    const query = new URLSearchParams({ query: newest });
    await until(`${this.#count} calls at the server`, async () => {
      const answer = await fetch(`${url}/api/v1/query?${query.toString()}`);
      const { data } = (await answer.json()) as {
        readonly data?: {
          readonly result: readonly { readonly value: readonly [number, string] }[];
        };
      };
      const value = data?.result[0]?.value[1];
      return Number(value) === this.#count || `it has ${value ?? 'none'}`;
    });
  }

  restart(): void {
    this.#exporter.restart();
    this.#count = 0;
    this.#exporter.calls(name, 'UNSET', []);
  }
}

/** A server that is stopped and started on the same port and data; the windows look at it, and at a proxy before it that counts. */
export async function restartedPrometheus(server: 'prometheus' | 'prometheus3'): Promise<{
  readonly direct: SeenFault;
  readonly proxied: SeenFault;
}> {
  const service = `restart-${server}`;
  const { [server]: scraping } = faultServers();
  const process = new Process(service);
  scrape(scraping, await process.start());
  const proxy = new RecordingProxy(scraping.url);
  const direct = realWindow({ kind: 'prometheus', url: scraping.url, service });
  const proxied = realWindow({ kind: 'prometheus', url: await proxy.start(), service });
  const windows = [direct, proxied];
  try {
    await settledWindows(windows);
    await untilSeen('the next slot', windows, afterFirstSlot());
    process.begin();
    await untilSeen('a rate', windows, () => windows.every(hasRate) || undefined);
    await control(server, 'stop');
    const counts = (): readonly [number, number] => [direct.requests(), proxy.asked.length];
    const stopped = counts();
    // The first pause is over, and the second one has begun.
    await untilSeen('two refusals', windows, () =>
      counts().every((count, i) => count - (stopped[i] ?? 0) >= 2) ? true : undefined,
    );
    const during = windows.map((one) => one.seen());
    const away = counts();
    await control(server, 'start');
    const begun = counts();
    const recoveredIn = await untilRecovered(
      windows,
      () => counts().every((count, i) => count > (begun[i] ?? 0)),
      () => windows.every(isFresh),
    );
    const back = counts();
    await process.pause(scraping);
    await untilSeen(`all ${process.made} calls`, windows, () =>
      windows.every((one) => shows(one, process.made)() !== undefined) ? true : undefined,
    );
    await untilSeen('the next slot', windows, afterSlots());
    const seen = (window: RealWindow, i: 0 | 1): SeenFault => ({
      during: during[i] ?? window.seen(),
      after: window.seen(),
      made: process.made,
      asked: away[i] - stopped[i],
      askedAfter: back[i] - away[i],
      recoveredIn,
    });
    return { direct: seen(direct, 0), proxied: seen(proxied, 1) };
  } finally {
    for (const window of windows) window.dispose();
    proxy.stop();
    await process.stop();
  }
}

/** A process that ends while Prometheus goes on, and comes back with its counters at zero. */
export async function stoppedExporter(): Promise<SeenFault & { readonly refreshed: SeenNumbers }> {
  const { steady } = faultServers();
  const service = 'stopped-exporter';
  const process = new Process(service);
  scrape(steady, await process.start());
  const window = realWindow({ kind: 'prometheus', url: steady.url, service });
  try {
    await settledWindows([window]);
    await untilSeen('the next slot', [window], afterFirstSlot());
    process.begin();
    await untilSeen('a rate', [window], () => hasRate(window) || undefined);
    await process.pause(steady);
    await untilSeen(`all ${process.made} calls`, [window], shows(window, process.made));
    await process.stop();
    const asked = window.requests();
    const stale = (): SeenNumbers | undefined => {
      const seen = window.seen();
      return seen.stale ? seen : undefined;
    };
    const during = await untilSeen('old numbers', [window], stale);
    const away = window.requests();
    // A person presses “Refresh”: a look at the backend doesn't find the service any more.
    window.retry();
    await window.look();
    const refreshed = window.seen();
    process.restart();
    await process.start();
    process.begin();
    const before = window.requests();
    const recoveredIn = await untilRecovered(
      [window],
      () => window.requests() > before,
      () => isFresh(window),
    );
    const back = window.requests();
    await process.pause(steady);
    await untilSeen(`all ${process.made} calls`, [window], shows(window, process.made));
    await untilSeen('the next slot', [window], afterSlots());
    return {
      during,
      refreshed,
      after: window.seen(),
      made: process.made,
      asked: away - asked,
      askedAfter: back - before,
      recoveredIn,
    };
  } finally {
    window.dispose();
    await process.stop();
  }
}

/** A collector that ends and comes back: of one pipeline the metrics are scraped, of the other pushed. */
export async function restartedCollector(): Promise<
  readonly { readonly pipeline: string; readonly after: SeenNumbers; readonly made: number }[]
> {
  const { steady, collector } = faultServers();
  scrape(steady, collector.target);
  const pipelines = Object.entries(collector.receivers).map(([pipeline, receiver]) => {
    const service = `collected-${pipeline}`;
    return {
      pipeline,
      process: new LiveProcess(receiver, service, '1.0.0'),
      window: realWindow({ kind: 'prometheus', url: steady.url, service }),
      made: 0,
    };
  });
  const windows = pipelines.map(({ window }) => window);
  const send = async (count: number): Promise<void> => {
    for (const one of pipelines) {
      for (let i = 0; i < count; i += 1) one.process.request('GET', '/orders/:id', 200, 30);
      one.made += count;
      await one.process.flush();
    }
  };
  const all = () =>
    pipelines.every(({ window, made }) => shows(window, made)() !== undefined) ? true : undefined;
  try {
    // What a service counted before it was ever sampled belongs to no window: the calls come later.
    for (const { process } of pipelines) {
      process.work('start', 1);
      await process.flush();
    }
    await settledWindows(windows);
    await untilSeen('the next slot', windows, afterSlots());
    await send(1);
    // An operation that a look didn't find is found later, or when a person presses “Refresh”.
    await untilSeen('the operation', windows, () => {
      const unknown = windows.filter((window) => !window.insight()?.attribution.length);
      for (const window of unknown) window.retry();
      return unknown.length === 0 ? true : undefined;
    });
    await send(40);
    await untilSeen('calls before', windows, all);
    await control('collector', 'stop');
    await control('collector', 'start');
    await send(25);
    await untilSeen('calls after', windows, all);
    await untilSeen('the next slot', windows, afterSlots());
    return pipelines.map(({ pipeline, window, made }) => ({
      pipeline,
      made,
      after: window.seen(),
    }));
  } finally {
    for (const { window, process } of pipelines) {
      window.dispose();
      await process.stop();
    }
  }
}

/** Three instances of a service: one ends for good, another one is replaced. */
export async function lostReplicas(): Promise<{
  readonly after: SeenNumbers;
  /** In a window that is opened afterwards. */
  readonly opened: SeenNumbers;
  readonly made: number;
  readonly madeByLost: number;
}> {
  const { steady } = faultServers();
  const service = 'replicas';
  const replicas = [0, 1, 2, 3].map(() => new Process(service));
  const [gone, replaced, , next] = replicas;
  const looked = { kind: 'prometheus', url: steady.url, service };
  const windows = [realWindow(looked)];
  try {
    for (const one of replicas.slice(0, 3)) scrape(steady, await one.start());
    await settledWindows(windows);
    await untilSeen('the next slot', windows, afterFirstSlot());
    for (const one of replicas.slice(0, 3)) one.begin();
    await untilSeen('numbers', windows, () => windows[0]?.seen().calls);
    for (const one of [gone, replaced]) {
      await one?.pause(steady);
      await one?.stop();
    }
    next?.begin();
    if (next !== undefined) scrape(steady, await next.start());
    const made = (): number => replicas.reduce((sum, one) => sum + one.made, 0);
    await untilSeen('the next slot', windows, afterSlots());
    for (const one of replicas.slice(2)) await one.pause(steady);
    await untilSeen('the next slot', windows, afterSlots());
    windows.push(realWindow(looked));
    await settledWindows(windows);
    const [after, opened] = await untilSeen('numbers of both', windows, () => {
      const seen = windows.map((window) => window.seen());
      return seen.every(({ calls }) => calls !== undefined) ? seen : undefined;
    });
    if (after === undefined || opened === undefined) throw new Error('no window');
    const madeByLost = (gone?.made ?? 0) + (replaced?.made ?? 0);
    return { after, opened, made: made(), madeByLost };
  } finally {
    for (const window of windows) window.dispose();
    for (const one of replicas) await one.stop();
  }
}
