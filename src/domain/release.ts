import type { ServiceKey } from './service.ts';
import type { Ratio, UnixMillis } from './units.ts';

/** Source of numbers: spans that were received here, each with its own time. */
export const receivedSpans = 'spans of the local receiver';

/** One run of one release of a service. */
export interface ReleaseState {
  readonly version: string;
  readonly run: number;
  readonly running: boolean;
  readonly share?: Ratio;
  readonly firstSeen: UnixMillis;
  readonly lastSeen: UnixMillis;
  /** Commit that the telemetry itself names. */
  readonly commit?: string;
}

/** What is known of a service in an environment. */
export interface ServiceState {
  readonly service: ServiceKey;
  readonly alive: boolean;
  readonly lastSeen: UnixMillis;
  readonly releases: readonly ReleaseState[];
  /** Why nothing can be said of it until the configuration is changed, and how. */
  readonly problem?: string;
  /** `version doesn't change with deploys` and the like. */
  readonly warnings: readonly string[];
  /** Where its numbers come from: one source per service. */
  readonly source: string;
}
