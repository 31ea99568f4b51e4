import { receivedSpans, type ReleaseState, type ServiceState } from '../../../domain/release.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import type { FunctionNumbers, ReleaseNumbers } from '../../../domain/stats.ts';
import { ratio, unixMillis, type UnixMillis } from '../../../domain/units.ts';
import type { NumbersQuery, OperationGroup, Select } from '../../ports.ts';
import type { Cell } from './cells.ts';
import { comparisonsOf } from './comparisons.ts';
import { aroundActiveJobs, isJobStep } from './jobRuns.ts';
import { isRunning, liveInterval, shares, type LiveInterval } from './liveInterval.ts';
import {
  callOutCells,
  emptySum,
  observedSpan,
  outermostCells,
  seriesOf,
  statsOf,
  sumByRun,
  type Group,
  type RunSum,
  type Span,
} from './numbersOfGroup.ts';
import { observedSince } from './pauses.ts';
import type { OperationEntry } from './operations.ts';
import type { QueryData } from './queryData.ts';
import type { ReleaseRun } from './releases.ts';
import { isAlive, warningsOf, type ServiceEntry } from './services.ts';
import { chooseAlive, chooseService, type Chosen } from './serviceTable.ts';
import { absorb } from './slots.ts';

const mostReleases = 10;

export const sourceOf = (service: ServiceEntry): string =>
  service.hasSpans || service.metrics.newest === 0
    ? receivedSpans
    : 'metrics of the local receiver (panics without a status not counted)';

export function serviceStates(data: QueryData, select: Select, now: number): ServiceState[] {
  return [...data.services.keys()].flatMap((key): ServiceState[] => {
    const entries = data.services.of(key);
    const { service, problem } = chooseAlive(entries, select, now, data.traits?.environment);
    if (problem !== undefined) return [withoutRelease(key, entries, problem, now)];
    if (service === undefined) return [];
    const parts = sharesOf(data, service, now);
    return [
      {
        service: service.key,
        alive: isAlive(service, now),
        lastSeen: unixMillis(Math.floor(service.lastSeen)),
        releases: service.releases.runs
          .filter((run) => run.older !== true)
          .map((run) => releaseState(data, service, run, parts, now))
          .sort((a, b) => Number(b.running) - Number(a.running) || b.lastSeen - a.lastSeen)
          .slice(0, mostReleases),
        warnings: warningsOf(service),
        source: data.traits?.name ?? sourceOf(service),
      },
    ];
  });
}

/** A service whose releases can't be told from those of another environment. */
const withoutRelease = (
  service: ServiceKey,
  entries: readonly ServiceEntry[],
  problem: string,
  now: number,
): ServiceState => ({
  service,
  alive: entries.some((entry) => isAlive(entry, now)),
  lastSeen: unixMillis(Math.floor(Math.max(0, ...entries.map((entry) => entry.lastSeen)))),
  releases: [],
  problem,
  warnings: [problem],
  source: 'the local receiver',
});

function releaseState(
  data: QueryData,
  service: ServiceEntry,
  run: ReleaseRun,
  parts: ReadonlyMap<ReleaseRun, number>,
  now: number,
): ReleaseState {
  const part = parts.get(run);
  return {
    version: run.version,
    run: run.run,
    running: isRunning(service, run, now, data.traits?.running),
    // An unknown release may be several: its part of the traffic is no release's share.
    ...(part === undefined || run.version === '' ? {} : { share: ratio(part) }),
    firstSeen: unixMillis(Math.floor(run.firstSeen)),
    lastSeen: unixMillis(Math.floor(Math.max(run.lastSeen, run.lastProcess))),
    ...(run.commit === undefined || run.commit === '' ? {} : { commit: run.commit }),
  };
}

/** What part of a sample a release has says how traces were taken. */
const sharesOf = (
  data: QueryData,
  service: ServiceEntry,
  now: number,
): ReadonlyMap<ReleaseRun, number> =>
  data.traits?.sample === undefined ? shares(service, now, data.began) : new Map();

const anyAlive = (data: QueryData, service: ServiceKey, now: number): boolean =>
  data.services.of(service).some((entry) => isAlive(entry, now));

const windowStart = (query: Pick<NumbersQuery, 'window' | 'since'>, now: number): number =>
  Math.max(now - query.window, query.since ?? 0);

/** The service in the environment that is selected; several with telemetry in the window are a problem. */
export const serviceAsked = (
  data: QueryData,
  asked: OperationGroup,
  query: NumbersQuery,
  now: number,
): Chosen =>
  chooseService(
    data.services.of(asked.service),
    query.select ?? {},
    (entry) => entry.lastSeen >= windowStart(query, now),
    data.traits?.environment,
  );

export function numbersOf(
  data: QueryData,
  asked: OperationGroup,
  query: NumbersQuery,
  now: UnixMillis,
): FunctionNumbers {
  const windowFrom = windowStart(query, now);
  const { service, problem } = serviceAsked(data, asked, query, now);
  const nothing = {
    key: asked.key,
    releases: [],
    exceptions: [],
    series: [],
    comparisons: [],
  };
  if (service === undefined)
    return {
      ...nothing,
      window: { from: unixMillis(windowFrom), to: now },
      serviceAlive: problem !== undefined && anyAlive(data, asked.service, now),
      ...(problem === undefined ? {} : { problem }),
    };
  service.asked.set(asked.key, now);
  const observedFrom = observedStart(data, service, windowFrom, now);
  const { traits } = data;
  const span = observedSpan(windowFrom, now, observedFrom, now, traits?.slot);
  const group = groupOf(data, service, asked, span);
  const alive = isAlive(service, now);
  const { cells, incomplete } = outermostCells(group, data.cells, data.paths);
  const unusable = !service.hasSpans && service.metrics.twoWritersAt >= span.from;
  const newest = newestOf(cells, span);
  const live = liveInterval(service, newest, now, data.began);
  const runs = unusable ? new Map<ReleaseRun, RunSum>() : sumByRun(cells, span, live);
  const known = {
    clientErrors: (traits?.clientErrors ?? true) && group.operations.some((o) => o.entry),
    percentiles: true,
    lowerBound: incomplete,
    source: traits?.name ?? sourceOf(service),
    ...(traits?.sample === undefined ? {} : { sample: traits.sample }),
  };
  const rate = (calls: number): number | undefined =>
    alive && live.seconds > 0 && traits?.sample === undefined ? calls / live.seconds : undefined;
  const total = totalOf(runs);
  const out = unusable
    ? emptySum()
    : sumCells(callOutCells(group, data.cells, data.paths), span, live);
  const refused = total.sum.staged - total.sum.handled;
  const { releases, older } = releaseNumbers(data, service, runs, now, (sum) =>
    statsOf(sum.sum, { ...known, perSecond: rate(sum.live) }),
  );
  return {
    ...nothing,
    window: { from: unixMillis(Math.floor(Math.min(span.from, now))), to: now },
    ...(total.sum.newest > 0 ? { observedAt: unixMillis(Math.floor(total.sum.newest)) } : {}),
    serviceAlive: alive,
    ...(alive ? {} : { silentSince: unixMillis(Math.floor(service.lastSeen)) }),
    ...(total.sum.calls > 0
      ? { total: statsOf(total.sum, { ...known, perSecond: rate(total.live) }) }
      : {}),
    releases,
    ...(older > 0 ? { olderReleases: older } : {}),
    ...(refused > 0 ? { refused: Math.round(refused) } : {}),
    ...('live' in out && out.sum.calls > 0
      ? {
          callsOut: statsOf(out.sum, {
            ...known,
            clientErrors: false,
            perSecond: rate(out.live),
          }),
        }
      : {}),
    exceptions: data.exceptions.query(group.members, (stretch) => span.takes(stretch)),
    // Points of few calls each would show chance.
    series:
      unusable || traits?.sample !== undefined
        ? []
        : seriesOf(cells, span, now, query.seriesPoints, traits?.slot),
    comparisons:
      unusable || traits?.sample !== undefined
        ? []
        : comparisonsOf(data, service, cells, span, now),
  };
}

/**
 * From when on the window is observed. Cumulative metrics cover what came while nobody listened; spans of that time are lost, and a
 * window that misses more than a tenth begins after the pause, once there is telemetry after it.
 */
export function observedStart(
  data: QueryData,
  service: ServiceEntry,
  windowFrom: number,
  now: number,
): number {
  if (!service.hasSpans) return service.metrics.observedFrom;
  const since = observedSince(data.pauses, Math.max(windowFrom, service.firstSeen), now);
  return since > windowFrom && service.lastSeen > since ? since : service.firstSeen;
}

function groupOf(data: QueryData, service: ServiceEntry, asked: OperationGroup, span: Span): Group {
  // One source per service: where it sends spans, what its metrics say of the same calls is left aside.
  const source = service.hasSpans ? 'span' : 'metric';
  const operations = asked.operations
    .map((id) => data.operations.get(id))
    .filter((o) => o !== undefined)
    .filter(
      (o) =>
        o.service === service && o.operation.overflow !== true && o.operation.source === source,
    );
  const around = aroundActiveJobs(operations, data.cells, span);
  const counted =
    source === 'metric'
      ? onePopulation(operations)
      : operations.filter((o) => !around.has(o.index) && !isJobStep(o.operation));
  return { service, operations: counted, members: new Set(counted.map((o) => o.index)) };
}

/**
 * Metrics have no parents: a request and the spans inside of its handler are the same call, counted by one population only
 * (docs/semantics.md, "A call").
 */
function onePopulation(operations: readonly OperationEntry[]): readonly OperationEntry[] {
  const entries = operations.filter((o) => o.entry);
  if (entries.length > 0) return entries;
  const located = operations.filter((o) => o.operation.code !== undefined);
  return located.length > 0 ? located : operations;
}

function newestOf(cells: readonly Cell[], span: Span): number {
  let newest = 0;
  for (const cell of cells) {
    const slot = cell.series.slots.at(-1);
    if (slot !== undefined && span.takes(slot)) newest = Math.max(newest, slot.newest);
  }
  return newest;
}

function totalOf(runs: ReadonlyMap<ReleaseRun, RunSum>): { sum: RunSum['sum']; live: number } {
  const sum = emptySum();
  let live = 0;
  for (const run of runs.values()) {
    absorb(sum, run.sum);
    live += run.live;
  }
  return { sum, live };
}

const sumCells = (
  cells: readonly Cell[],
  span: Span,
  live: LiveInterval,
): { sum: RunSum['sum']; live: number } => totalOf(sumByRun(cells, span, live));

function releaseNumbers(
  data: QueryData,
  service: ServiceEntry,
  runs: ReadonlyMap<ReleaseRun, RunSum>,
  now: number,
  stats: (sum: RunSum) => ReleaseNumbers['stats'],
): { readonly releases: ReleaseNumbers[]; readonly older: number } {
  const parts = sharesOf(data, service, now);
  const shown = service.releases.runs.filter(
    (run) =>
      run.older !== true && (runs.has(run) || isRunning(service, run, now, data.traits?.running)),
  );
  const all = shown.map((run) => ({
    ...releaseState(data, service, run, parts, now),
    stats: stats(runs.get(run) ?? { run, sum: emptySum(), live: 0 }),
  }));
  all.sort(
    (a, b) =>
      Number(b.running) - Number(a.running) ||
      (b.share ?? 0) - (a.share ?? 0) ||
      b.lastSeen - a.lastSeen,
  );
  const unnamed = [...runs.keys()].filter((run) => run.older === true);
  const beyond = unnamed.reduce(
    (sum, run) => sum + (run.run < 0 ? service.releases.olderVersions : 1),
    0,
  );
  return {
    releases: all.slice(0, mostReleases),
    older: Math.max(0, all.length - mostReleases) + beyond,
  };
}
