import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FunctionDecl } from '../src/domain/functionDecl.ts';
import type { ServiceKey } from '../src/domain/service.ts';
import type { WorkspaceFacts } from '../src/domain/workspace.ts';
import { extractFacts, linkFacts, type IndexedFile } from '../src/symbols/frameworks/facts.ts';
import { grammarFolderOf, languageOfPath } from '../src/symbols/languages/registry.ts';
import { readSource } from '../src/symbols/parser/extractFunctions.ts';
import { createParserPool } from '../src/symbols/parser/parserPool.ts';
import { unreadable } from '../src/symbols/index/sourceText.ts';
import { isHintFile, readHint, type HintFacts } from '../src/symbols/serviceHints/hints.ts';
import { createServiceResolver } from '../src/symbols/serviceHints/resolver.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const grammar = (name: string): string =>
  name === 'web-tree-sitter.wasm'
    ? path.join(root, 'node_modules/web-tree-sitter', name)
    : path.join(root, 'node_modules', grammarFolderOf(name), name);

/** A folder read as the extension reads a workspace: all source files, hints, links. */
export async function readWorkspace(
  folder: string,
  seen: readonly ServiceKey[],
): Promise<{ readonly facts: WorkspaceFacts; readonly files: ReadonlyMap<string, IndexedFile> }> {
  const pool = createParserPool(grammar);
  const files = new Map<string, IndexedFile>();
  const functions: FunctionDecl[] = [];
  const hints: HintFacts[] = [];
  for (const relativePath of walk(folder, '')) {
    const file = path.join(folder, relativePath);
    const language = languageOfPath(relativePath);
    if (isHintFile(relativePath))
      hints.push(readHint({ relativePath, folder, text: readFileSync(file, 'utf8') }));
    if (language === undefined || statSync(file).size > 1_000_000) continue;
    const loaded = await pool.load(language);
    const text = readFileSync(file, 'utf8');
    if (unreadable(relativePath, text) !== undefined) continue;
    const tree = loaded.parse(text);
    if (tree === undefined) continue;
    const source = readSource(loaded, tree, text, { path: file, relativePath });
    files.set(file, {
      facts: extractFacts(source),
      functions: source.functions,
      relativePath,
      folder,
    });
    functions.push(...source.functions);
    tree.delete();
  }
  pool.dispose();
  const linked = linkFacts(files, hints);
  const servicesOf = createServiceResolver({ hints, seen, rules: [] });
  return { facts: { functions, ...linked, overrides: [], servicesOf }, files };
}

function walk(folder: string, below: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(path.join(folder, below), { withFileTypes: true })) {
    const relative = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!/^(?:\.git|node_modules)$/.test(entry.name)) found.push(...walk(folder, relative));
    } else if (entry.isFile()) found.push(relative);
  }
  return found;
}
