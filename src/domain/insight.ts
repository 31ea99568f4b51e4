import type { Confidence, ExplanationStep } from './attribution.ts';
import type { FunctionDecl, FunctionRef } from './functionDecl.ts';
import type { Limits } from './objective.ts';
import type { OperationId } from './operation.ts';
import type { ServiceKey } from './service.ts';
import type { FunctionNumbers, Verdict } from './stats.ts';

export type InsightState =
  'observed' | 'noTraffic' | 'notInstrumented' | 'ambiguous' | 'unreachable' | 'unknownService';

/** Why these numbers belong to this function. */
export interface InsightAttribution {
  /** Absent: not a span of its own, but stacks of exceptions say so. */
  readonly operation?: OperationId;
  readonly rule: string;
  readonly confidence: Confidence;
  readonly telemetry: string;
  readonly explanation: string;
  readonly steps: readonly ExplanationStep[];
}

/**
 * Errors of a function that no span names: exceptions whose stack it is in, each once (docs/adr). `numbers` have them by release and kind,
 * and nothing that would need a number of calls.
 */
export interface StackErrors {
  /** The function has the innermost frame of the workspace. */
  readonly thrown: number;
  /** It was called on the way to where it was thrown, or that can't be told. */
  readonly passing: number;
  readonly releases: readonly {
    readonly version: string;
    readonly thrown: number;
    readonly passing: number;
  }[];
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
  /** The numbers are those of stacks alone. */
  readonly errors?: StackErrors;
  /** What prodlens.json expects of the function in this service. */
  readonly objective?: Limits;
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
