/** Prints and counts the results of the in-host tests while they arrive (test/runner writes them). */
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @param {string} file of JSON lines, which exists
 * @param {AbortSignal} signal
 * @returns {{ ended: Promise<void>, stop(): Promise<{ passed: number, failed: number, skipped: number, complete: boolean }> }}
 *   `ended` resolves at the suite's own last line.
 */
export function followEvents(file, signal) {
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [], complete: false };
  let stopped = false;
  let announceEnd;
  const ended = new Promise((resolve) => (announceEnd = resolve));
  const reading = (async () => {
    const handle = await open(file, 'r');
    let rest = '';
    try {
      for (;;) {
        // Read after the wish to stop was seen, so that nothing written before it is missed.
        const last = stopped || signal.aborted;
        const chunk = await handle.read({ buffer: Buffer.alloc(1 << 20) });
        rest += chunk.buffer.toString('utf8', 0, chunk.bytesRead);
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) handleEvent(JSON.parse(line));
        if (chunk.bytesRead > 0) continue;
        if (last) return;
        await delay(100);
      }
    } finally {
      await handle.close();
    }
  })();
  function handleEvent(event) {
    switch (event.event) {
      case 'passed':
        counts.passed += 1;
        console.log(`  ✔ ${event.title} (${event.milliseconds} ms)`);
        break;
      case 'failed':
        counts.failed += 1;
        counts.failures.push(`${event.title}\n${event.error}`);
        console.log(`  ✘ ${event.title}\n${event.error.replace(/^/gm, '      ')}`);
        break;
      case 'skipped':
        counts.skipped += 1;
        console.log(`  - skipped: ${event.title}`);
        break;
      case 'end':
        counts.complete = true;
        announceEnd();
        break;
    }
  }
  return {
    ended,
    stop: async () => {
      stopped = true;
      await reading;
      return counts;
    },
  };
}
