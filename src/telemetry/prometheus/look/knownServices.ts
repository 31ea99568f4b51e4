import type { ServiceState } from '../../../domain/release.ts';
import { unixMillis } from '../../../domain/units.ts';
import { titleOf, type Catalogue, type KnownCalls, type KnownService } from './catalogue.ts';
import { labelsOf } from './discovery.ts';

/** Whether what is known of a service still comes from the same series. */
export const sameSource = (a: KnownService, b: KnownService): boolean =>
  sameCalls(a, b) &&
  (a.beside === undefined || b.beside === undefined
    ? a.beside === b.beside
    : sameCalls(a.beside, b.beside)) &&
  // Samples jitter; a clearly other interval is another configuration.
  Math.abs(a.interval - b.interval) <= a.interval / 2;

const sameCalls = (a: KnownCalls, b: KnownCalls): boolean =>
  a.found.calls === b.found.calls &&
  a.found.version === b.found.version &&
  a.infoMatchers?.join() === b.infoMatchers?.join() &&
  a.buckets?.metric === b.buckets?.metric &&
  a.buckets?.custom === b.buckets?.custom &&
  a.found.service === b.found.service &&
  a.found.namespace === b.found.namespace &&
  a.found.environment === b.found.environment &&
  a.found.replicas.join() === b.found.replicas.join() &&
  a.recorded.calls?.by === b.recorded.calls?.by &&
  a.recorded.errors?.by === b.recorded.errors?.by &&
  a.recorded.buckets?.by === b.recorded.buckets?.by &&
  !namedAnew(a, b);

/**
 * With a service's first request, for example, its route becomes a label: operations are named by it from then on. Labels of other
 * services don't matter to it, and one that is gone costs nothing to ask for.
 */
function namedAnew(before: KnownCalls, after: KnownCalls): boolean {
  const known = new Set(labelsOf(before.found));
  const added = labelsOf(after.found).filter((label) => !known.has(label));
  return after.rows.some((row) => added.some((label) => (row[label] ?? '') !== ''));
}

/** Services of a look, and those followed that it didn't find any more: they are silent, and their numbers are there still. */
export const withSilent = (
  { services }: Catalogue,
  followed: Iterable<{
    readonly latest: KnownService;
    readonly slots: { readonly empty: boolean };
  }>,
): readonly KnownService[] => [
  ...services.values(),
  ...[...followed]
    .filter(({ latest, slots }) => !services.has(latest.service) && !slots.empty)
    .map(({ latest }) => latest),
];

/** A service that no function in sight belongs to: what the look at the backend said of it. */
export const unfollowed = (known: KnownService, catalogue: Catalogue): ServiceState => ({
  service: known.service,
  alive: true,
  lastSeen: unixMillis(Math.floor(catalogue.at)),
  releases: known.releases
    .filter((version) => version !== '')
    .slice(0, 10)
    .map((version) => ({
      version,
      run: 0,
      running: false,
      firstSeen: unixMillis(Math.floor(catalogue.at)),
      lastSeen: unixMillis(Math.floor(catalogue.at)),
    })),
  warnings: [],
  source: titleOf(known),
});
