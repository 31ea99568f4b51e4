import type { Confidence } from '../domain/attribution.ts';
import type { FileInsights, Insight } from '../domain/insight.ts';
import type { ServiceState } from '../domain/release.ts';
import type { Failure } from '../domain/result.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { WindowName } from '../domain/units.ts';

interface Disposable {
  dispose(): void;
}

/** Health of the selected environment, for the status bar. */
export interface EnvironmentView {
  readonly name: string;
  readonly production: boolean;
  readonly window: WindowName;
  /** `off`: the local receiver is not running and nothing is configured. */
  readonly health: 'off' | 'starting' | 'listening' | 'ok' | 'degraded' | 'unreachable';
  /** One sentence: what is wrong and what to do, or where it listens. */
  readonly detail: string;
  readonly failure?: Failure;
  readonly services: readonly ServiceState[];
}

/** What every surface reads. Surfaces never see an adapter. */
export interface InsightService {
  /** Waits for a refresh in flight. Empty when the file has nothing to say. */
  insights(path: string, signal?: AbortSignal): Promise<FileInsights>;
  /** Last known, from memory; never fetches. */
  peek(path: string): FileInsights | undefined;
  /** A live insight by its opaque id (hover links). */
  byId(id: string): Insight | undefined;
  environment(): EnvironmentView;
  /** Fetches now (command `prodlens.refresh`). */
  refresh(): Promise<void>;
  /** Drops every number that is kept, also last good ones, and fetches what there still is: after the data was cleared. */
  forget(): Promise<void>;
  /** Insights of these files changed. */
  onDidChange(listener: (paths: readonly string[]) => void): Disposable;
  onDidChangeEnvironment(listener: (environment: EnvironmentView) => void): Disposable;
}

/** A release of a service that runs code of a file. */
export interface WantedRelease {
  readonly service: ServiceKey;
  readonly version: string;
  /** Commit that the telemetry names by itself. */
  readonly commit?: string;
}

/** What the workspace's repositories say of releases: answers from memory, and tells when it knows more. */
export interface ReleaseSources {
  /**
   * Releases running a file: their commits and the file's source there are looked for in the background.
   *
   * @param names of functions that aren't in the file's earlier source: looked for in other files
   */
  want(path: string, releases: readonly WantedRelease[], names: readonly string[]): void;
  /** The same for the source alone of a file that nobody looks at: when there is time. */
  wantText(path: string, releases: readonly WantedRelease[]): void;
  /** The release's commit in the repository of the file, as far as it was found. */
  commitOf(
    path: string,
    release: WantedRelease,
  ): { readonly commit: string; readonly confidence: Confidence; readonly how: string } | undefined;
  onDidChange(listener: (paths: readonly string[]) => void): Disposable;
}
