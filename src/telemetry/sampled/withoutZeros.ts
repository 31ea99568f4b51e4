import type { FunctionNumbers, FunctionStats } from '../../domain/stats.ts';

/** No error among some of the calls is not known to be none. */
export function withoutZeros(numbers: FunctionNumbers): FunctionNumbers {
  const { total, releases } = numbers;
  return {
    ...numbers,
    ...(total === undefined ? {} : { total: withoutZero(total) }),
    releases: releases.map((release) => ({ ...release, stats: withoutZero(release.stats) })),
  };
}

function withoutZero(stats: FunctionStats): FunctionStats {
  const { errorRatio, ...known } = stats;
  return errorRatio === 0 ? known : stats;
}
