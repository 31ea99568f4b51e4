import type { Comparison } from '../domain/stats.ts';

/** Refreshes without the finding before an alarm is taken back. */
const refreshesToClear = 2;

interface Held {
  readonly comparison: Comparison;
  readonly refreshesBelow: number;
}

/** After a full rollout the same two releases no longer run at the same time: what was found of them then is over. */
const sameQuestion = (a: Comparison, b: Comparison): boolean =>
  a.baseline === b.baseline && a.basis === b.basis;

/**
 * Keeps an alarm from flickering at its threshold: a `worse` is taken back only after two refreshes in a row below it
 * (docs/semantics.md). A release that no longer runs is forgotten at once.
 */
export class VerdictHold {
  readonly #held = new Map<string, ReadonlyMap<string, Held>>();

  /**
   * @param key the function and service
   * @param fresh this refresh's comparisons, one per running release
   * @returns what to show
   */
  settle(key: string, fresh: readonly Comparison[]): readonly Comparison[] {
    const before = this.#held.get(key);
    const after = new Map<string, Held>();
    const shown = fresh.map((comparison) => {
      const held = before?.get(comparison.release);
      if (comparison.verdict === 'worse') {
        after.set(comparison.release, { comparison, refreshesBelow: 0 });
        return comparison;
      }
      if (held === undefined || !sameQuestion(held.comparison, comparison)) return comparison;
      if (held.refreshesBelow + 1 >= refreshesToClear) return comparison;
      after.set(comparison.release, { ...held, refreshesBelow: held.refreshesBelow + 1 });
      return held.comparison;
    });
    if (after.size === 0) this.#held.delete(key);
    else this.#held.set(key, after);
    return shown;
  }

  clear(): void {
    this.#held.clear();
  }
}
