/** Which files of tests have any that a person chose by mocha's options. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { root } from '../bundleTests.mjs';

/** @param {string[]} mochaOptions */
export const chooses = (mochaOptions) =>
  mochaOptions.some((option) => /^(--grep|-g|--fgrep|-f)\b/.test(option));

/**
 * Without running any, and so without a server. Files that can't be loaded without one may have some.
 *
 * @param {string} built path of the file
 * @param {string[]} mochaOptions
 * @returns {Promise<boolean>}
 */
export async function mayHaveChosen(built, mochaOptions) {
  if (!chooses(mochaOptions)) return true;
  const folder = await mkdtemp(path.join(tmpdir(), 'prodlens-chosen-'));
  const counts = path.join(folder, 'counts.json');
  try {
    await promisify(execFile)(
      process.execPath,
      [
        ...[path.join(root, 'node_modules/mocha/bin/mocha.js'), '--dry-run'],
        ...['--reporter', path.join(root, 'scripts/testReporter.cjs')],
        ...['--reporter-option', `counts=${counts}`],
        ...[...mochaOptions, built],
      ],
      { cwd: root, env: { ...process.env, PRODLENS_ROOT: root } },
    );
    const { passed, failed, skipped } = JSON.parse(await readFile(counts, 'utf8'));
    return passed + failed + skipped > 0;
  } catch {
    return true;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
