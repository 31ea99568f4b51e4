/**
 * Runs test/backends/*.backend.test.ts against real servers: `node scripts/test-backends.mjs [name …] [-- mocha options]`. Each server is
 * built or fetched once into the cache outside of the checkout and started on free ports of 127.0.0.1; one that can't be had is a failure,
 * never a skip. Tests are files named after their server; `<server>.window.backend.test.ts` opens a VS Code with the built extension.
 *
 *     --obtain        only builds and fetches
 *     --tempo PATH    a binary of Grafana Tempo, which isn't fetched (scripts/backends/tempo.mjs)
 */
import { availableParallelism } from 'node:os';

import { buildAll } from '../esbuild.mjs';
import { mayHaveChosen } from './backends/chosenTests.mjs';
import { cortex } from './backends/cortex.mjs';
import { faults } from './backends/faults.mjs';
import { jaeger } from './backends/jaeger.mjs';
import { pipeline } from './backends/pipeline.mjs';
import { prometheus, prometheus3 } from './backends/prometheus.mjs';
import { readme } from './backends/readmeServer.mjs';
import { builtOf, runSuite, sideBySide, suitesOf, titleOf } from './backends/suites.mjs';
import { Tally } from './backends/tally.mjs';
import { tempo } from './backends/tempo.mjs';
import { thanos } from './backends/thanos.mjs';
import { victoriametrics } from './backends/victoriametrics.mjs';
import { zipkin } from './backends/zipkin.mjs';
import { bundleTests, listTests } from './bundleTests.mjs';
import { settleResults } from './testResults.mjs';

/**
 * One line per server, those whose tests take longest first. `tests` are files of another server that it has too, `allTestsOf` names a server
 * whose tests are all its own.
 */
const servers = [
  ...[cortex, prometheus3, prometheus, pipeline, faults, victoriametrics, thanos],
  ...[readme, zipkin, jaeger, tempo],
];

const separator = process.argv.indexOf('--');
const args = process.argv.slice(2, separator < 0 ? undefined : separator);
const mochaOptions = separator < 0 ? [] : process.argv.slice(separator + 1);
const tempoAt = args.indexOf('--tempo');
if (tempoAt >= 0) tempo.binary = args.splice(tempoAt, 2)[1];
const wanted = args.filter((arg) => !arg.startsWith('--'));
const unknown = wanted.filter((name) => !servers.some((server) => server.name === name));
if (unknown.length > 0) {
  console.error(
    `no such backend: ${unknown.join(', ')}; there are: ${servers.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const chosen = servers.filter((server) => {
  const { name } = server;
  if (wanted.length > 0) return wanted.includes(name);
  const reason = server.leftOut?.();
  if (reason !== undefined) console.log(`${name} is left out: ${reason}`);
  return reason === undefined;
});
const onlyObtain = args.includes('--obtain');
// Each with counts of its own: a run of the tests leaves those of the stage that built the servers alone.
const runner = onlyObtain ? 'backends-obtain' : 'backends';
const tally = new Tally(runner);

const missing = await obtainAll(chosen);
if (!onlyObtain) await testAll();
tally.write();
const { failed } = settleResults(runner, tally.counts.failed === 0, { mustCount: !onlyObtain });
process.exit(failed > 0 ? 1 : 0);

/** All are asked for at once, and built in this order, as many at a time as memory allows. @returns the servers that can't be had */
async function obtainAll(all) {
  const absent = new Set();
  tally.plan(all.length);
  await sideBySide(all, all.length, (server) =>
    tally.during(server.name, async () => {
      try {
        await server.obtain();
      } catch (error) {
        absent.add(server);
        tally.failWith(`${server.name} can’t be had: ${error.message}`);
      }
    }),
  );
  return absent;
}

async function testAll() {
  const tests = listTests('test/backends', '.backend.test.ts');
  await bundleTests({
    entryPoints: tests,
    outdir: 'out/test-backends',
    format: 'cjs',
    extension: '.cjs',
  });
  const suites = await chosenSuites(tests);
  tally.plan(suites.length);
  const alone = suites.filter((suite) => suite.alone);
  if (alone.length > 0) await buildAll();
  const others = suites.filter((suite) => !suite.alone);
  // Each keeps a core busy for about a tenth of its time.
  const lanes = Math.min(others.length, 2 * availableParallelism());
  await sideBySide(others, lanes, (suite) => test(suite, lanes > 1));
  await sideBySide(alone, 1, (suite) => test(suite, false));
}

/** Without those in which nothing is chosen: no server is started for them, and no window is built. */
async function chosenSuites(tests) {
  const all = suitesOf(
    chosen.filter((server) => !missing.has(server)),
    tests,
  );
  const files = new Map(all.map(({ file }) => [file, true]));
  await sideBySide([...files.keys()], availableParallelism(), async (file) => {
    files.set(file, await mayHaveChosen(builtOf(file), mochaOptions));
  });
  return all.filter(({ file }) => files.get(file));
}

function test(suite, together) {
  return tally.during(titleOf(suite), () => runSuite(suite, { together, mochaOptions }));
}
