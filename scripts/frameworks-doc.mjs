// `node scripts/frameworks-doc.mjs`: writes docs/frameworks.md from the fixtures.
import { build } from 'esbuild';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const outfile = path.join(root, 'out', `frameworks-doc-${process.pid}.cjs`);
process.env.PRODLENS_ROOT = root;
await build({
  absWorkingDir: root,
  entryPoints: ['test/unit/attribution/frameworksDocument.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  logLevel: 'warning',
});
try {
  const { renderFrameworks } = await import(pathToFileURL(outfile).href);
  writeFileSync(path.join(root, 'docs/frameworks.md'), await renderFrameworks());
} finally {
  rmSync(outfile, { force: true });
}
