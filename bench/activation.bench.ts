// What activating Prodlens costs the extension host of a real VS Code, against an empty extension in the same host.
import { startHosts } from './host/hosts.ts';
import { median } from './median.ts';
import { report, smoke } from './report.ts';

const windows = smoke ? 1 : 7;

async function main(): Promise<void> {
  const hosts = await startHosts();
  try {
    const own: number[] = [];
    const floor: number[] = [];
    for (let i = 0; i < windows; i++) {
      const { empty, prodlens } = await hosts.run<{ empty: number; prodlens: number }>({
        kind: 'activation',
        prodlensFirst: i % 2 === 1,
      });
      own.push(prodlens);
      floor.push(empty);
    }
    const more = median(own.map((value, i) => value - (floor[i] ?? 0)));
    report({
      name: 'activation on the extension host',
      value: more,
      budget: 25,
      unit: 'ms more than an empty extension',
      detail: `CPU time of the extension host’s thread from the call of activate() of either extension until it resolves (compiling the bundle included), both in one extension host of a real VS Code, median of ${windows} windows: ${median(own).toFixed(1)} ms, empty ${median(floor).toFixed(1)} ms`,
    });
  } finally {
    await hosts.stop();
  }
}

void main();
