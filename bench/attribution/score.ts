import type { Attribution } from '../../src/domain/attribution.ts';
import type { FunctionRef } from '../../src/domain/functionDecl.ts';
import type { Owner, Owners } from './owners.ts';
import { spanKey } from './recording.ts';
import type { CountedSpan } from './replay.ts';

export type Answers = ReadonlyMap<string, Attribution>;

export interface Score {
  /** Spans that the truth speaks of. */
  spans: number;
  /** Those of them that a function owns. */
  calls: number;
  right: number;
  wrong: number;
  /** An owner named where the truth has none: part of `wrong`. */
  claimed: number;
  ambiguousWithOwner: number;
  ambiguousWithoutOwner: number;
  silent: number;
  /** `file:line` of the functions of the truth, and of those named at least once. */
  readonly functions: Set<string>;
  readonly found: Set<string>;
  /** `KIND name` of the spans for which a wrong owner was named. */
  readonly wrongSpans: Set<string>;
  /** What went wrong or was missed, with the explanation that led to it → how often. */
  readonly faults: Map<string, number>;
}

export const emptyScore = (): Score => ({
  spans: 0,
  calls: 0,
  right: 0,
  wrong: 0,
  claimed: 0,
  ambiguousWithOwner: 0,
  ambiguousWithoutOwner: 0,
  silent: 0,
  functions: new Set(),
  found: new Set(),
  wrongSpans: new Set(),
  faults: new Map(),
});

/** Compares answers (by operation) with the truth, span by span. */
export function score(owners: Owners, spans: readonly CountedSpan[], answers: Answers): Score {
  const total = emptyScore();
  const counted = new Map(spans.map((one) => [spanKey(one.span), one]));
  for (const [key, owner] of owners) {
    const one = counted.get(key);
    count(total, owner, one, answers.get(one?.operation.id ?? ''));
  }
  return total;
}

function count(
  total: Score,
  owner: Owner,
  counted: CountedSpan | undefined,
  attribution: Attribution | undefined,
): void {
  total.spans += 1;
  if (owner !== null) {
    total.calls += 1;
    total.functions.add(place(owner));
  }
  if (attribution?.kind === 'owned') {
    if (owner !== null && isOwner(attribution.owner, owner)) {
      total.right += 1;
      total.found.add(place(owner));
      return;
    }
    total.wrong += 1;
    if (counted !== undefined)
      total.wrongSpans.add(`${counted.span.kind.toUpperCase()} ${counted.span.name}`);
    if (owner === null) total.claimed += 1;
  } else if (owner === null) return;
  else if (attribution?.kind !== 'ambiguous') total.silent += 1;
  else if (attribution.candidates.some((c) => isOwner(c, owner))) total.ambiguousWithOwner += 1;
  else total.ambiguousWithoutOwner += 1;
  const fault = describe(owner, attribution);
  total.faults.set(fault, (total.faults.get(fault) ?? 0) + 1);
}

const place = (owner: NonNullable<Owner>): string => `${owner.file}:${owner.line}`;

/** The same file, and the declaration within three lines or the same last part of the name. */
export function isOwner(ref: FunctionRef, owner: NonNullable<Owner>): boolean {
  if (fileOf(ref) !== owner.file) return false;
  if (Math.abs(ref.declarationLine + 1 - owner.line) <= 3) return true;
  return !owner.function.includes('anonymous') && lastPart(ref.name) === lastPart(owner.function);
}

export const fileOf = (ref: FunctionRef): string => ref.id.slice(0, ref.id.indexOf('#'));

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

const shown = (ref: FunctionRef): string => `${fileOf(ref)}:${ref.declarationLine + 1} ${ref.name}`;

function describe(owner: Owner, attribution: Attribution | undefined): string {
  const truth = owner === null ? 'no function' : `${place(owner)} ${owner.function}`;
  if (attribution === undefined) return `not seen: ${truth}`;
  const { telemetry, explanation } = attribution;
  const said =
    attribution.kind === 'owned'
      ? `WRONG ${shown(attribution.owner)}`
      : attribution.kind === 'ambiguous'
        ? `ambiguous ${attribution.candidates.slice(0, 5).map(shown).join(' | ')}`
        : 'silent';
  return `${said}; truth: ${truth}; seen: ${telemetry}; because: ${explanation}`;
}

/** Several applications as one. Functions are told apart by application. */
export function addUp(scores: ReadonlyMap<string, Score>): Score {
  const total = emptyScore();
  for (const [app, s] of scores) {
    for (const key of [
      'spans',
      'calls',
      'right',
      'wrong',
      'claimed',
      'ambiguousWithOwner',
      'ambiguousWithoutOwner',
      'silent',
    ] as const)
      total[key] += s[key];
    for (const one of s.functions) total.functions.add(`${app}/${one}`);
    for (const one of s.found) total.found.add(`${app}/${one}`);
  }
  return total;
}
