import type { CompareReleases } from '../../../domain/comparison.ts';
import type { ServiceKey } from '../../../domain/service.ts';
import type { SharedFile } from '../../sharing/sharedFile.ts';
import type { PrometheusApi } from '../api.ts';
import type { KnownCalls, RecordedSeries } from '../look/catalogue.ts';
import type { DurationMetric, Found } from '../look/discovery.ts';

/** Whose slots they are, and what they are filled from. */
export interface ServiceSlotsOptions {
  readonly api: PrometheusApi;
  readonly found: Found;
  /** The histogram of its durations; none: no percentiles. */
  readonly buckets: DurationMetric | undefined;
  readonly service: ServiceKey;
  /** Matchers of the service, the environment's `select` among them. */
  readonly matchers: readonly string[];
  /** Matchers of the series that say its processes' releases. */
  readonly infoMatchers?: readonly string[];
  /** Asked for in place of the metrics themselves, where they have all of a stretch. */
  readonly recorded: RecordedSeries;
  /** Other calls of it. */
  readonly beside?: KnownCalls;
  /** Distance of samples, milliseconds. */
  readonly interval: number;
  /** How often new data is asked for, milliseconds. */
  readonly refreshEvery: () => number;
  readonly compare: CompareReleases;
  readonly identity: string;
  /** What the windows of this machine know of it; resolves with undefined where nothing is shared. */
  readonly shared?: () => Promise<SharedFile | undefined>;
}
