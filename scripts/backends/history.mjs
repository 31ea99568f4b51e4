/**
 * Samples that are older than a test can wait for, of service `archive`: a replica that is there for four hours and counts 1 a sample, one
 * that was away from two and a half hours to forty minutes ago, and a series that begins with 5 half an hour ago.
 *
 * @param {number} now seconds since 1970
 * @returns {{ instance: string, value: number, at: number }[]} of `archive_calls_total`, a sample each 15 s
 */
export function archiveSamples(now) {
  const samples = [];
  const add = (instance, from, to, value) => {
    for (let at = now - from * 60, i = 0; at <= now - to * 60; at += 15, i++)
      samples.push({ instance, value: value(i), at });
  };
  add('steady', 240, 0, (i) => 1000 + i);
  add('returning', 240, 150, (i) => 500 + i);
  add('returning', 40, 0, () => 900);
  add('new', 30, 0, () => 5);
  return samples;
}

/** The last whole minute, seconds since 1970: the end of the history. */
export const lastMinute = () => Math.floor(Date.now() / 60_000) * 60;
