import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

/** Builds the waterfall as esbuild.mjs does, into a folder of its own; answers that folder. */
export async function buildWaterfall(folder: string): Promise<string> {
  const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
  await mkdir(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['src/webviews/waterfall/main.browser.ts'],
    outfile: path.join(folder, 'waterfall.js'),
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'chrome126',
    format: 'iife',
    logLevel: 'warning',
  });
  await copyFile(
    path.join(root, 'src/webviews/waterfall/style.css'),
    path.join(folder, 'waterfall.css'),
  );
  return folder;
}
