/**
 * The page driver (test/harness/page.ts) for scripts in plain JavaScript: bundles and imports it.
 * `const { startProdlens, VsCodeWindow } = await loadDriver();`
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** @returns {Promise<typeof import('../../test/harness/page.ts')>} */
export async function loadDriver() {
  process.env.PRODLENS_ROOT ??= root;
  const outfile = path.join(root, 'out', 'harness', `driver-${process.pid}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: ['test/harness/page.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile, { force: true });
  }
}
