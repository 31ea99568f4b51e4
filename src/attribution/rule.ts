import type { Confidence, ExplanationStep, SourcePlace } from '../domain/attribution.ts';
import { layerRole } from '../domain/frameworkLayer.ts';
import type { FunctionRef } from '../domain/functionDecl.ts';
import type { FrameworkLayer, Operation } from '../domain/operation.ts';
import type { WorkspaceIndex } from './workspaceIndex.ts';

/** What a rule says of an operation. `pass`: not its business; a note is the reason shown if no rule knows better. */
export type Verdict =
  | {
      readonly kind: 'owned';
      readonly owner: FunctionRef;
      readonly confidence: Confidence;
      readonly explanation: string;
    }
  | {
      readonly kind: 'ambiguous';
      readonly candidates: readonly FunctionRef[];
      readonly explanation: string;
    }
  | { readonly kind: 'none'; readonly explanation: string }
  | { readonly kind: 'pass'; readonly note?: string };

export interface RuleContext {
  readonly operation: Operation;
  readonly index: WorkspaceIndex;
  /** Adds a step to the explanation. */
  readonly step: (stage: ExplanationStep['stage'], text: string, at?: SourcePlace) => void;
}

/** One way from telemetry to a function. Pure; a rule never guesses from a bare function name. */
export interface Rule {
  readonly id: string;
  /** What it looks at, for the explanation. */
  readonly title: string;
  readonly apply: (context: RuleContext) => Verdict;
}

export const pass: Verdict = { kind: 'pass' };
export const passBecause = (note: string): Verdict => ({ kind: 'pass', note });
export const noOwner = (explanation: string): Verdict => ({ kind: 'none', explanation });

/** One owner, several, or none left after the operation's service has been compared with the files'. */
export function decide(
  context: RuleContext,
  found: readonly FunctionRef[],
  confidence: Confidence,
  because: string,
): Verdict {
  const { operation, index, step } = context;
  const distinct =
    found.length < 2 ? found : [...new Map(found.map((ref) => [ref.id + ref.path, ref])).values()];
  for (const ref of distinct.slice(0, 10))
    step('candidate', index.describe(ref), { path: ref.path, line: ref.declarationLine });
  const { kept, lost, confirmed } = index.inService(distinct, operation);
  const [only, second] = kept;
  if (only === undefined)
    return noOwner(
      `${because}, but ${lost.map((l) => `${l.ref.name} belongs to ${l.services}`).join(', ')}, not to ${operation.service}`,
    );
  if (second === undefined)
    return {
      kind: 'owned',
      owner: only,
      confidence,
      explanation: confirmed === undefined ? because : `${because}; ${confirmed}`,
    };
  return {
    kind: 'ambiguous',
    candidates: kept,
    explanation: `${because}: ${kept.length} functions fit and nothing in the telemetry tells them apart`,
  };
}

/** Its span is one of those of each function of a route. */
export const isRouteFunction = (layer: FrameworkLayer): boolean =>
  layerRole(layer) === 'routeFunction';
