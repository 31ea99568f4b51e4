/**
 * Makes `npm test` and `npm run demo` work on a fresh clone: installs node_modules when it is absent, brings it up to date when a
 * dependency of package.json is missing or of another version. Node built-ins only.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { run, step } from './harness/steps.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** @returns {Promise<void>} */
export async function ensureDependencies() {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!existsSync(path.join(root, 'node_modules'))) {
    await step('installing dependencies (npm ci)', () =>
      run('npm', ['ci', ...quiet], { cwd: root }),
    );
    return;
  }
  const outdated = outdatedDependencies();
  if (outdated.length === 0) return;
  await step(`installing dependencies (${outdated.join(', ')})`, () =>
    run('npm', ['install', '--no-save', ...quiet], { cwd: root }),
  );
}

/** Versions in package.json are exact, so that a comparison of texts is enough. */
function outdatedDependencies() {
  const { dependencies, devDependencies } = readJson('package.json');
  return Object.entries({ ...dependencies, ...devDependencies })
    .filter(([name, version]) => {
      const file = path.join('node_modules', ...name.split('/'), 'package.json');
      return !existsSync(path.join(root, file)) || readJson(file).version !== version;
    })
    .map(([name]) => name);
}

function readJson(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureDependencies();
