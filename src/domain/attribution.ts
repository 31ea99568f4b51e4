import type { FunctionRef } from './functionDecl.ts';
import type { OperationId } from './operation.ts';

export type Confidence = 'exact' | 'strong' | 'weak';

/** One step of the reasoning from telemetry to function, as text for a person. */
export interface ExplanationStep {
  /** What telemetry said, a rule that could say nothing, the rule that decided, what it found in the code, who may own it, the answer. */
  readonly stage: 'seen' | 'tried' | 'rule' | 'found' | 'candidate' | 'decision';
  readonly text: string;
  /** The place in the workspace that the text speaks of. */
  readonly at?: SourcePlace;
}

export interface SourcePlace {
  readonly path: string;
  /** Zero-based. */
  readonly line: number;
}

interface AttributionBase {
  readonly operation: OperationId;
  readonly steps: readonly ExplanationStep[];
}

/** The answer for one operation. `none` and `ambiguous` always carry a reason. */
export type Attribution =
  | (AttributionBase & {
      readonly kind: 'owned';
      readonly owner: FunctionRef;
      readonly rule: string;
      readonly confidence: Confidence;
      /** One sentence: why this function. */
      readonly explanation: string;
      /** The telemetry key in words, for example `GET /api/users/:id (server span)`. */
      readonly telemetry: string;
    })
  | (AttributionBase & {
      readonly kind: 'ambiguous';
      readonly candidates: readonly FunctionRef[];
      readonly rule: string;
      readonly explanation: string;
      readonly telemetry: string;
    })
  | (AttributionBase & {
      readonly kind: 'none';
      readonly explanation: string;
      readonly telemetry: string;
    });
