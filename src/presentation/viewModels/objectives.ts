import type { Insight } from '../../domain/insight.ts';
import type { Limits } from '../../domain/objective.ts';
import type { FunctionStats } from '../../domain/stats.ts';
import * as text from './numberText.ts';

/** One objective of a function against its numbers. */
export interface JudgedObjective {
  /** `objective p95 ≤ 200 ms: missed, 212 ms` */
  readonly text: string;
  readonly missed: boolean;
}

/** Calls of a sample, and a bucket that nobody tells the beginning of. */
const onlyBounds = ({ p95Ms, basis }: FunctionStats): boolean =>
  basis === 'sample' || p95Ms?.low === 0;

/** Where only a bound is known (the last bucket has no end, or the value is somewhere between bounds), the bound must be above. */
const p95Above = (stats: FunctionStats, limit: number): boolean =>
  stats.p95Ms !== undefined &&
  (stats.p95Ms.beyond === true || onlyBounds(stats) ? stats.p95Ms.low : stats.p95Ms.value) > limit;

const errorsAbove = ({ errorRatio }: FunctionStats, limit: number): boolean =>
  errorRatio !== undefined && errorRatio > limit;

/** Whether a function needs attention by what is expected of it. */
export const isAbove = (stats: FunctionStats, { p95Ms, errorRatio }: Limits): boolean =>
  (p95Ms !== undefined && p95Above(stats, p95Ms)) ||
  (errorRatio !== undefined && errorsAbove(stats, errorRatio));

/** The function's objectives, judged by all its calls in the window. Empty without objectives or without numbers. */
export function judgeObjectives({ objective, numbers }: Insight): readonly JudgedObjective[] {
  const total = numbers?.total;
  if (objective === undefined || total === undefined) return [];
  const judged: JudgedObjective[] = [];
  const { p95Ms, errorRatio } = objective;
  if (p95Ms !== undefined && total.p95Ms !== undefined) {
    const missed = p95Above(total, p95Ms);
    const unknown = total.p95Ms.beyond === true || (onlyBounds(total) && total.p95Ms.high > p95Ms);
    const verdict = missed ? 'missed' : unknown ? "can't be told" : 'met';
    judged.push({
      text: `objective p95 ≤ ${p95Ms} ms: ${verdict}, ${text.renderQuantile(total.p95Ms)}`,
      missed,
    });
  }
  // No errors among calls of which the first were missed is not known to be none.
  const known = total.lowerBound !== true || (total.errorRatio ?? 0) > 0;
  if (errorRatio !== undefined && total.errorRatio !== undefined && known) {
    const missed = errorsAbove(total, errorRatio);
    judged.push({
      text: `objective errors ≤ ${Number((errorRatio * 100).toPrecision(6))} %: ${missed ? 'missed' : 'met'}, ${text.renderRatio(total.errorRatio)}`,
      missed,
    });
  }
  return judged;
}
