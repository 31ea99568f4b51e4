// `node scripts/reliability-doc.mjs`: writes docs/reliability.md from what the tests see.
import { build } from 'esbuild';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const outfile = path.join(root, 'out', `reliability-doc-${process.pid}.cjs`);
process.env.PRODLENS_ROOT = root;
await build({
  absWorkingDir: root,
  entryPoints: ['test/unit/faults/reliabilityDocument.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  logLevel: 'warning',
});
try {
  const { writeReliability } = await import(pathToFileURL(outfile).href);
  writeFileSync(path.join(root, 'docs/reliability.md'), await writeReliability());
} finally {
  rmSync(outfile, { force: true });
}
