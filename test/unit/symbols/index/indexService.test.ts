import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EventEmitter } from 'node:events';
import type { FileView, IndexContract } from '../../../../src/symbols/contract.ts';
import type { Operation, OperationId } from '../../../../src/domain/operation.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import type { RouteTable } from '../../../../src/domain/route.ts';
import type { Remote } from '../../../../src/rpc/contract.ts';
import { inProcess } from '../../../../src/rpc/peer.ts';
import type { OperationFeedContract } from '../../../../src/telemetry/local/contract.ts';
import { IndexService } from '../../../../src/workers/indexService.ts';
import { OperationFeed } from '../../../../src/workers/operationFeed.ts';
import { grammarFile } from '../grammars.ts';

const entry = (method: string, route: string, service = 'shop'): Operation => ({
  id: `${service} ${method} ${route}` as OperationId,
  service: serviceKey(service),
  source: 'span',
  kind: 'server',
  name: `${method} ${route}`,
  scope: '@opentelemetry/instrumentation-http',
  http: { method, route },
});

/** A receiver that only lists operations, over the same contract as the real one. */
function fakeFeed() {
  let operations: Operation[] = [];
  let epoch = 'one';
  const tables = new EventEmitter();
  const { remote, server } = inProcess<OperationFeedContract>({
    operations: ({ after }) => ({ epoch, operations: operations.slice(after) }),
    setRoutes: (table) => {
      tables.emit('table', table);
      return undefined;
    },
  });
  return {
    remote,
    tables,
    add: (...more: Operation[]) => {
      operations = [...operations, ...more];
      server.emit('operationsChanged', { epoch, count: operations.length });
    },
    restart: (...anew: Operation[]) => {
      epoch += '+';
      operations = anew;
      server.emit('operationsChanged', { epoch, count: anew.length });
    },
  };
}

describe('the index worker’s answers', () => {
  let root: string;
  let grammarsFolder: string;
  let service: IndexService;
  let index: Remote<IndexContract>;
  let events: EventEmitter;
  let feed: ReturnType<typeof fakeFeed>;
  let follower: OperationFeed;

  before(async () => {
    // As the build lays them out: everything in one folder.
    grammarsFolder = await mkdtemp(path.join(os.tmpdir(), 'prodlens-grammars-'));
    for (const name of ['typescript', 'tsx', 'javascript', 'python', 'go', 'java'])
      await symlink(
        grammarFile(`tree-sitter-${name}.wasm`),
        path.join(grammarsFolder, `tree-sitter-${name}.wasm`),
      );
    await symlink(
      grammarFile('web-tree-sitter.wasm'),
      path.join(grammarsFolder, 'web-tree-sitter.wasm'),
    );
  });
  after(() => rm(grammarsFolder, { recursive: true, force: true }));

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'prodlens-service-'));
    await put('package.json', '{"name":"shop"}');
    await put('orders.js', orders);
    await put(
      'server.js',
      "const express = require('express');\nconst app = express();\napp.use('/orders', require('./orders.js'));\napp.listen(1);\n",
    );
    events = new EventEmitter();
    service = new IndexService({
      changed: (payload) => events.emit('changed', payload),
      problems: (payload) => events.emit('problems', payload),
      rules: (payload) => events.emit('rules', payload),
    });
    index = inProcess<IndexContract>(service.handlers).remote;
    feed = fakeFeed();
    follower = new OperationFeed(feed.remote, (operations, restarted) => {
      service.receive(operations, restarted);
    });
    service.onRoutes((table) => {
      follower.setRoutes(table);
    });
  });
  afterEach(async () => {
    follower.dispose();
    service.dispose();
    await rm(root, { recursive: true, force: true });
  });

  const orders =
    "const { Router } = require('express');\nconst router = Router();\nfunction show(req, res) {\n  res.end();\n}\nrouter.get('/:id', show);\nmodule.exports = router;\n";
  const put = async (relative: string, text: string): Promise<string> => {
    const file = path.join(root, relative);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  };
  const configure = (trusted = true) =>
    index.call('configure', { folders: [{ path: root, exclude: [] }], grammarsFolder, trusted });
  const view = async (relative: string): Promise<FileView> => {
    const answer = await index.call('file', { path: path.join(root, relative) });
    assert.ok(answer);
    return answer;
  };
  const owners = (file: FileView): string[] =>
    file.attributions.map(({ attribution }) =>
      attribution.kind === 'owned'
        ? `${attribution.owner.name}@${attribution.owner.declarationLine}`
        : attribution.kind,
    );
  const changed = async (test: () => Promise<boolean>): Promise<void> => {
    while (!(await test())) await once(events, 'changed');
  };

  it('answers for an open file at once while 50,000 files are being read', async () => {
    const files = Array.from({ length: 50_000 }, (_, i) => `gone/p${i % 100}/file${i}.ts`);
    await put('orders.js', orders);
    await put('late.js', 'function late() {}\n');
    files.splice(25_000, 0, 'orders.js');
    files.push('late.js');
    const folders = [{ path: root, files, exclude: [] }];
    await index.call('configure', { folders, grammarsFolder, trusted: true });
    const late = path.join(root, 'late.js');
    const text = 'function edited() {}\n';
    await index.call('open', { path: late, language: 'javascript', version: 1, text });
    assert.deepEqual(
      (await view('late.js')).functions.map((f) => f.name),
      ['edited'],
    );
    assert.equal((await index.call('report', undefined)).state, 'indexing');
    assert.equal((await index.call('routes', undefined)).length, 1, 'waits for all of it');
    const { state, files: read } = await index.call('report', undefined);
    assert.deepEqual([state, read], ['idle', 2]);
  }).timeout(60_000);

  it('gives the receiver the routes, and a file the operations that its functions own', async () => {
    const table = once(feed.tables, 'table') as Promise<RouteTable[]>;
    await configure();
    assert.deepEqual((await table)[0]?.routes, [
      {
        framework: 'express',
        traits: { inOrder: true },
        method: 'GET',
        path: '/orders/:id',
        programs: [0],
      },
    ]);
    feed.add(entry('GET', '/orders/:id'), entry('GET', '/nowhere'));
    await changed(async () => (await view('orders.js')).attributions.length > 0);
    const file = await view('orders.js');
    assert.deepEqual(owners(file), ['show@2']);
    assert.deepEqual(
      file.services.map((s) => s.service),
      ['shop'],
    );
    const unowned = await index.call('unowned', { limit: 10 });
    assert.deepEqual(
      unowned.map((o) => o.operation.http?.route),
      ['/nowhere'],
    );
    const report = await index.call('report', undefined);
    assert.deepEqual([report.state, report.routes, report.operations], ['idle', 1, 2]);
  });

  it('forgets the operations of a receiver that started anew', async () => {
    await configure();
    feed.add(entry('GET', '/orders/:id'));
    await changed(async () => (await view('orders.js')).attributions.length === 1);
    feed.restart();
    await changed(async () => (await view('orders.js')).attributions.length === 0);
    assert.equal((await index.call('report', undefined)).operations, 0);
  });

  it('follows the buffer: attributions move with the text, routes change with it', async () => {
    await configure();
    feed.add(entry('GET', '/orders/:id'));
    await changed(async () => (await view('orders.js')).attributions.length === 1);
    const file = path.join(root, 'orders.js');
    await index.call('open', { path: file, language: 'javascript', version: 1, text: orders });
    const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const moved = { path: file, version: 2, edits: [{ range: top, text: '\n\n' }] };
    assert.deepEqual(await index.call('edit', moved), { inSync: true });
    const after = await view('orders.js');
    assert.equal(after.version, 2);
    assert.deepEqual(owners(after), ['show@4']);
    const name = { start: { line: 7, character: 13 }, end: { line: 7, character: 16 } };
    const other = { path: file, version: 3, edits: [{ range: name, text: '/of/:id' }] };
    assert.deepEqual(await index.call('edit', other), { inSync: true });
    await changed(async () => (await view('orders.js')).attributions.length === 0);
    await index.call('close', { path: file });
    await changed(async () => (await view('orders.js')).attributions.length === 1);
    assert.equal((await view('orders.js')).version, 0);
    assert.deepEqual(await index.call('edit', other), { inSync: false });
  });

  it('attributes again when a file on disk changes what others register', async () => {
    await configure();
    const operation = entry('GET', '/shop/orders/:id');
    const [before] = await index.call('attribute', { operations: [operation] });
    assert.equal(before?.kind, 'none');
    const server = await put(
      'server.js',
      "const express = require('express');\nconst app = express();\napp.use('/shop/orders', require('./orders.js'));\n",
    );
    await index.call('filesChanged', { paths: [server] });
    await changed(async () => owners(await view('orders.js'))[0] === 'show@2');
    const [known] = await index.call('attributionsOf', { operations: [operation.id] });
    assert.equal(known?.attribution.kind, 'owned');
  });

  it('links a file that was made and opened, though nobody tells of it', async () => {
    await configure();
    feed.add(entry('GET', '/made'));
    await index.call('routes', undefined);
    const text =
      "const express = require('express');\nconst app = express();\napp.get('/made', function made() {});\n";
    const file = await put('made.js', text);
    await index.call('open', { path: file, language: 'javascript', version: 1, text });
    await changed(async () => (await view('made.js')).attributions.length === 1);
  });

  it('reports mistakes in prodlens.json at their place, and reads none of it untrusted', async () => {
    await put('prodlens.json', '{\n  "servicez": []\n}\n');
    const told = once(events, 'problems');
    await configure();
    await told;
    const [problem] = await index.call('problems', undefined);
    assert.equal(problem?.path, path.join(root, 'prodlens.json'));
    assert.equal(problem.range.start.line, 1);
    await configure(false);
    await index.call('routes', undefined);
    assert.deepEqual(await index.call('problems', undefined), []);
    assert.equal((await view('orders.js')).functions.length, 1);
  });

  it('finds the source of frames: by the end of the path, and through source maps', async () => {
    await put('src/cart.ts', 'export class Cart {\n  add() {\n    throw new Error();\n  }\n}\n');
    await put('dist/cart.js', 'class Cart{add(){throw new Error()}}\n');
    const map = {
      version: 3,
      sources: ['../src/cart.ts'],
      names: [],
      // Column 0 of line 1 → line 3 of the source.
      mappings: 'AAEI',
    };
    await put('dist/cart.js.map', JSON.stringify(map));
    await configure();
    const located = await index.call('locateFrames', {
      stacks: [
        [
          { filePath: '/app/node_modules/express/orders.js', line: 3 },
          { filePath: 'node:internal/process', line: 1 },
          { functionName: 'show', filePath: '/app/orders.js', line: 4, column: 2 },
        ],
        [{ functionName: 'Cart.add', filePath: '/app/dist/cart.js', line: 1, column: 20 }],
        [{ functionName: 'Cart.sub', filePath: '/app/dist/cart.js', line: 1, column: 20 }],
        [{ filePath: '/elsewhere/other.js', line: 1 }],
        [],
      ],
    });
    assert.deepEqual(
      located.map((l) => l && [path.relative(root, l.path), l.line, l.function?.name]),
      [['orders.js', 3, 'show'], ['src/cart.ts', 2, 'Cart.add'], null, null, null],
    );
  });

  it('has nothing to say about files that are not of the workspace or not ours to read', async () => {
    await configure();
    assert.equal(await index.call('file', { path: '/etc/passwd.js' }), null);
    assert.equal(await index.call('file', { path: path.join(root, 'package.json') }), null);
    assert.equal(await index.call('file', { path: path.join(root, '..', 'x.js') }), null);
    await put('big.js', `f("${'x'.repeat(30_000)}")`);
    assert.equal((await view('big.js')).status, 'skipped');
  });
});
