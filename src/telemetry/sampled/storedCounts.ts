import type { Result } from '../../domain/result.ts';
import type { BucketRow } from '../prometheus/bucketRows.ts';
import type { Select } from '../ports.ts';

/** Calls of a service: requests that came into it. */
export interface StoredService {
  /** As the backend has it. */
  readonly service: string;
  /** `service.namespace`; "": it has none. */
  readonly namespace: string;
  /** What spans of the environment carry. */
  readonly select: Select;
}

/** Unix milliseconds, by when calls began. */
export interface CountsQuestion extends StoredService {
  readonly from: number;
  readonly to: number;
  /** Length of a slot, milliseconds; `from` and `to` are multiples of it. */
  readonly step: number;
}

/** What calls of a row share. */
export interface CountedLabels {
  readonly [label: string]: string;
  readonly name: string;
  readonly status: string;
  /** HTTP; "": none. */
  readonly code: string;
  readonly version: string;
}

/** Calls that began within each slot, by the slot's end; slots without any are left out. */
export type CountedRow = BucketRow & { readonly labels: CountedLabels };

/** Calls one by one, as a search finds them. */
export interface ListedCalls {
  /** When each began, Unix milliseconds. */
  readonly starts: readonly number[];
  /** There are no others. */
  readonly all: boolean;
  /** Some are another namespace's. */
  readonly mixed: boolean;
}

/** In the form of the backend’s data source. */
export type ExploredQuery = Readonly<Record<string, unknown>>;

/**
 * Counts that a backend makes of the traces it stores. Its answers don't tell what they cover: whoever asks compares them with what a
 * search finds.
 */
export interface StoredCounts {
  /** In words: "TraceQL metrics". */
  readonly title: string;
  calls(question: CountsQuestion, signal: AbortSignal): Promise<Result<readonly CountedRow[]>>;
  /** What a person asks in Grafana’s Explore to see requests of some names, by release. */
  explored(service: StoredService, names: readonly string[]): readonly ExploredQuery[];
  /** Looks through all that is stored. */
  listed(
    stretch: StoredService & { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<Result<ListedCalls>>;
}
