import { receivedSpans, type ReleaseState, type ServiceState } from '../domain/release.ts';

/** Milliseconds. The service was seen this shortly before, or the release began unseen. */
const justBefore = 60_000;

/**
 * When a running release had its first call, Unix milliseconds; undefined unless that is known to about a minute: of spans that were
 * received here (a backend's slots are up to three hours long), and where another release of the service was seen just before.
 */
export const beginningOf = (
  { releases, source }: Pick<ServiceState, 'releases' | 'source'>,
  { firstSeen }: Pick<ReleaseState, 'firstSeen'>,
): number | undefined =>
  source === receivedSpans &&
  releases.some(
    (other) =>
      other.firstSeen <= firstSeen - justBefore && other.lastSeen >= firstSeen - justBefore,
  )
    ? firstSeen
    : undefined;
