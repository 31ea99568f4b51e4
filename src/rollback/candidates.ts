import type { FunctionNumbers, ReleaseNumbers } from '../domain/stats.ts';
import type { DeployedRelease, DeployState, JournalEntry } from './ports.ts';

/** A release one could go to, with what is known of it from our own numbers. */
export interface RollbackCandidate {
  readonly release: DeployedRelease;
  /** Its numbers while it was live in the window; absent: no telemetry for this release. */
  readonly numbers?: ReleaseNumbers;
  readonly badges: readonly ('running' | 'previous' | 'rolledBackFrom')[];
}

/** The release to leave, and where one could go. */
export interface RollbackOptions {
  readonly from: DeployedRelease;
  /** Its numbers in the window; absent: no telemetry of it. */
  readonly fromNumbers?: ReleaseNumbers;
  readonly candidates: readonly RollbackCandidate[];
}

/**
 * What to leave and where to go: to leave is the release that the verdict calls worse, else the one the deploy
 * system calls current. Newest first; never a default.
 */
export function rollbackOptions(
  state: DeployState,
  numbers: FunctionNumbers | undefined,
  journal: readonly JournalEntry[],
): RollbackOptions | undefined {
  const worse = numbers?.comparisons.find((c) => c.verdict === 'worse')?.release;
  const running = state.releases.filter((r) => r.weight > 0);
  const from =
    running.find((r) => r.version === worse) ??
    running.find((r) => r.current) ??
    state.releases.find((r) => r.current);
  if (from === undefined) return undefined;
  const others = state.releases
    .filter((r) => r.id !== from.id)
    .sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
  const previous = others.find((r) => (r.createdAt ?? 0) <= (from.createdAt ?? Infinity));
  const left = new Set(
    journal.filter((e) => e.event === 'finished' || e.event === 'recovered').map((e) => e.from),
  );
  const numbersOf = ({ version }: DeployedRelease): ReleaseNumbers | undefined =>
    numbers?.releases.find((n) => n.version === version);
  const fromNumbers = numbersOf(from);
  return {
    from,
    ...(fromNumbers === undefined ? {} : { fromNumbers }),
    candidates: others.map((release) => {
      const own = numbersOf(release);
      return {
        release,
        ...(own === undefined ? {} : { numbers: own }),
        badges: [
          ...(release.weight > 0 ? (['running'] as const) : []),
          ...(release === previous ? (['previous'] as const) : []),
          ...(left.has(release.id) ? (['rolledBackFrom'] as const) : []),
        ],
      };
    }),
  };
}
