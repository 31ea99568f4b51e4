// Installs what the demo's services need (express, OpenTelemetry's auto-instrumentation) into a cache outside the checkout, once.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, step } from '../scripts/harness/steps.mjs';

const here = path.join(path.dirname(fileURLToPath(import.meta.url)), 'dependencies');

/** @returns {Promise<string>} the node_modules folder */
export async function ensureServiceDependencies() {
  const lock = readFileSync(path.join(here, 'package-lock.json'));
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const cache = path.join(
    process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'),
    'prodlens-demo',
  );
  const folder = path.join(cache, key);
  if (existsSync(folder)) return path.join(folder, 'node_modules');
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(path.join(cache, 'new-'));
  try {
    for (const name of ['package.json', 'package-lock.json'])
      cpSync(path.join(here, name), path.join(temporary, name));
    await step("installing the demo services' dependencies", () =>
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: temporary,
      }),
    );
    // Another demo may have been quicker: either result is the same.
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return path.join(folder, 'node_modules');
}
