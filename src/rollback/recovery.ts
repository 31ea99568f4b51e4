import type { FunctionStats } from '../domain/stats.ts';

/** Fewer calls than this after the action prove nothing. */
const fewestCalls = 30;

/** `waiting`: too few calls since the action, or still as bad. `untold`: numbers of this kind can't tell, however long one waits. */
export interface RecoveryView {
  readonly state: 'waiting' | 'recovered' | 'untold';
  /** One line for a person, from our own numbers, for example "errors 6.1 % → 0.3 %, p95 690 → 210 ms (412 calls)". */
  readonly text: string;
}

/**
 * Recovery is judged on data after the action only: errors and p95 are back at what the target release showed before,
 * within the margins of the verdict.
 * @param bad the release that was left, before the action
 * @param good the release that was gone to, before the action; absent: not known, then the verdict's plain margins decide
 */
export function judgeRecovery(
  after: FunctionStats | undefined,
  bad: FunctionStats | undefined,
  good: FunctionStats | undefined,
): RecoveryView {
  if (after?.basis === 'sample')
    return {
      state: 'untold',
      text: 'its numbers are those of a sample of traces, which says nothing of how many calls fail',
    };
  const calls = after?.count ?? 0;
  if (after === undefined || calls < fewestCalls)
    return { state: 'waiting', text: `${callsText(calls)}, too few to tell` };
  const text = [
    change('errors', bad?.errorRatio, after.errorRatio, percent),
    change('p95', bad?.p95Ms?.value, after.p95Ms?.value, milliseconds),
  ].filter((part) => part !== undefined);
  const errorsFine =
    after.errorRatio === undefined ||
    after.errorRatio <= (good?.errorRatio ?? 0) + Math.max(0.005, 0.25 * (good?.errorRatio ?? 0));
  const goodP95 = good?.p95Ms?.high ?? bad?.p95Ms?.low;
  const p95Fine =
    after.p95Ms === undefined ||
    goodP95 === undefined ||
    after.p95Ms.low <= Math.max(1.2 * goodP95, goodP95 + 10);
  return {
    state: errorsFine && p95Fine ? 'recovered' : 'waiting',
    text: `${text.join(', ')} (${callsText(calls)})`,
  };
}

function change(
  name: string,
  before: number | undefined,
  after: number | undefined,
  render: (value: number) => string,
): string | undefined {
  if (after === undefined) return undefined;
  return before === undefined
    ? `${name} ${render(after)}`
    : `${name} ${render(before)} → ${render(after)}`;
}

const callsText = (calls: number): string =>
  `${calls} ${calls === 1 ? 'call' : 'calls'} since the action`;
/** `0 %` is said of none only. */
const percent = (value: number): string =>
  `${value > 0 && value < 0.001 ? '< 0.1' : Number((value * 100).toFixed(1))} %`;
const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
