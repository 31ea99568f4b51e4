import assert from 'node:assert/strict';
import path from 'node:path';
import { ESLint } from 'eslint';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** Lints `text` as if it stood in `file` (which must exist, for the type-aware parser) and returns the rules that fired. */
async function rulesFired(file: string, text: string): Promise<readonly string[]> {
  const eslint = new ESLint({
    cwd: root,
    // Type information is not needed to judge imports, and the text is not the file's own.
    overrideConfig: [
      {
        files: ['**/*.ts'],
        languageOptions: { parserOptions: { project: null, projectService: false } },
        rules: Object.fromEntries(await typedRules()),
      },
    ],
  });
  const [result] = await eslint.lintText(text, { filePath: path.join(root, file) });
  return (result?.messages ?? []).map((m) => m.ruleId ?? `fatal: ${m.message}`);
}

let cached: readonly (readonly [string, 'off'])[] | undefined;
async function typedRules(): Promise<readonly (readonly [string, 'off'])[]> {
  if (cached) return cached;
  const { configs } = await import('typescript-eslint');
  const off = configs.disableTypeChecked.rules ?? {};
  cached = Object.keys(off).map((rule) => [rule, 'off'] as const);
  return cached;
}

const forbidden: readonly (readonly [string, string, string])[] = [
  ['src/domain/stats.ts', "import '../rpc/contract.ts';", 'import-x/no-restricted-paths'],
  ['src/domain/stats.ts', "import type {} from 'vscode';", 'no-restricted-imports'],
  ['src/symbols/contract.ts', "import type {} from 'vscode';", 'no-restricted-imports'],
  ['src/insights/contract.ts', "import type {} from 'vscode';", 'no-restricted-imports'],
  ['src/rollback/ports.ts', "import 'axios';", 'no-restricted-imports'],
  ['src/telemetry/ports.ts', "import 'axios';", 'no-restricted-imports'],
  ['src/rollback/ports.ts', "import 'node:child_process';", 'no-restricted-imports'],
  ['src/symbols/contract.ts', "import '../telemetry/ports.ts';", 'import-x/no-restricted-paths'],
  ['src/telemetry/ports.ts', "import '../symbols/contract.ts';", 'import-x/no-restricted-paths'],
  ['src/telemetry/ports.ts', "import '../composition.ts';", 'import-x/no-restricted-paths'],
  [
    'src/commands/refresh.ts',
    "import '../composition/commands.ts';",
    'import-x/no-restricted-paths',
  ],
  [
    'src/insights/contract.ts',
    "import '../telemetry/local/core.ts';",
    'import-x/no-restricted-paths',
  ],
  [
    'src/domain/stats.ts',
    "import '../../test/unit/rpc/peer.test.ts';",
    'import-x/no-restricted-paths',
  ],
  ['src/domain/stats.ts', 'console.log(1);', 'no-console'],
  ['src/domain/stats.ts', 'export default 1;', 'import-x/no-default-export'],
];

const allowed: readonly (readonly [string, string])[] = [
  ['src/telemetry/ports.ts', "import '../domain/stats.ts';"],
  ['src/insights/contract.ts', "import '../telemetry/ports.ts';"],
  ['src/composition.ts', "import './composition/commands.ts';"],
];

describe('import rules', function () {
  this.timeout(120_000);
  for (const [file, text, rule] of forbidden)
    it(`${file} may not: ${text}`, async () => {
      const fired = await rulesFired(file, text);
      assert.ok(fired.includes(rule), `expected ${rule}, got ${fired.join(', ')}`);
    });
  for (const [file, text] of allowed)
    it(`${file} may: ${text}`, async () => {
      assert.deepEqual(await rulesFired(file, text), []);
    });
});
