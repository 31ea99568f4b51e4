// `npm run bench [-- name …] [--smoke]`: bundles bench/*.bench.ts, runs each in a process of its own and gathers the rows.
// Without --smoke a row over its budget fails the run, and the rows that ran are written into bench/README.md's table.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const smoke = process.argv.includes('--smoke');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const all = readdirSync(path.join(root, 'bench')).filter((name) => name.endsWith('.bench.ts'));
const chosen = all.filter(
  (name) => wanted.length === 0 || wanted.some((w) => name === `${w}.bench.ts`),
);
if (chosen.length === 0) {
  console.error(`no such bench; there are: ${all.map((n) => n.slice(0, -9)).join(', ')}`);
  process.exit(2);
}

const out = path.join(root, 'out/bench', String(process.pid));
mkdirSync(out, { recursive: true });

function run(name) {
  return new Promise((resolve) => {
    const file = path.join(out, name.replace('.ts', '.cjs'));
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--enable-source-maps', file, ...(smoke ? ['--smoke'] : [])],
      {
        cwd: root,
        env: { ...process.env, PRODLENS_ROOT: root },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('close', (code) => {
      const rows = [];
      for (const line of text.split('\n')) {
        if (line.startsWith('BENCH ')) rows.push(JSON.parse(line.slice(6)));
        else if (line.startsWith('BENCH-SKIPPED ')) {
          const { name: row, reason } = JSON.parse(line.slice(14));
          console.log(`skipped  ${row}: ${reason}`);
        } else if (line !== '') console.log(line);
      }
      resolve({ code, rows });
    });
  });
}

const figure = (value) => Number(value.toPrecision(3)).toLocaleString('en-US');
const rows = [];
let failed = 0;
for (const name of chosen) {
  console.log(`running ${name} …`);
  await build({
    absWorkingDir: root,
    entryPoints: [`bench/${name}`],
    outfile: path.join(out, name.replace('.ts', '.cjs')),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const result = await run(name);
  if (result.code !== 0 || result.rows.length === 0) {
    console.log(`FAILED   ${name}: exit code ${result.code}, ${result.rows.length} rows`);
    failed++;
  }
  for (const row of result.rows) {
    const within = row.value <= row.budget;
    if (!within && !smoke) failed++;
    const verdict = smoke ? 'smoke' : within ? 'within' : 'OVER';
    console.log(
      `${verdict.padEnd(8)} ${row.name}: ${figure(row.value)} ${row.unit} (budget ${figure(row.budget)}) — ${row.detail}`,
    );
    rows.push(row);
  }
}
rmSync(out, { recursive: true, force: true });
if (!smoke) writeTable(rows);
process.exit(failed === 0 ? 0 : 1);

/** Puts the rows of this run in the place of those of the same name; the others stay. */
function writeTable(rowsToWrite) {
  const file = path.join(root, 'bench/README.md');
  const text = readFileSync(file, 'utf8');
  const [start, end] = ['<!-- table -->', '<!-- /table -->'];
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end);
  const lines = new Map();
  for (const line of text.slice(from, to).split('\n')) {
    const name = /^\| (.+?) \|/.exec(line)?.[1];
    if (name !== undefined && name !== 'what' && !/^-+$/.test(name)) lines.set(name, line);
  }
  const day = new Date().toISOString().slice(0, 10);
  for (const row of rowsToWrite)
    lines.set(
      row.name,
      `| ${row.name} | ${figure(row.value)} ${row.unit} | ${figure(row.budget)} | ${day} | ${row.detail} |`,
    );
  const machine = `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  const table = [
    `Measured on ${machine}, by \`npm run bench\`.`,
    '',
    '| what | measured | budget | when | how |',
    '| --- | --- | --- | --- | --- |',
    ...[...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
  ].join('\n');
  writeFileSync(file, `${text.slice(0, from)}\n${table}\n${text.slice(to)}`);
}
