// Builds everything: the host bundle, the two worker threads and the webview scripts.
// `node esbuild.mjs [--watch] [--dev]`. `tsc` only checks types (npm run types).
import { build, context } from 'esbuild';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { packageFolders, renderNotices } from './scripts/thirdPartyNotices.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));
const dev = process.argv.includes('--dev') || process.argv.includes('--watch');

/**
 * esbuild copies every property of an external module for each file that imports it: `vscode` has hundreds, and some forty files of the host
 * import it. With one module in between it is copied once, which activation would pay for otherwise.
 */
const vscodeOnce = {
  name: 'vscode-once',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vscode$/ }, ({ namespace }) =>
      namespace === 'vscode-once'
        ? { path: 'vscode', external: true }
        : { path: 'vscode', namespace: 'vscode-once' },
    );
    onLoad({ filter: /.*/, namespace: 'vscode-once' }, () => ({
      contents: "export * from 'vscode';",
    }));
  },
};

/** Options shared by the product's bundles. */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: !dev,
  sourcemap: dev ? 'linked' : false,
  logLevel: 'warning',
  legalComments: 'none',
  metafile: true,
};

/** The host's bundle and the workers'; tests build workers from the same options. */
export const nodeBundles = {
  ...common,
  entryPoints: {
    extension: 'src/extension.ts',
    indexWorker: 'src/workers/indexWorker.ts',
    receiverWorker: 'src/workers/receiverWorker.ts',
    decodeWorker: 'src/workers/decodeWorker.ts',
    backends: 'src/workers/backendAdapters.ts',
  },
  outdir: 'dist',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  plugins: [vscodeOnce],
  // Its ES module asks for import.meta.url, which a CommonJS bundle doesn't have.
  alias: {
    'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs'),
    // Its CommonJS build hides its requires from bundlers.
    'jsonc-parser': path.join(root, 'node_modules/jsonc-parser/lib/esm/main.js'),
  },
};

/** Every src/webviews/<name>/main.browser.ts becomes dist/webviews/<name>.js. */
async function webviewEntries() {
  const folder = path.join(root, 'src/webviews');
  const entries = {};
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    const main = path.join(folder, name, 'main.browser.ts');
    if (existsSync(main)) entries[`webviews/${name}`] = path.relative(root, main);
    const style = path.join(folder, name, 'style.css');
    if (existsSync(style)) {
      await mkdir(path.join(root, 'dist/webviews'), { recursive: true });
      await cp(style, path.join(root, `dist/webviews/${name}.css`));
    }
  }
  return entries;
}

const runtimeFile = path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.wasm');

/** Grammars shipped beside the bundle: those that the registry of languages names. */
async function grammarsInUse() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/symbols/languages/registry.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  const { languages, grammarFolderOf } = await import(`data:text/javascript;base64,${code}`);
  const files = new Set(languages.map((language) => `tree-sitter-${language.grammar}.wasm`));
  return [...files].map((file) => path.join(root, 'node_modules', grammarFolderOf(file), file));
}

/** Of the packages among a build's inputs, and of those that the parsers are copied from. */
export async function thirdPartyNotices(inputs) {
  const copied = [...(await grammarsInUse()), runtimeFile].map((file) => path.relative(root, file));
  return renderNotices(root, packageFolders([...inputs, ...copied]));
}

/** Puts what the parsers load into a folder. */
export async function copyGrammars(target) {
  await mkdir(target, { recursive: true });
  for (const file of await grammarsInUse()) await cp(file, path.join(target, path.basename(file)));
  await cp(runtimeFile, path.join(target, 'web-tree-sitter.wasm'));
}

export async function buildAll() {
  await rm(path.join(root, 'dist'), { recursive: true, force: true });
  await copyGrammars(path.join(root, 'dist/grammars'));
  const webviews = {
    ...common,
    entryPoints: await webviewEntries(),
    outdir: 'dist',
    platform: 'browser',
    target: 'chrome126',
    format: 'iife',
  };
  if (process.argv.includes('--watch')) {
    for (const options of [nodeBundles, webviews]) await (await context(options)).watch();
    return;
  }
  const built = await Promise.all([build(nodeBundles), build(webviews)]);
  const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const notices = await thirdPartyNotices(inputs);
  await writeFile(path.join(root, 'dist/THIRD_PARTY_NOTICES.txt'), notices);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll();
