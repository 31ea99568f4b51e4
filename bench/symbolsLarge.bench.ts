import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Operation, OperationId } from '../src/domain/operation.ts';
import { serviceKey } from '../src/domain/service.ts';
import { IndexService } from '../src/workers/indexService.ts';
import { inProcess } from '../src/rpc/peer.ts';
import type { IndexContract } from '../src/symbols/contract.ts';
import { report, smoke } from './report.ts';

// A workspace of 50,000 small files, generated; routes in every tenth, two large files among them.
const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const modules = path.join(root, 'node_modules');
const fileCount = smoke ? 500 : 50_000;
const operationCount = smoke ? 100 : 10_000;

const small = (i: number): string =>
  i % 10 === 0
    ? `import express from 'express';\nexport const app = express();\napp.get('/r${i}/:id', (req, res) => {\n  res.json(find${i}(req.params.id));\n});\nfunction find${i}(id: string) {\n  return { id };\n}\n`
    : `export class Store${i} {\n  private items = new Map<string, number>();\n  add(key: string, value: number) {\n    this.items.set(key, value);\n  }\n  total() {\n    return [...this.items.values()].reduce((sum, item) => sum + item, 0);\n  }\n}\nexport const one${i} = () => new Store${i}();\n`;

function workspace(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'prodlens-bench-'));
  for (let i = 0; i < fileCount; i++) {
    const inside = path.join(folder, `packages/p${i % 100}/src/a${i % 7}`);
    if (i < 700) mkdirSync(inside, { recursive: true });
    writeFileSync(path.join(inside, `file${i}.ts`), small(i));
  }
  let large = '';
  for (let i = 1; large.length < (smoke ? 50_000 : 900_000); i += 10) large += small(i);
  for (const name of ['one', 'two']) writeFileSync(path.join(folder, `${name}.ts`), large);
  return folder;
}

function grammars(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'prodlens-grammars-'));
  const from = path.join(modules, '@vscode/tree-sitter-wasm/wasm');
  for (const name of readdirSync(from))
    if (name.endsWith('.wasm')) cpSync(path.join(from, name), path.join(folder, name));
  cpSync(
    path.join(modules, 'web-tree-sitter/web-tree-sitter.wasm'),
    path.join(folder, 'web-tree-sitter.wasm'),
  );
  return folder;
}

const operations = Array.from({ length: operationCount }, (_, i): Operation => {
  const route = `/r${(i * 10) % fileCount}/:id`;
  return {
    id: `o${i}` as OperationId,
    service: serviceKey('shop'),
    source: 'span',
    kind: 'server',
    name: `GET ${route} ${i}`,
    scope: '@opentelemetry/instrumentation-http',
    http: { method: 'GET', route },
  };
});

/** CPU of this thread; of the whole process where the system doesn't tell. Milliseconds. */
function threadCpuMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
}

/** From `configure` until every operation is attributed; `longest` is how long a question had to wait for its turn. */
async function start(
  folder: string,
  grammarsFolder: string,
  cacheFolder: string,
): Promise<{ seconds: number; longest: number; owned: number; files: number; megabytes: number }> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const service = new IndexService({
    changed: () => undefined,
    problems: () => undefined,
    rules: () => undefined,
  });
  const { remote } = inProcess<IndexContract>(service.handlers);
  const began = performance.now();
  // CPU of this thread between two turns: what else runs on the machine, or in other threads, doesn't count.
  let longest = 0;
  let cpu = threadCpuMs();
  const turns = setInterval(function turn() {
    const now = threadCpuMs();
    longest = Math.max(longest, now - cpu);
    cpu = now;
  }, 1);
  await remote.call('configure', {
    folders: [{ path: folder, exclude: [] }],
    grammarsFolder,
    cacheFolder,
    trusted: true,
  });
  const answers = await remote.call('attribute', { operations });
  clearInterval(turns);
  const seconds = (performance.now() - began) / 1_000;
  const { files } = await remote.call('report', undefined);
  globalThis.gc?.();
  const megabytes = (process.memoryUsage().rss - before) / 1024 / 1024;
  service.dispose();
  const owned = answers.filter((a) => a.kind === 'owned').length;
  return { seconds, longest, owned, files, megabytes };
}

void (async () => {
  const folder = workspace();
  const grammarsFolder = grammars();
  const cacheFolder = mkdtempSync(path.join(os.tmpdir(), 'prodlens-cache-'));
  try {
    const cold = await start(folder, grammarsFolder, cacheFolder);
    const warm = await start(folder, grammarsFolder, cacheFolder);
    const files = `${cold.files.toLocaleString('en-US')} files`;
    report({
      name: 'wait for an answer while a large workspace is read',
      value: Math.max(cold.longest, warm.longest),
      budget: 100,
      unit: 'ms',
      detail: `most CPU without a turn for others: ${cold.longest.toFixed(0)} ms cold, ${warm.longest.toFixed(0)} ms from the cache; ${files}, two of ${smoke ? '50' : '900'} kB`,
    });
    report({
      name: 'a workspace of 50,000 files from the cache',
      value: warm.seconds / cold.seconds,
      budget: 0.5,
      unit: '× reading it anew',
      detail: `${warm.seconds.toFixed(1)} s instead of ${cold.seconds.toFixed(1)} s until ${cold.owned.toLocaleString('en-US')} of ${operationCount.toLocaleString('en-US')} operations have an owner; ${cold.megabytes.toFixed(0)} MB more resident memory for ${files}`,
    });
  } finally {
    for (const made of [folder, grammarsFolder, cacheFolder])
      rmSync(made, { recursive: true, force: true });
  }
})();
