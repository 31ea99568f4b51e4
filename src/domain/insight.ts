import type { Confidence, ExplanationStep } from './attribution.ts';
import type { FunctionDecl, FunctionRef } from './functionDecl.ts';
import type { OperationId } from './operation.ts';
import type { ServiceKey } from './service.ts';
import type { FunctionNumbers, Verdict } from './stats.ts';

export type InsightState =
  'observed' | 'noTraffic' | 'notInstrumented' | 'ambiguous' | 'unreachable' | 'unknownService';

/** Why these numbers belong to this function. */
export interface InsightAttribution {
  readonly operation: OperationId;
  readonly rule: string;
  readonly confidence: Confidence;
  readonly telemetry: string;
  readonly explanation: string;
  readonly steps: readonly ExplanationStep[];
}

/** What is known of one function in one service and environment. Host-side form; `api.ts` gives it to other extensions. */
export interface Insight {
  /** Opaque; hover links carry only this. Valid while the insight is live. */
  readonly id: string;
  readonly function: FunctionDecl;
  readonly state: InsightState;
  readonly environment: string;
  readonly production: boolean;
  readonly service?: ServiceKey;
  readonly numbers?: FunctionNumbers;
  /** Last good data of a silent service or an unreachable backend. */
  readonly stale?: true;
  /** `edited`: differs from every running release's source; `notInRelease`: newer than every running release. */
  readonly drift?: 'edited' | 'notInRelease';
  /** Running releases that don't have the function, when it has no numbers that name them. */
  readonly notIn?: readonly string[];
  /** The weightiest comparison among the running releases. */
  readonly verdict?: Verdict;
  readonly attribution: readonly InsightAttribution[];
  readonly candidates?: readonly FunctionRef[];
  /** For states without numbers: the reason and the one step that would give data. */
  readonly reason?: string;
}

/** Insights of one document, in order of appearance. */
export interface FileInsights {
  readonly path: string;
  /** Version of the document that the functions' places belong to; 0: the file as it is on disk. */
  readonly version?: number;
  readonly insights: readonly Insight[];
}
