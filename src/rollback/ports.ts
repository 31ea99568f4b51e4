import type { Result } from '../domain/result.ts';
import type { Milliseconds, Ratio, UnixMillis } from '../domain/units.ts';

/** A place a service is deployed to, from `prodlens.environments[].targets[]`. */
export interface DeployTarget {
  readonly environment: string;
  readonly production: boolean;
  readonly name: string;
  readonly service: string;
  readonly provider: string;
  /** The provider's own settings, decoded by the provider. */
  readonly settings: unknown;
}

export interface DeployedRelease {
  readonly id: string;
  readonly version: string;
  readonly commit?: string;
  /** Share of traffic the deploy system gives it. */
  readonly weight: Ratio;
  readonly createdAt?: UnixMillis;
  readonly current: boolean;
}

/** What a target runs now. `state` is opaque: a change means that the world has moved. */
export interface DeployState {
  readonly state: string;
  readonly releases: readonly DeployedRelease[];
}

export interface RollbackRequest {
  readonly target: DeployTarget;
  readonly from: DeployedRelease;
  readonly to: DeployedRelease;
  readonly state: string;
  readonly reason: string;
}

/** Text of a step for the log, in the order it was printed; hostile. */
export type OutputListener = (chunk: string, stream: 'stdout' | 'stderr') => void;

/** One deploy system. Adding one is a folder under providers/ and a line in the registry. */
export interface DeployProvider {
  readonly id: string;
  /** Problems of the settings, for eligibility. */
  check(target: DeployTarget): Result<undefined>;
  /** Programs that would be run, as argv arrays, for the person's approval; empty when none. */
  programs(target: DeployTarget): readonly (readonly string[])[];
  list(target: DeployTarget, signal: AbortSignal): Promise<Result<DeployState>>;
  /** What would change, as text; absent: the provider can't tell. */
  preview?(request: RollbackRequest, signal: AbortSignal): Promise<Result<string>>;
  /** The exact action, for the confirmation: argv or the like. */
  describe(request: RollbackRequest): readonly string[];
  /**
   * Aborting the signal stops watching, not the action. A timeout is `timeout`: state unknown, never retried blindly. `started` is
   * told the process id of a program that acts: as long as it runs, nobody else may act on the target.
   */
  execute(
    request: RollbackRequest,
    output: OutputListener,
    signal: AbortSignal,
    started: (pid: number) => void,
  ): Promise<Result<{ readonly exitCode: number }>>;
}

/** One line of the journal. */
export interface JournalEntry {
  readonly at: UnixMillis;
  readonly id: string;
  readonly event:
    | 'started'
    | 'finished'
    | 'failed'
    | 'unknown'
    | 'recovered'
    | 'notRecovered'
    | 'stoppedWatching';
  readonly environment: string;
  readonly target: string;
  readonly service: string;
  readonly from?: string;
  readonly to?: string;
  readonly reason?: string;
  readonly user?: string;
  readonly argv?: readonly string[];
  readonly detail?: string;
}

/** The only way to start a program; implemented by platform/process.ts. */
export interface ProcessRunner {
  run(
    request: {
      readonly argv: readonly [string, ...string[]];
      readonly environment?: Readonly<Record<string, string>>;
      readonly timeout: Milliseconds;
      readonly maxOutputBytes: number;
      readonly output?: OutputListener;
      /** Kill on abort (reading) or leave it running (acting). */
      readonly onAbort: 'kill' | 'leave';
      /** Told the process id once the program runs. */
      readonly started?: (pid: number) => void;
    },
    signal: AbortSignal,
  ): Promise<
    Result<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>
  >;
}
