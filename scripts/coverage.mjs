/**
 * Prints how much of src the unit tests run, by folder; printed, not gated: `node scripts/coverage.mjs <folder of NODE_V8_COVERAGE>`.
 * V8 counts ranges of the bundled tests; the source maps that Node keeps beside the counts lead back to the lines of src. A line is
 * covered if any test ran any of it. What no unit test even loads can't be counted this way and is said apart.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { eachMapping, TraceMap } from '@jridgewell/trace-mapping';

import { root } from './bundleTests.mjs';

/** @type {Map<string, Map<number, boolean>>} file below the root → line → covered */
const lines = new Map();

for (const name of readdirSync(process.argv[2] ?? '')) {
  if (!name.startsWith('coverage-')) continue;
  const report = JSON.parse(readFileSync(path.join(process.argv[2], name), 'utf8'));
  const maps = report['source-map-cache'] ?? {};
  for (const script of report.result) {
    const map = maps[script.url];
    if (map?.data && script.url.includes('/out/test-unit/')) addScript(script, map);
  }
}
print();

function addScript(script, { data, lineLengths }) {
  const lineStarts = [0];
  for (const length of lineLengths) lineStarts.push(lineStarts.at(-1) + length + 1);
  // Outer ranges before inner ones: the innermost that contains a place tells its count.
  const ranges = script.functions
    .flatMap((fn) => fn.ranges)
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const open = [];
  let next = 0;
  eachMapping(new TraceMap(data), ({ generatedLine, generatedColumn, source, originalLine }) => {
    if (source === null || originalLine === null) return;
    const offset = lineStarts[generatedLine - 1] + generatedColumn;
    while (next < ranges.length && ranges[next].startOffset <= offset) open.push(ranges[next++]);
    while (open.length > 0 && open.at(-1).endOffset <= offset) open.pop();
    const place = fileURLToPath(new URL(source, script.url));
    const file = path.relative(root, place).replaceAll('\\', '/');
    if (!file.startsWith('src/')) return;
    const covered = (open.at(-1)?.count ?? 0) > 0;
    if (!lines.has(file)) lines.set(file, new Map());
    const known = lines.get(file);
    known.set(originalLine, covered || known.get(originalLine) === true);
  });
}

function print() {
  const folders = new Map();
  for (const [file, byLine] of lines) {
    const sum = folders.get(path.dirname(file)) ?? { covered: 0, all: 0 };
    sum.all += byLine.size;
    sum.covered += [...byLine.values()].filter(Boolean).length;
    folders.set(path.dirname(file), sum);
  }
  const percent = ({ covered, all }) => `${((100 * covered) / all).toFixed(0).padStart(3)} %`;
  console.log('\nlines run by unit tests, of those in the files that they load:');
  for (const [folder, sum] of [...folders].sort(([a], [b]) => a.localeCompare(b))) {
    console.log(`  ${percent(sum)} of ${String(sum.all).padStart(5)}  ${folder}`);
  }
  const total = { covered: 0, all: 0 };
  for (const sum of folders.values()) {
    total.covered += sum.covered;
    total.all += sum.all;
  }
  if (total.all > 0)
    console.log(`  ${percent(total)} of ${String(total.all).padStart(5)}  together`);
  const notLoaded = readdirSync(path.join(root, 'src'), { recursive: true })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && !lines.has(name));
  console.log(
    `  ${notLoaded.length} files are not loaded by unit tests (they need VS Code, a browser, or are types only)`,
  );
}
