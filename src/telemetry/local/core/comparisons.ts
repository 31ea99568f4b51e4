import type { ComparisonContext } from '../../../domain/comparison.ts';
import type { Comparison } from '../../../domain/stats.ts';
import { milliseconds } from '../../../domain/units.ts';
import type { Cell } from './cells.ts';
import { comparisonSide, sharedTime, timeOnGrid, warmUp } from './comparisonSides.ts';
import { isRunning, shares } from './liveInterval.ts';
import type { Span } from './numbersOfGroup.ts';
import type { QueryData } from './queryData.ts';
import type { ReleaseRun } from './releases.ts';
import type { ServiceEntry } from './services.ts';

const askedKept = 60 * 60_000;

/** Running releases against the running one with the largest share; a full rollout against the release before it. */
export function comparisonsOf(
  data: QueryData,
  service: ServiceEntry,
  cells: readonly Cell[],
  span: Span,
  now: number,
): Comparison[] {
  const named = service.releases.runs.filter((run) => run.version !== '' && run.older !== true);
  const parts = shares(service, now, data.began);
  // After a rollback the processes of the bad release may still run, without calls: there is nothing left to go back from.
  const running = named.filter(
    (run) => isRunning(service, run, now) && (parts.size === 0 || (parts.get(run) ?? 0) > 0),
  );
  const context = (block: number, basis: Comparison['basis']): ComparisonContext => ({
    block: milliseconds(block),
    functions: functionsJudged(service, now),
    basis,
  });
  if (running.length >= 2) {
    const baseline = running.reduce((best, run) =>
      (parts.get(run) ?? 0) > (parts.get(best) ?? 0) ? run : best,
    );
    return running.flatMap((candidate) => {
      if (candidate === baseline) return [];
      const time = sharedTime(candidate, baseline, span.from, now, now, data.traits?.warmUp);
      if (time === undefined) return [];
      return data.compare(
        comparisonSide(cells, candidate, time),
        comparisonSide(cells, baseline, time),
        context(time.block, 'concurrent'),
      );
    });
  }
  const candidate = running[0];
  if (candidate === undefined) return [];
  const before = named
    .filter((run) => run !== candidate && run.lastSeen >= span.from)
    .sort((a, b) => b.lastSeen - a.lastSeen)[0];
  if (before === undefined) return [];
  const start = candidate.firstSeen + (data.traits?.warmUp ?? warmUp);
  return beforeAfter(cells, candidate, before, span, start, now).map(([a, b, block]) =>
    data.compare(a, b, context(block, 'beforeAfter')),
  );
}

type Sides = [ReturnType<typeof comparisonSide>, ReturnType<typeof comparisonSide>, number];

/** The last stretch of the old release, moved onto the first of the new one, equally long. */
function beforeAfter(
  cells: readonly Cell[],
  candidate: ReleaseRun,
  before: ReleaseRun,
  span: Span,
  start: number,
  now: number,
): Sides[] {
  const length = Math.min(now - candidate.firstSeen, before.lastSeen - span.from);
  const time = timeOnGrid(Math.max(span.from, start), now, now);
  const earlier = timeOnGrid(Math.max(span.from, before.lastSeen - length), before.lastSeen, now);
  if (time === undefined || earlier === undefined) return [];
  const block = Math.max(time.block, earlier.block);
  const on = (t: number): number => Math.ceil(t / block) * block;
  const shift = on(time.from) - on(earlier.from);
  return [
    [
      comparisonSide(cells, candidate, { ...time, from: on(time.from), block }),
      comparisonSide(cells, before, { ...earlier, from: on(earlier.from), block }, shift),
      block,
    ],
  ];
}

/** Functions asked for within the hour: the chance of a false alarm is shared among them, whatever one request holds. */
function functionsJudged(service: ServiceEntry, now: number): number {
  for (const [key, at] of service.asked) if (now - at > askedKept) service.asked.delete(key);
  return Math.max(1, service.asked.size);
}
