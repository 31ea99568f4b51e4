import { symlinkSync } from 'node:fs';
import path from 'node:path';
import type { LanguageId } from '../../../src/domain/functionDecl.ts';
import { grammarFolderOf } from '../../../src/symbols/languages/registry.ts';
import { createParserPool, type ParserPool } from '../../../src/symbols/parser/parserPool.ts';
import { readSource } from '../../../src/symbols/parser/extractFunctions.ts';
import type { SourceFile } from '../../../src/symbols/sourceFile.ts';

export const projectRoot = process.env['PRODLENS_ROOT'] ?? process.cwd();
const modules = path.join(projectRoot, 'node_modules');

/** The grammars as installed: what the build copies beside the bundle. */
export const grammarFile = (file: string): string =>
  file === 'web-tree-sitter.wasm'
    ? path.join(modules, 'web-tree-sitter', file)
    : path.join(modules, grammarFolderOf(file), file);

export const testPool = (): ParserPool => createParserPool(grammarFile);

/** Puts links to the parser's runtime and to grammars into a folder, as `dist/grammars` has them. */
export function linkGrammars(folder: string, grammars: readonly string[]): string {
  const files = grammars.map((name) => `tree-sitter-${name}.wasm`);
  for (const file of ['web-tree-sitter.wasm', ...files])
    symlinkSync(grammarFile(file), path.join(folder, file));
  return folder;
}

/** Reads a text as the index would; `read` sees the file while its tree exists. */
export async function withSource<T>(
  pool: ParserPool,
  language: LanguageId,
  text: string,
  read: (file: SourceFile) => T,
): Promise<T> {
  const loaded = await pool.load(language);
  const tree = loaded.parse(text);
  if (tree === undefined) throw new Error('not parsed');
  try {
    return read(readSource(loaded, tree, text, { path: '/w/src/file', relativePath: 'src/file' }));
  } finally {
    tree.delete();
  }
}
