import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const src = './src';

/** Folders whose code must run under plain Node: not even types of `vscode` (docs/architecture.md, rule 1). */
export const withoutVscode = [
  'domain',
  'symbols',
  'attribution',
  'telemetry',
  'http',
  'releases',
  'rollback',
  'insights',
  'rpc',
  'workers',
  'presentation/viewModels',
];

/** What each room may import besides itself (docs/architecture.md, "Imports allowed"). */
export const mayImport = {
  domain: [],
  rpc: ['domain'],
  http: ['domain'],
  attribution: ['domain'],
  symbols: ['domain'],
  telemetry: ['domain', 'http', 'rpc'],
  releases: ['domain', 'http'],
  rollback: ['domain', 'http'],
  insights: [
    'domain',
    'rpc/contract.ts',
    'symbols/contract.ts',
    'telemetry/ports.ts',
    'telemetry/local/contract.ts',
    'releases',
  ],
  config: ['domain'],
  workers: [
    'domain',
    'rpc',
    'symbols',
    'attribution',
    'telemetry',
    'releases',
    'http',
    'config/prodlensJson.ts',
  ],
  webviews: ['domain', 'presentation/viewModels'],
  'presentation/viewModels': ['domain', 'rollback'],
  presentation: [
    'domain',
    'config',
    'platform',
    'insights/contract.ts',
    'telemetry/ports.ts',
    'symbols/contract.ts',
    'symbols/languages/registry.ts',
    'rpc/contract.ts',
    'rollback',
    'commands/ids.ts',
    'webviews/protocol.ts',
  ],
  platform: [
    'domain',
    'config',
    'rpc',
    'commands/ids.ts',
    'insights/contract.ts',
    'symbols/contract.ts',
    'symbols/languages/registry.ts',
    'telemetry/ports.ts',
    'telemetry/backend.ts',
    'telemetry/backendKinds.ts',
    'telemetry/decodeContract.ts',
    'telemetry/local/contract.ts',
    'rollback/ports.ts',
    'releases/ports.ts',
    'api.ts',
  ],
};

const zones = [
  ...Object.entries(mayImport).map(([room, allowed]) => ({
    target: `${src}/${room}`,
    from: src,
    except: [room, ...allowed].map((place) => `./${place}`),
    message: `${room} may import only: ${allowed.join(', ') || 'nothing'} (docs/architecture.md).`,
  })),
  {
    target: [`${src}/!(extension.ts)`, `${src}/!(extension.ts)/**`],
    from: `${src}/composition.ts`,
    message: 'Only extension.ts imports the composition root.',
  },
  {
    target: [`${src}/!(composition.ts)`, `${src}/!(composition)/**`],
    from: `${src}/composition`,
    message: 'Only the composition root imports its parts.',
  },
  { target: src, from: './test', message: 'Nothing in src imports test.' },
  ...['telemetry', 'attribution', 'symbols'].map((room) => ({
    target: `${src}/commands`,
    from: `${src}/${room}`,
    except: ['./ports.ts', './contract.ts', './local/contract.ts'],
    message: 'Commands talk to services, platform and view models.',
  })),
];

const restricted = (allowVscode, allowAxios, allowSpawn) => ({
  'no-restricted-imports': [
    'error',
    {
      paths: [
        ...(allowVscode
          ? []
          : [
              {
                name: 'vscode',
                message: 'This layer runs under plain Node (docs/architecture.md).',
              },
            ]),
        ...(allowAxios
          ? []
          : [{ name: 'axios', message: 'Only src/http talks HTTP through axios.' }]),
        ...(allowSpawn
          ? []
          : ['child_process', 'node:child_process'].map((name) => ({
              name,
              message: 'Only src/platform/process.ts starts programs.',
            }))),
      ],
    },
  ],
});

export default tseslint.config(
  {
    ignores: [
      'dist',
      'out',
      'node_modules',
      'test/fixtures',
      'demo/out',
      'demo/repository',
      '.vscode-test',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './test/harness/tsconfig.json', './tsconfig.webviews.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.mjs'] })],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': 'off',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: true },
      ],
    },
  },
  { files: ['src/**/*.ts'], rules: restricted(true, false, false) },
  {
    files: [
      ...withoutVscode.map((room) => `src/${room}/**/*.ts`),
      'src/config/schema*.ts',
      'src/config/prodlensJson*.ts',
    ],
    rules: restricted(false, false, false),
  },
  { files: ['src/http/**/*.ts'], rules: restricted(false, true, false) },
  { files: ['src/platform/process.ts'], rules: restricted(true, false, true) },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      'no-console': 'off',
    },
  },
  {
    // The shop of the demo is CommonJS, as most services under --require instrumentation are.
    files: ['demo/shop*/**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        require: 'readonly',
        module: 'writable',
        process: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
  {
    files: ['**/*.mjs', 'scripts/**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        URLSearchParams: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setImmediate: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        structuredClone: 'readonly',
        TextDecoder: 'readonly',
        TextEncoder: 'readonly',
        globalThis: 'readonly',
        window: 'readonly',
        document: 'readonly',
        getComputedStyle: 'readonly',
      },
    },
  },
);
