import { build } from 'esbuild';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Writes a document that a module of the tests renders.
 *
 * @param {string} document from the project's root
 * @param {string} module from the project's root
 * @param {string} render name of its function that gives the text
 */
export async function writeDocument(document, module, render) {
  const outfile = path.join(root, 'out', `${path.basename(document)}-${process.pid}.cjs`);
  process.env.PRODLENS_ROOT = root;
  await build({
    absWorkingDir: root,
    entryPoints: [module],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    logLevel: 'warning',
  });
  try {
    const rendered = await import(pathToFileURL(outfile).href);
    writeFileSync(path.join(root, document), await rendered[render]());
  } finally {
    rmSync(outfile, { force: true });
  }
}
