// `npm run bench:attribution -- <folder> …`: bundles bench/attribution/main.ts and runs it; see there.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const out = path.join(root, 'out/bench', `attribution-${process.pid}`);
await build({
  absWorkingDir: root,
  entryPoints: ['bench/attribution/main.ts'],
  outfile: path.join(out, 'main.cjs'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const child = spawn(
  process.execPath,
  ['--enable-source-maps', path.join(out, 'main.cjs'), ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, PRODLENS_ROOT: root } },
);
const [code] = await once(child, 'exit');
rmSync(out, { recursive: true, force: true });
process.exit(code ?? 1);
