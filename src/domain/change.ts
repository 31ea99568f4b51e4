import type { Ratio } from './units.ts';

/** A commit whose way to production is asked for. */
export interface Change {
  /** Full hash; absent: nothing of it was committed yet. */
  readonly commit?: string;
  /** First line of the commit's message; hostile text. */
  readonly subject: string;
  /** Some of what was asked about isn't committed: it can't be live anywhere. */
  readonly uncommitted: boolean;
}

/** A running release, as the telemetry has it. */
export interface RunningRelease {
  /** Without namespace. */
  readonly service: string;
  readonly version: string;
  readonly share?: Ratio;
  readonly commit?: string;
  /** Unix milliseconds of its first call; only where its beginning was seen. */
  readonly began?: number;
}

export interface LiveRow extends RunningRelease {
  /** `unknown`: the release's commit isn't known, or the repository doesn't have it. */
  readonly contains: 'yes' | 'no' | 'unknown';
  /** The commit is a guess: why it was made. */
  readonly guessed?: string;
}
