// `node scripts/reliability-doc.mjs`: writes docs/reliability.md from what the tests see.
import { writeDocument } from './writeDocument.mjs';

await writeDocument(
  'docs/reliability.md',
  'test/unit/faults/reliabilityDocument.ts',
  'writeReliability',
);
