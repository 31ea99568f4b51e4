import type { CompareReleases } from '../../../domain/comparison.ts';
import type { Cells } from './cells.ts';
import type { Exceptions } from './exceptions.ts';
import type { Operations } from './operations.ts';
import type { Pause } from './pauses.ts';
import type { PathTable } from './paths.ts';
import type { ServiceTable } from './serviceTable.ts';

/** What is special about the numbers of a backend. */
export interface SourceTraits {
  /** Where they come from, in words. */
  readonly name: string;
  /** Of the setting prodlens.environments, for remedies; absent: the receiver's. */
  readonly environment?: string;
  /** Whether the source tells client errors (HTTP 4xx) from the rest. */
  readonly clientErrors: boolean;
  /** The shortest stretch that it knows numbers of, milliseconds. */
  readonly slot: number;
  /** The start of a release that is left out of comparisons, milliseconds. */
  readonly warmUp: number;
  /** How long after its last call a release counts as running, milliseconds; absent: as for calls received here. */
  readonly running?: number;
  /** The calls are a sample: neither totals, rates, shares nor verdicts follow from them. */
  readonly sample?: SampleTraits;
}

export interface SampleTraits {
  /** Somebody said that every trace is stored: then the part of errors among those looked at is that of all. */
  readonly unsampled: boolean;
}

/** What answers are made from. */
export interface QueryData {
  readonly services: ServiceTable;
  readonly operations: Operations;
  readonly cells: Cells;
  readonly paths: PathTable;
  readonly exceptions: Exceptions;
  readonly compare: CompareReleases;
  /** Since when this process has been counting. */
  readonly began: number;
  /** When nobody listened. */
  readonly pauses: readonly Pause[];
  /** Absent: the receiver itself counted. */
  readonly traits?: SourceTraits;
}
