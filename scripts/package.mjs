/** `npm run package`: builds and writes out/prodlens.vsix. What goes in: .vscodeignore. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensureDependencies } from './ensureDependencies.mjs';
import { run } from './harness/steps.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
await ensureDependencies();
mkdirSync(path.join(root, 'out'), { recursive: true });
const { code } = await run(
  process.execPath,
  [
    path.join(root, 'node_modules/@vscode/vsce/vsce'),
    'package',
    // Everything that runs is bundled.
    '--no-dependencies',
    '--allow-missing-repository',
    // The pictures of the README are in the package; links need no address that it doesn't have.
    '--no-rewrite-relative-links',
    '--out',
    'out/prodlens.vsix',
  ],
  { cwd: root, show: true, allowFailure: true },
);
process.exitCode = code;
