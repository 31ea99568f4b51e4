// From a file's opening to numbers for its functions, in a real VS Code: with the index running, and with nothing running or known.
import path from 'node:path';
import { recordedRequests, send } from '../test/unit/workers/replay.ts';
import { median, root, startHosts, type Hosts } from './host/hosts.ts';
import { report, smoke } from './report.ts';

const windows = smoke ? 1 : 5;

async function main(): Promise<void> {
  const hosts = await startHosts();
  try {
    const first: number[] = [];
    const warm: number[] = [];
    // The first window brings the traffic; what the later ones know of it comes from its snapshot.
    await open(hosts, true);
    for (let i = 0; i < windows; i++) {
      const [cold = NaN, ...others] = await open(hosts, false);
      first.push(cold);
      warm.push(...others);
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
      value: median(first),
      budget: 500,
      unit: 'ms',
      detail: `the first file of a window: index thread not started, nothing cached, the demo's shop as workspace; ${how}: ${list(first)} ms`,
    });
  } finally {
    await hosts.stop();
  }
}

async function open(hosts: Hosts, traffic: boolean): Promise<readonly number[]> {
  const file = (name: string, functionName: string): { file: string; name: string } => ({
    file: path.join(hosts.workspace, 'shop', name),
    name: functionName,
  });
  const { milliseconds } = await hosts.run<{ milliseconds: number[] }>(
    {
      kind: 'annotation',
      forget: path.join(hosts.storage, 'index'),
      files: [
        file('api/routes/orders.js', 'checkout'),
        file('api/routes/products.js', 'listProducts'),
        file('pricing/quotes.js', 'priceCart'),
        file('pricing/settlement.js', 'settleBatch'),
      ],
    },
    async () => {
      const recording = path.join(root, 'test/fixtures/recordings/shop');
      if (traffic) await send(hosts.httpPort, 'traces', recordedRequests(recording, 'traces'));
      await hosts.tell('go');
    },
  );
  return milliseconds;
}

void main();
