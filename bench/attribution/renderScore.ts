import { addUp, type Score } from './score.ts';

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${(Math.floor((1000 * part) / whole) / 10).toFixed(1)} %`;

const columns: readonly (readonly [string, (score: Score) => string])[] = [
  ['functions found', (s) => `${s.found.size} of ${s.functions.size}`],
  ['', (s) => percent(s.found.size, s.functions.size)],
  ['calls found', (s) => percent(s.right, s.calls)],
  ['precision', (s) => percent(s.right, s.right + s.wrong)],
  ['wrong', (s) => String(s.wrong)],
  ['of them without owner', (s) => String(s.claimed)],
  ['ambiguous with the owner', (s) => String(s.ambiguousWithOwner)],
  ['without', (s) => String(s.ambiguousWithoutOwner)],
  ['silent', (s) => String(s.silent)],
  ['calls', (s) => String(s.calls)],
];

/** A Markdown table, one line per application and one for all. */
export function renderTable(scores: ReadonlyMap<string, Score>): string {
  const row = (name: string, score: Score): string =>
    `| ${[name, ...columns.map(([, cell]) => cell(score))].join(' | ')} |`;
  return [
    `| ${['application', ...columns.map(([title]) => title)].join(' | ')} |`,
    `| ${['---', ...columns.map(() => '---:')].join(' | ')} |`,
    ...[...scores].map(([app, score]) => row(app, score)),
    row('all', addUp(scores)),
  ].join('\n');
}

/** Misses and wrong answers, most frequent first. */
export const faultsOf = (score: Score): readonly { calls: number; fault: string }[] =>
  [...score.faults].sort(([, a], [, b]) => b - a).map(([fault, calls]) => ({ calls, fault }));

export function renderFaults(scores: ReadonlyMap<string, Score>): string {
  const lines: string[] = [];
  for (const [app, score] of scores) {
    if (score.faults.size === 0) continue;
    lines.push('', app);
    for (const { calls, fault } of faultsOf(score)) lines.push(`  ${calls} × ${fault}`);
  }
  return lines.join('\n');
}

export function scoreAsJson(score: Score): Record<string, unknown> {
  const { functions, found } = score;
  return {
    ...score,
    functions: functions.size,
    found: found.size,
    wrongSpans: [...score.wrongSpans],
    missed: [...functions].filter((f) => !found.has(f)),
    recallByCalls: score.calls === 0 ? null : score.right / score.calls,
    precisionByCalls:
      score.right + score.wrong === 0 ? null : score.right / (score.right + score.wrong),
    faults: faultsOf(score),
  };
}
