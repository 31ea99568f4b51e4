import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { build, type BuildOptions } from 'esbuild';
import type { FunctionNumbers } from '../../../src/domain/stats.ts';
import { milliseconds } from '../../../src/domain/units.ts';
import type { Remote } from '../../../src/rpc/contract.ts';
import { portTransport } from '../../../src/rpc/messagePort.ts';
import { createRemote } from '../../../src/rpc/peer.ts';
import type { FileView, IndexContract } from '../../../src/symbols/contract.ts';
import type { ReceiverContract } from '../../../src/telemetry/local/contract.ts';
import { recordedRequests, send } from './replay.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const recording = path.join(root, 'test/fixtures/recordings/shop');

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits for an event after which `ask` answers something. */
async function until<T>(
  remote: { on(listener: () => void): { dispose(): void } },
  ask: () => Promise<T | undefined>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      ask().then((answer) => {
        if (answer === undefined) return;
        subscription.dispose();
        resolve(answer);
      }, reject);
    };
    const subscription = remote.on(look);
    look();
  });
}

describe('both workers, on recorded traffic of the shop', function () {
  this.timeout(120_000);
  let folder: string;
  let index: Remote<IndexContract>;
  let receiver: Remote<ReceiverContract>;
  let httpPort: number;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pl-pipeline-'));
    await cp(path.join(root, 'demo/shop'), path.join(folder, 'shop'), { recursive: true });
    const { nodeBundles } = (await import(pathToFileURL(path.join(root, 'esbuild.mjs')).href)) as {
      nodeBundles: BuildOptions & { entryPoints: Record<'indexWorker' | 'receiverWorker', string> };
    };
    const { indexWorker, receiverWorker } = nodeBundles.entryPoints;
    await build({
      ...nodeBundles,
      entryPoints: { indexWorker, receiverWorker },
      outdir: path.join(folder, 'dist'),
    });
    const grammars = path.join(folder, 'grammars');
    const wasm = path.join(root, 'node_modules/@vscode/tree-sitter-wasm/wasm');
    await cp(wasm, grammars, { recursive: true });
    await cp(
      path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.wasm'),
      path.join(grammars, 'web-tree-sitter.wasm'),
    );
    const { port1, port2 } = new MessageChannel();
    const start = (name: string, feedPort: typeof port1): Worker =>
      new Worker(path.join(folder, `dist/${name}.js`), {
        workerData: { feedPort },
        transferList: [feedPort],
      });
    index = createRemote<IndexContract>(portTransport(start('indexWorker', port1)));
    receiver = createRemote<ReceiverContract>(portTransport(start('receiverWorker', port2)));
    httpPort = await freePort();
    const started = await receiver.call('start', {
      httpPort,
      grpcPort: await freePort(),
      allowedHosts: ['127.0.0.1'],
      allowedOrigins: [],
      storageFolder: path.join(folder, 'storage'),
      holder: 'test',
    });
    assert.ok(started.ok, JSON.stringify(started));
    await index.call('configure', {
      folders: [{ path: path.join(folder, 'shop'), exclude: [] }],
      grammarsFolder: grammars,
      trusted: true,
    });
  });
  after(async () => {
    await receiver.call('stop', undefined);
    receiver.dispose();
    index.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const file = (name: string): Promise<FileView | null> =>
    index.call('file', { path: path.join(folder, 'shop', name) });

  /** Waits until the function owns operations of the service. */
  const owned = (name: string, functionName: string) =>
    until({ on: (listener) => index.on('changed', listener) }, async () => {
      const view = await file(name);
      const own = (view?.attributions ?? []).filter(
        ({ attribution }) =>
          attribution.kind === 'owned' && attribution.owner.name === functionName,
      );
      return own.length > 0 ? own : undefined;
    });

  const numbersOf = (
    key: string,
    operations: Awaited<ReturnType<typeof owned>>,
    calls = 1,
  ): Promise<FunctionNumbers> =>
    until({ on: (listener) => receiver.on('changed', listener) }, async () => {
      const [first] = operations;
      assert.ok(first);
      const [numbers] = await receiver.call('numbers', {
        groups: [
          {
            key,
            service: first.operation.service,
            operations: operations.map((o) => o.operation.id),
          },
        ],
        window: milliseconds(900_000),
        seriesPoints: 10,
      });
      return (numbers?.total?.count ?? 0) < calls ||
        numbers === undefined ||
        numbers.releases.length < 2
        ? undefined
        : numbers;
    });

  it('credits calls, errors and releases to the function that ran', async () => {
    const bodies = recordedRequests(recording, 'traces', 1_000);
    await send(httpPort, 'traces', bodies);
    const expected: readonly (readonly [string, string, string])[] = [
      ['api/routes/orders.js', 'checkout', 'POST /orders'],
      ['api/routes/orders.js', 'showOrder', 'GET /orders/:id'],
      ['api/routes/products.js', 'listProducts', 'GET /products'],
      ['api/routes/products.js', 'showProduct', 'GET /products/:id'],
      ['pricing/quotes.js', 'priceCart', 'POST /quotes'],
      ['pricing/settlement.js', 'settleBatch', 'settle-batch'],
    ];
    const spans = bodies.flatMap((body) =>
      (
        JSON.parse(body) as {
          resourceSpans: { scopeSpans: { spans: { name: string; kind: number }[] }[] }[];
        }
      ).resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)),
    );
    for (const [name, functionName, span] of expected) {
      const operations = await owned(name, functionName);
      const calls = spans.filter((s) => s.name === span && s.kind !== 3).length;
      // Traces become calls one after the other.
      const numbers = await numbersOf(functionName, operations, calls);
      assert.equal(numbers.total?.count, calls, `${functionName}: calls`);
      assert.deepEqual(
        numbers.releases.map((r) => r.version).sort(),
        ['1.4.0', '1.5.0'],
        `${functionName}: releases`,
      );
    }
  });

  it('counts the failures of the bad release, with their exception, on its handler', async () => {
    const numbers = await numbersOf('checkout', await owned('api/routes/orders.js', 'checkout'));
    const errors = new Map(numbers.releases.map((r) => [r.version, r.stats.errors]));
    assert.ok((errors.get('1.5.0') ?? 0) > 0);
    assert.equal(errors.get('1.4.0'), 0);
    assert.equal(numbers.exceptions[0]?.type, 'TypeError');
    const [location] = await index.call('locateFrames', {
      stacks: [numbers.exceptions[0].frames],
    });
    assert.match(location?.path ?? '', /api\/routes\/orders\.js$/);
  });

  it('has whole traces of the failed calls', async () => {
    const operations = await owned('api/routes/orders.js', 'checkout');
    const found = await receiver.call('searchTraces', {
      service: operations[0]?.operation.service ?? ('' as never),
      operations: operations.map((o) => o.operation.id),
      kind: 'failed',
      limit: 10,
    });
    assert.ok(found.length > 0);
    const trace = await receiver.call('trace', { traceId: found[0]?.traceId ?? '' });
    assert.ok(trace !== null && trace.spans.length > 3);
    assert.ok(trace.spans.some((s) => s.failed));
  });
});
