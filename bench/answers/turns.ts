import { openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** Milliseconds that this thread has had a processor, where the system tells it (Linux): the same however busy the machine is. Else the clock. */
const threadMillis = ((): (() => number) => {
  try {
    // The first thread of a process has its number. https://docs.kernel.org/scheduler/sched-stats.html
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
    const text = Buffer.alloc(64);
    return () =>
      Number(text.toString('latin1', 0, readSync(file, text, 0, 64, 0)).split(' ')[0]) / 1e6;
  } catch {
    return () => performance.now();
  }
})();

/** Milliseconds of the longest turn of the event loop while some work is done: so long nobody else had one. */
export async function longestTurn(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let before = threadMillis();
  let over = false;
  const turn = (): void => {
    const now = threadMillis();
    longest = Math.max(longest, now - before);
    before = threadMillis();
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    await work();
    // The turn in which it ended.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    over = true;
  }
  return longest;
}
