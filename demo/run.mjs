// `npm run demo`: two releases of a small shop run on this machine under unmodified OpenTelemetry auto-instrumentation, and VS Code
// shows beside their functions how they behave. `npm run demo -- --check` does the whole journey by itself and exits 0 only if all of
// it happened. `--backend prometheus+jaeger` (and others) does it on real servers, which the backend tests build or fetch once.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from '../scripts/ensureDependencies.mjs';
import { step } from '../scripts/harness/steps.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const check = args.includes('--check');
const minutes = Number(process.env.DEMO_MINUTES ?? 60);

await ensureDependencies();
const { chosenBackend } = await import('./backend.mjs');
const chosen = chosenBackend(args);
if (typeof chosen === 'string') {
  console.error(chosen);
  process.exit(2);
}
const { buildAll } = await import('../esbuild.mjs');
const { ensureServiceDependencies } = await import('./dependencies.mjs');
const { createRepository } = await import('./repository.mjs');
const { freePort, startProcesses } = await import('./processes.mjs');
const { demoSettings } = await import('./settings.mjs');

await step('building the extension', buildAll);
const dependencies = await ensureServiceDependencies();
const folder = mkdtempSync(path.join(os.tmpdir(), 'prodlens-demo-'));
const stops = [() => rmSync(folder, { recursive: true, force: true })];
let stopping;

/** Ends everything in reverse order; every way out of the demo comes through here. */
function stopAll() {
  stopping ??= (async () => {
    for (const stop of stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        console.error(`while stopping: ${error.message}`);
        process.exitCode = 1;
      }
    }
  })();
  return stopping;
}
const interrupted = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => resolve(signal));
});

try {
  const { repository, releases } = createRepository(folder, dependencies);
  console.log(`repository: ${repository} (v1.4.0, v1.5.0)`);
  const local =
    chosen === undefined ? { httpPort: await freePort(), grpcPort: await freePort() } : undefined;
  const backend = await chosen?.start(folder);
  if (backend !== undefined) stops.push(backend.stop);
  const shop = await step('starting two services in two releases', () =>
    startProcesses({
      folder,
      releases,
      rate: 40,
      ...(local === undefined ? { variables: backend.variables } : { otlpPort: local.httpPort }),
    }),
  );
  stops.push(shop.stop);
  console.log(`shop: http://127.0.0.1:${shop.splitterPort} (90 % v1.4.0, 10 % v1.5.0)`);
  const settings = demoSettings({
    root,
    splitterPort: shop.splitterPort,
    local,
    backend: backend?.connections,
  });

  if (check) {
    const { journey } = await import('./journey.mjs');
    await Promise.race([
      journey({
        root,
        repository,
        settings,
        stops,
        patience: chosen?.patience ?? 1,
        sampled: chosen?.sampled ?? false,
      }),
      interrupted.then((signal) => {
        throw new Error(`interrupted by ${signal}`);
      }),
    ]);
    console.log('the whole journey happened');
  } else {
    const { openVsCode } = await import('./openVsCode.mjs');
    const { closed } = await openVsCode({ root, repository, settings, folder, stops });
    console.log(
      '\nOpen api/routes/orders.js and wait a minute: numbers appear beside the handlers.',
    );
    console.log(
      chosen?.sampled === true
        ? 'They are of a sample of traces: no verdict. Hover over `checkout`, open a failing trace,'
        : 'Within a few minutes `checkout` is marked. Hover over it, open a failing trace,',
    );
    console.log('then roll back (Prodlens: Roll Back…, target shop-demo) and watch it recover.');
    console.log(`\nThe demo ends with Ctrl+C, or by itself after ${minutes} minutes.`);
    let timer;
    const over = new Promise((resolve) => (timer = setTimeout(resolve, minutes * 60_000)));
    await Promise.race([closed, interrupted, over]);
    clearTimeout(timer);
  }
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
} finally {
  await stopAll();
  if (existsSync(folder)) process.exitCode = 1;
}
process.exit();
