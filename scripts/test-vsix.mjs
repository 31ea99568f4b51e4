/**
 * Packages the extension, checks the package, installs it (not the sources) into the headless VS Code and looks at it there:
 * `node scripts/test-vsix.mjs`.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { root } from './bundleTests.mjs';
import { settleResults, startResults } from './testResults.mjs';

const NAME = 'vsix';
const steps = [
  ['scripts/package.mjs'],
  ['scripts/check-size.mjs'],
  [
    'scripts/test-page.mjs',
    'test/page/installed.page.test.ts',
    '--vsix',
    path.join(root, 'out/prodlens.vsix'),
    '--name',
    NAME,
  ],
];
startResults(NAME);
const succeeded = steps.every(
  (args) =>
    spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
      .status === 0,
);
const { failed } = settleResults(NAME, succeeded, { mustCount: true });
process.exit(failed > 0 ? 1 : 0);
