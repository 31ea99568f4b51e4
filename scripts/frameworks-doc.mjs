// `node scripts/frameworks-doc.mjs`: writes docs/frameworks.md from the fixtures.
import { writeDocument } from './writeDocument.mjs';

await writeDocument(
  'docs/frameworks.md',
  'test/unit/attribution/frameworksDocument.ts',
  'renderFrameworks',
);
