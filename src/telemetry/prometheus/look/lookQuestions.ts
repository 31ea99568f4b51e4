/** What a question about a backend is about. */
export type LookSubject =
  | 'version'
  | 'metrics'
  | 'labels'
  | 'calls'
  | 'durations'
  | 'releases'
  | 'rules'
  | 'series'
  | 'interval';

const minute = 60_000;

/**
 * How often an answer is asked for anew at the most, by how soon it may become another one, milliseconds. `series`: one whose samples are
 * looked at; when it ends, another one is looked for at once.
 */
export const askedEvery: Readonly<Record<LookSubject, number>> = {
  version: 24 * 60 * minute,
  metrics: 60 * minute,
  labels: 15 * minute,
  calls: 5 * minute,
  durations: 60 * minute,
  releases: 15 * minute,
  rules: 15 * minute,
  series: 6 * 60 * minute,
  interval: 15 * minute,
};

/** An older answer is never used: whoever has none that is newer asks, whatever it may ask in this time. */
export const usedFor = (subject: LookSubject): number =>
  Math.max(6 * askedEvery[subject], 45 * minute);
