import { liveCalls, type ReleaseRun } from './releases.ts';
import type { ServiceEntry } from './services.ts';
import { finest } from './slots.ts';

/** The live interval of spans that come to this machine. */
const spansLive = 60_000;
/** How far spans may lag behind: a batch processor's 5 s, an open trace's 10 s, and what the two cost together. */
const mostLag = 20_000;

/** The stretch over which rates and shares are taken: whole slots that hold data up to `end`. */
export interface LiveInterval {
  readonly from: number;
  readonly to: number;
  /** The observed part of it in seconds, up to the newest data; 0: too short to say a rate. */
  readonly seconds: number;
}

/**
 * Spans arrive some seconds late; an interval that ended now would always miss the newest ones and read low. It ends at the newest
 * data instead (`newest`), inside its slot, but never more than the lag ago: traffic that stopped reads as stopped. Under a slot's
 * length of observed time there is no rate: a few calls over a second or two say nothing about a minute.
 */
export function liveInterval(
  service: ServiceEntry,
  newest: number,
  now: number,
  began: number,
): LiveInterval {
  if (!service.hasSpans && service.metrics.newest > 0) return metricsInterval(service);
  const end = Math.min(now, Math.max(newest, now - mostLag));
  const to = floorSlot(end) + finest;
  // After a restart, what came before is in the slots but the pause between is not: counting begins anew, with a whole slot.
  const restarted = began > service.firstSeen ? Math.ceil(began / finest) * finest : -Infinity;
  const from = Math.max(to - spansLive, restarted);
  const observed = end - Math.max(from, service.firstSeen);
  return { from, to, seconds: observed >= finest ? observed / 1000 : 0 };
}

function metricsInterval(service: ServiceEntry): LiveInterval {
  const { newest, interval, observedFrom } = service.metrics;
  const length = Math.max(spansLive, 4 * interval);
  const to = floorSlot(newest) + finest;
  const observed = Math.min(length, newest - observedFrom);
  return { from: to - length, to, seconds: observed >= finest ? observed / 1000 : 0 };
}

const floorSlot = (time: number): number => Math.floor(time / finest) * finest;

/** Whether a release runs: calls or process telemetry of it in the live interval, lag allowed. */
export function isRunning(
  service: ServiceEntry,
  run: ReleaseRun,
  now: number,
  within?: number,
): boolean {
  const usual = service.hasSpans ? spansLive : Math.max(spansLive, 4 * service.metrics.interval);
  const length = within ?? usual;
  return run.older !== true && now - Math.max(run.lastSeen, run.lastProcess) <= length + mostLag;
}

/** Share of each running release in the service's entry calls; roots of traces stand in where a service has no entries. */
export function shares(
  service: ServiceEntry,
  now: number,
  began: number,
): ReadonlyMap<ReleaseRun, number> {
  const newest = Math.max(0, ...service.releases.runs.map((run) => run.lastSeen));
  const { from, to } = liveInterval(service, newest, now, began);
  const running = service.releases.runs.filter((run) => isRunning(service, run, now));
  for (const what of ['entries', 'roots'] as const) {
    const calls = running.map((run) => liveCalls(run, from, to, what));
    const total = calls.reduce((sum, n) => sum + n, 0);
    if (total > 0) return new Map(running.map((run, i) => [run, (calls[i] ?? 0) / total]));
  }
  return new Map();
}
