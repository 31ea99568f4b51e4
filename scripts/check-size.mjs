/**
 * Checks out/prodlens.vsix: the budgets of size, that what is needed is in it and that nothing else is.
 * `npm run package && node scripts/check-size.mjs`
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { listFiles, PackageManager } from '@vscode/vsce';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const VSIX_BYTES = 8_000_000;
const MAIN_BUNDLE_BYTES = 600_000;
const REQUIRED = [
  'package.json',
  'package.nls.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'dist/extension.js',
  'dist/indexWorker.js',
  'dist/receiverWorker.js',
  'dist/backends.js',
  'dist/decodeWorker.js',
  'dist/grammars/web-tree-sitter.wasm',
  'dist/THIRD_PARTY_NOTICES.txt',
];
const ALLOWED = [
  /^(package\.json|package\.nls(\.[\w-]+)?\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^(dist|media|l10n|schemas|docs\/images)\//,
];

const problems = [];
const kB = (bytes) => `${Math.round(bytes / 1000)} kB`;
const budget = (what, bytes, limit) => {
  console.log(`${what}: ${kB(bytes)} of ${kB(limit)}`);
  if (bytes > limit) problems.push(`${what} is over its budget`);
};

const { main, contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const pictures = contributes.walkthroughs.flatMap(({ steps }) =>
  steps.flatMap(({ media }) => Object.values(media.image)),
);
budget('VSIX', statSync(path.join(root, 'out/prodlens.vsix')).size, VSIX_BYTES);
budget('main bundle', statSync(path.join(root, main)).size, MAIN_BUNDLE_BYTES);

const files = await listFiles({ cwd: root, packageManager: PackageManager.None });
for (const file of [...REQUIRED, ...pictures]) {
  if (!files.includes(file)) problems.push(`${file} is missing from the package`);
}
for (const file of files) {
  if (!ALLOWED.some((pattern) => pattern.test(file)) || file.endsWith('.map')) {
    problems.push(`${file} doesn’t belong in the package`);
  }
}
for (const problem of problems) console.error(`✗ ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
