/** How often rules are evaluated, and the time that each evaluation records the growth of. */
export const recordedStep = 60_000;
/**
 * What is counted at a moment may arrive a while later: a scrape takes its time, and collectors send in batches. An evaluation records the
 * minute that ended so long before it, milliseconds: whatever came later would belong to no minute.
 */
export const recordedDelay = 30_000;
/**
 * Labels of recorded series: the labels that they are summed by, and of a mark the rule that was evaluated. A mark is one series of each rule
 * and minute, there only if that minute was recorded: what wasn't is never taken for no calls.
 */
export const byLabel = 'prodlens_by';
export const ofLabel = 'prodlens_of';

/** Named after the metric: `prodlens:calls_total:growth1m`. */
export const recordOf = (metric: string): string =>
  `prodlens:${metric.replaceAll(/[^A-Za-z0-9_]/g, '_')}:growth1m`;

/** What records are called, as a regular expression. */
export const recordNames = 'prodlens:[A-Za-z0-9_]+:growth1m';
