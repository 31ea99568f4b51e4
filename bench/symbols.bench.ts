import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { OpenDocument } from '../src/symbols/buffer/openDocument.ts';
import { WorkspaceIndex } from '../src/symbols/index/workspaceIndex.ts';
import { readSourceText } from '../src/symbols/index/sourceText.ts';
import { grammarFolderOf, languageOfPath } from '../src/symbols/languages/registry.ts';
import { createParserPool, type ParserPool } from '../src/symbols/parser/parserPool.ts';
import { report, smoke } from './report.ts';

// Sources that are there wherever the project is installed, over a million lines: the project itself and packages that ship readable code.
const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const modules = path.join(root, 'node_modules');
const corpora = smoke
  ? ['src/rpc']
  : [
      'src',
      'test',
      'node_modules/eslint',
      'node_modules/axios',
      'node_modules/@opentelemetry',
      'node_modules/protobufjs',
      'node_modules/mocha',
      'node_modules/fast-check',
      'node_modules/@azure',
      'node_modules/@grpc',
      'node_modules/@typescript-eslint',
      'node_modules/knip',
      'node_modules/lodash',
      'node_modules/zod',
    ];

const pool = createParserPool((file) =>
  file === 'web-tree-sitter.wasm'
    ? path.join(modules, 'web-tree-sitter', file)
    : path.join(modules, grammarFolderOf(file), file),
);

/** A copy under plain folder names, because the index leaves libraries and builds out. */
function workspace(): { readonly folder: string; readonly files: string[] } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'prodlens-bench-'));
  const files: string[] = [];
  for (const corpus of corpora) {
    const from = path.join(root, corpus);
    if (!existsSync(from)) continue;
    for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (!entry.isFile() || languageOfPath(file) === undefined || /\.d\.[cm]?ts$/.test(file))
        continue;
      const relative = path
        .relative(root, file)
        .split(path.sep)
        .map((part) => (/^(?:node_modules|dist|build|out|bin)$/.test(part) ? `_${part}` : part))
        .join('/');
      mkdirSync(path.join(folder, path.dirname(relative)), { recursive: true });
      cpSync(file, path.join(folder, relative));
      files.push(relative);
    }
  }
  return { folder, files };
}

/** Resident memory without what the collector only keeps in reserve. */
const rss = (): number => {
  const collect = globalThis.gc as ((how: object) => void) | undefined;
  collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return process.memoryUsage().rss;
};

async function parseAlone(
  folder: string,
  files: readonly string[],
): Promise<{ ms: number; lines: number }> {
  let ms = 0;
  let lines = 0;
  for (const file of files) {
    const source = readSourceText(path.join(folder, file), file);
    const language = languageOfPath(file);
    if (!source.ok || language === undefined) continue;
    const loaded = await pool.load(language);
    const start = process.cpuUsage();
    loaded.parse(source.text)?.delete();
    ms += process.cpuUsage(start).user / 1_000;
    lines += source.text.split('\n').length;
  }
  return { ms, lines };
}

/** The pool, with the time spent in parsing alone counted: floor and whole come from the same pass. */
async function indexing(
  folder: string,
  files: readonly string[],
): Promise<{ ms: number; index: WorkspaceIndex }> {
  const index = new WorkspaceIndex({
    folders: [{ path: folder, files, exclude: [] }],
    pool,
    alsoList: () => false,
    onChange: () => undefined,
  });
  const cpu = process.cpuUsage();
  await index.start(new AbortController().signal);
  const { user } = process.cpuUsage(cpu);
  return { ms: user / 1_000, index };
}

async function measureIndex(): Promise<void> {
  const { folder, files } = workspace();
  try {
    await parseAlone(folder, files.slice(0, 200));
    await indexing(folder, files.slice(0, 200));
    // Grammars are loaded once per thread, however large the workspace.
    for (const id of new Set(files.map((file) => languageOfPath(file))))
      if (id !== undefined) await pool.load(id);
    const before = rss();
    const { index } = await indexing(folder, files);
    const { lines } = await parseAlone(folder, files);
    const held = Math.max(0, rss() - before) / 1024 / 1024;
    // The first round also compiled what it ran, at the cost of whoever ran first: the second compares.
    const { ms } = await indexing(folder, files);
    const { ms: alone } = await parseAlone(folder, files);
    const size = `${index.files.size.toLocaleString('en-US')} files, ${lines.toLocaleString('en-US')} lines`;
    report({
      name: 'index of a workspace',
      value: ms / alone,
      budget: 2.5,
      unit: '× parsing alone',
      detail: `${size}: CPU of reading, parsing, functions and framework facts ÷ ${alone.toFixed(0)} ms of parsing, the second time each in one process`,
    });
    report({
      name: 'memory of the index',
      value: (held / lines) * 1e6,
      budget: 200,
      unit: 'MB per million lines',
      detail: `growth of resident memory after ${size}, parser’s memory included`,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file of about 2,000 lines, edited in the middle as by typing. */
async function measureReparse(parsers: ParserPool): Promise<void> {
  const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => readFileSync(path.join(root, 'src', file), 'utf8'));
  let text = '';
  for (const source of sources) if (text.split('\n').length < 2_000) text += source;
  const name = { path: '/bench/file.ts', relativePath: 'file.ts' };
  const document = new OpenDocument(await parsers.load('typescript'), name, { version: 1, text });
  document.settle();
  const rounds = smoke ? 5 : 200;
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    const at = { line: 1_000, character: 0 };
    const end = { line: 1_000, character: round % 2 };
    const edit = { range: { start: at, end }, text: round % 2 === 0 ? ' ' : '' };
    const start = performance.now();
    document.edit(round + 2, [edit]);
    document.settle();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const median = times[times.length >> 1] ?? 0;
  const worst = times[Math.floor(times.length * 0.95)] ?? 0;
  report({
    name: 'one file of 2,000 lines again',
    value: (user + system) / 1_000 / rounds,
    budget: 10,
    unit: 'ms',
    detail: `CPU per edit in the middle, mean of ${rounds}; by the clock median ${median.toFixed(1)}, p95 ${worst.toFixed(1)} ms; ${document.functions.length} functions`,
  });
  document.dispose();
}

void (async () => {
  await measureReparse(pool);
  await measureIndex();
  pool.dispose();
})();
