import { randomInt } from 'node:crypto';

/** Numbers that look random and are the same for every run with one seed (mulberry32): whole, from 0 to below the argument. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Another seed in every run; a failure is repeated with `PRODLENS_SEED`. */
export const seedOfRun = Number(process.env['PRODLENS_SEED'] ?? randomInt(2 ** 31));

/** For messages of failures: how to see this one again. */
export const again = `again with PRODLENS_SEED=${seedOfRun}`;

export function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = random(i + 1);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}
