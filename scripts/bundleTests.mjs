/** Bundles tests, each file on its own. Packages stay outside: they are required from node_modules. */
import { rm } from 'node:fs/promises';
import { readdirSync, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * @param {string} folder below the project's root
 * @param {string} suffix for example '.page.test.ts'
 * @returns {string[]} paths below the project's root, sorted
 */
export function listTests(folder, suffix) {
  const absolute = path.join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true })
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => path.join(folder, name));
}

/**
 * @param {object} options
 * @param {string[]} options.entryPoints below the project's root
 * @param {string} options.outdir below the project's root; emptied first
 * @param {'cjs' | 'esm'} options.format
 * @param {string} options.extension for example '.js'
 */
export async function bundleTests({ entryPoints, outdir, format, extension }) {
  await rm(path.join(root, outdir), { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints,
    outbase: 'test',
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    outExtension: { '.js': extension },
    packages: 'external',
    external: ['vscode'],
    // esbuild leaves import.meta empty in CommonJS; the tests use its `dirname` only.
    ...(format === 'cjs' ? { define: { 'import.meta.dirname': '__dirname' } } : {}),
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
