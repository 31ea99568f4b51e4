// Delay of the extension host's event loop while 100,000 spans arrive, against the same burst sent past an empty extension.
import { createServer } from 'node:http';
import path from 'node:path';
import { recordedRequests } from '../test/unit/workers/replay.ts';
import { freePort, root, startHosts, type Hosts } from './host/hosts.ts';
import { report, smoke } from './report.ts';

const wanted = smoke ? 2_000 : 100_000;

interface Delay extends Readonly<Record<string, number>> {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly samples: number;
}

/** The shop's recording again and again under other ids, until there are enough spans. */
function burst(): { readonly bodies: readonly string[]; readonly spans: number } {
  const lines = recordedRequests(path.join(root, 'test/fixtures/recordings/shop'), 'traces');
  const bodies: string[] = [];
  let spans = 0;
  for (let round = 0; spans < wanted; round++)
    for (const line of lines) {
      if (spans >= wanted) break;
      spans += line.split('"spanId":').length - 1;
      bodies.push(
        line.replace(
          /("(?:traceId|spanId|parentSpanId)":")([\da-f]{6})/g,
          (_, key: string, head: string) =>
            key +
            ((parseInt(head, 16) ^ (round * 2_654_435)) & 0xffffff).toString(16).padStart(6, '0'),
        ),
      );
    }
  return { bodies, spans };
}

async function sendAll(port: number, bodies: readonly string[]): Promise<void> {
  const rest = bodies.values();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const body of rest) {
        const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
        let answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, request);
        // Saturated: an SDK tries again as well.
        while (answer.status === 429 || answer.status === 503) {
          await answer.arrayBuffer();
          answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, request);
        }
        await answer.arrayBuffer();
        if (answer.status !== 200) throw new Error(`the receiver answered ${answer.status}`);
      }
    }),
  );
}

function measure(hosts: Hosts, prodlens: boolean, port: number, bodies: readonly string[]) {
  const file = path.join(hosts.workspace, 'shop/api/routes/orders.js');
  return hosts.run<Delay>({ kind: 'blocking', prodlens, file }, async () => {
    await hosts.tell('go');
    await sendAll(port, bodies);
    await hosts.tell('stop');
  });
}

async function main(): Promise<void> {
  const { bodies, spans } = burst();
  const sinkPort = await freePort();
  const sink = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  }).listen(sinkPort, '127.0.0.1');
  const hosts = await startHosts();
  try {
    const floor = await measure(hosts, false, sinkPort, bodies);
    const own = await measure(hosts, true, hosts.httpPort, bodies);
    const text = (d: Delay): string =>
      `p50 ${d.p50.toFixed(1)}, p99 ${d.p99.toFixed(1)}, p99.9 ${d.p999.toFixed(1)}, max ${d.max.toFixed(1)} ms`;
    report({
      name: `blocking of the extension host while ${wanted.toLocaleString('en-US')} spans arrive`,
      value: Math.max(0, own.p999 - floor.p999),
      budget: 16,
      unit: 'ms more event-loop delay at p99.9',
      detail: `monitorEventLoopDelay (1 ms) in the extension host of a real VS Code with one annotated file open, ${spans.toLocaleString('en-US')} spans in ${bodies.length} requests from another process: ${text(own)}; empty extension, burst to another server: ${text(floor)}`,
    });
  } finally {
    sink.closeAllConnections();
    sink.close();
    await hosts.stop();
  }
}

void main();
