import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Attribution } from '../src/domain/attribution.ts';
import type { FunctionRef } from '../src/domain/functionDecl.ts';
import type { Operation } from '../src/domain/operation.ts';

export interface Answer {
  readonly operation: Operation;
  readonly attribution: Attribution;
}

interface Owner {
  readonly file: string;
  readonly line: number;
  readonly function: string;
}

export interface Score {
  calls: number;
  owned: number;
  right: number;
  wrong: number;
  /** An owner named where the truth has none: part of `wrong`. */
  claimed: number;
  ambiguousWith: number;
  ambiguousWithout: number;
  silent: number;
  functions: Set<string>;
  found: Set<string>;
  /** Explanation of each miss and wrong answer → how often. */
  faults: Map<string, number>;
}

/** Right: the file is the truth's and the line within 3, or the last part of the name is the same. */
export function score(ownersFile: string, answers: ReadonlyMap<string, Answer>): Score {
  const total: Score = {
    calls: 0,
    owned: 0,
    right: 0,
    wrong: 0,
    claimed: 0,
    ambiguousWith: 0,
    ambiguousWithout: 0,
    silent: 0,
    functions: new Set(),
    found: new Set(),
    faults: new Map(),
  };
  for (const line of gunzipSync(readFileSync(ownersFile)).toString().split('\n')) {
    if (line === '') continue;
    const truth = JSON.parse(line) as {
      traceId: string;
      spanId: string;
      kind: string;
      owner: Owner | null;
    };
    const answer = answers.get(`${truth.traceId}/${truth.spanId}/${truth.kind.toUpperCase()}`);
    count(total, truth.owner, answer);
  }
  return total;
}

function count(total: Score, owner: Owner | null, answer: Answer | undefined): void {
  total.calls += 1;
  const attribution = answer?.attribution;
  if (owner !== null) {
    total.owned += 1;
    total.functions.add(`${owner.file}:${owner.line}`);
  }
  if (attribution?.kind === 'owned') {
    if (owner !== null && same(attribution.owner, owner)) {
      total.right += 1;
      total.found.add(`${owner.file}:${owner.line}`);
      return;
    }
    total.wrong += 1;
    if (owner === null) total.claimed += 1;
    fault(total, 'WRONG', owner, answer);
  } else if (owner !== null) {
    const among =
      attribution?.kind === 'ambiguous' && attribution.candidates.some((c) => same(c, owner));
    if (attribution?.kind !== 'ambiguous') total.silent += 1;
    else if (among) total.ambiguousWith += 1;
    else total.ambiguousWithout += 1;
    fault(total, attribution?.kind ?? 'not seen', owner, answer);
  }
}

function same(ref: FunctionRef, owner: Owner): boolean {
  if (ref.id.slice(0, ref.id.indexOf('#')) !== owner.file) return false;
  if (Math.abs(ref.declarationLine + 1 - owner.line) <= 3) return true;
  const last = owner.function.split('.').at(-1);
  return !owner.function.includes('anonymous') && ref.name.split('.').at(-1) === last;
}

function fault(total: Score, kind: string, owner: Owner | null, answer: Answer | undefined): void {
  const truth = owner === null ? 'none' : `${owner.file}:${owner.line} ${owner.function}`;
  const said =
    answer === undefined
      ? ''
      : `${answer.attribution.telemetry} ⇒ ${answer.attribution.kind === 'owned' ? answer.attribution.owner.name : ''} (${answer.attribution.explanation})`;
  const text = `${kind}: truth ${truth}; ${said}`;
  total.faults.set(text, (total.faults.get(text) ?? 0) + 1);
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;

export function renderScore(app: string, s: Score): string {
  const faults = [...s.faults].sort((a, b) => b[1] - a[1]).map(([text, n]) => `    ${n} × ${text}`);
  return [
    `${app}: functions ${s.found.size}/${s.functions.size} (${percent(s.found.size, s.functions.size)}), calls ${s.right}/${s.owned} (${percent(s.right, s.owned)}), precision ${percent(s.right, s.right + s.wrong)}, wrong ${s.wrong} (claimed without owner ${s.claimed}), ambiguous with the owner ${s.ambiguousWith}, without ${s.ambiguousWithout}, silent ${s.silent}`,
    ...faults,
  ].join('\n');
}
