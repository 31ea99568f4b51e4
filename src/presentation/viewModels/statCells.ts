import type { Comparison, FunctionStats } from '../../domain/stats.ts';
import * as text from './numberText.ts';
import { none } from './stackErrorTable.ts';

/** Calls per second, p50, p95, p99 and errors as cells of a table; what is worse than in the release it was compared with is marked. */
export function statCells(
  stats: FunctionStats,
  comparison: Comparison | undefined,
  live = true,
): readonly string[] {
  const least = stats.lowerBound === true ? '≥ ' : '';
  const worse = (metric: 'p95' | 'errors'): boolean =>
    comparison?.basis === 'concurrent' &&
    comparison.findings.some((f) => f.metric === metric && f.verdict === 'worse');
  const known = (cell: string): string => (cell === '' ? none : cell);
  const strong = (cell: string, is: boolean): string =>
    is && cell !== none ? `**${cell} ▲**` : cell;
  const errors =
    stats.errorRatio === undefined || (least !== '' && stats.errorRatio === 0)
      ? none
      : least + text.renderRatio(stats.errorRatio);
  return [
    stats.basis === 'sample'
      ? sampled(stats.count)
      : !live || stats.perSecond === undefined
        ? none
        : least + rate(stats.perSecond),
    known(text.renderQuantile(stats.p50Ms)),
    strong(known(text.renderQuantile(stats.p95Ms)), worse('p95')),
    known(text.renderQuantile(stats.p99Ms)),
    strong(errors, worse('errors')),
  ];
}

/** No rate follows from a sample; its size says what the percentiles are worth. */
const sampled = (count: number | undefined): string =>
  count === undefined ? none : `${text.renderCount(count)} sampled`;

/** The column says calls per second: only rarer calls name their unit. */
const rate = (perSecond: number): string => text.renderRate(perSecond).replace(/\/s$/, '');
