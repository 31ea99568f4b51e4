/**
 * `node scripts/reliability-doc.mjs [--real]`: writes docs/reliability.md from what the tests see. `--real`: with what the last run of
 * `npm run test:backends -- faults` saw at the real servers; otherwise with what is committed of that.
 */
import { copyFileSync } from 'node:fs';

import { root } from './bundleTests.mjs';
import { writeDocument } from './writeDocument.mjs';

if (process.argv.includes('--real'))
  copyFileSync(`${root}/out/faults.json`, `${root}/test/backends/faults.json`);
await writeDocument(
  'docs/reliability.md',
  'test/unit/faults/reliabilityDocument.ts',
  'writeReliability',
);
