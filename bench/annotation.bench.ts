// From a file's opening to numbers for its functions, in a real VS Code: with the index running, and with nothing running or known.
import path from 'node:path';
import { recordedRequests, send } from '../test/unit/workers/replay.ts';
import { root, startHosts, type Hosts } from './host/hosts.ts';
import { median } from './median.ts';
import { report, smoke } from './report.ts';

const windows = smoke ? 1 : 5;

async function main(): Promise<void> {
  const hosts = await startHosts();
  try {
    const cold: number[] = [];
    const warm: number[] = [];
    const starting: number[] = [];
    const outline: number[] = [];
    // The first window brings the traffic; what the later ones know of it comes from its snapshot.
    await open(hosts, { traffic: true, settled: true });
    for (let i = 0; i < windows; i++) {
      const { milliseconds } = await open(hosts, { traffic: false, settled: true });
      const [first = NaN, ...others] = milliseconds;
      cold.push(first);
      warm.push(...others);
    }
    for (let i = 0; i < windows; i++) {
      const fresh = await open(hosts, { traffic: false, settled: false });
      starting.push(fresh.milliseconds[0] ?? NaN);
      outline.push(fresh.outline);
    }
    const list = (values: readonly number[]): string =>
      values.map((value) => value.toFixed(0)).join(', ');
    const how = `from onDidOpenTextDocument until the insights of the file have its numbers, through the public interface, in a real VS Code, median of ${windows} windows`;
    report({
      name: 'annotation after opening a file, warm',
      value: median(warm),
      budget: 50,
      unit: 'ms',
      detail: `a file that was not open before, the index running; ${how} × 3 files: ${list(warm)} ms`,
    });
    report({
      name: 'annotation after opening a file, cold',
      value: median(cold),
      budget: 500,
      unit: 'ms',
      detail: `the first file of the workspace (the demo's shop) right after the receiver's start, which starts the index's thread as well: nothing cached, VS Code itself up; ${how}: ${list(cold)} ms`,
    });
    report({
      name: 'annotation in a window that is still starting, cold',
      value: median(starting.map((value, i) => value / (outline[i] ?? NaN))),
      budget: 1,
      unit: '× the time to VS Code’s own outline of the file',
      detail: `the same, but the first file of the window: VS Code starts its own language server at the same time; medians ${median(starting).toFixed(0)} against ${median(outline).toFixed(0)} ms`,
    });
  } finally {
    await hosts.stop();
  }
}

async function open(
  hosts: Hosts,
  { traffic, settled }: { readonly traffic: boolean; readonly settled: boolean },
): Promise<{ readonly milliseconds: readonly number[]; readonly outline: number }> {
  const file = (name: string, functionName: string): { file: string; name: string } => ({
    file: path.join(hosts.workspace, 'shop', name),
    name: functionName,
  });
  return hosts.run<{ milliseconds: number[]; outline: number }>(
    {
      kind: 'annotation',
      traffic,
      settled,
      forget: path.join(hosts.storage, 'index'),
      files: [
        file('api/routes/orders.js', 'checkout'),
        file('api/routes/products.js', 'listProducts'),
        file('pricing/quotes.js', 'priceCart'),
        file('pricing/settlement.js', 'settleBatch'),
      ],
    },
    traffic
      ? async () => {
          const recording = path.join(root, 'test/fixtures/recordings/shop');
          await send(hosts.httpPort, 'traces', recordedRequests(recording, 'traces'));
          await hosts.tell('go');
        }
      : undefined,
  );
}

void main();
