import { lstatSync } from 'node:fs';
import type { FunctionDecl, LanguageId } from '../../domain/functionDecl.ts';
import type { Symbols } from '../buffer/openDocument.ts';
import { extractFacts } from '../frameworks/facts.ts';
import { readSourceInTurns } from '../parser/extractFunctions.ts';
import { NestedTooDeeply } from '../parser/nestingGuard.ts';
import type { LoadedLanguage, ParserPool } from '../parser/parserPool.ts';
import { Turns } from '../../domain/turns.ts';
import type { CachedFile } from './indexCache.ts';
import { ownStrings } from './ownStrings.ts';
import { readSourceText, tooLarge } from './sourceText.ts';
import type { WorkspacePlace } from './workspaceIndex.ts';

/** What a file of the workspace declares, read from disk. undefined: no longer there; `known` itself when nothing changed. */
export async function readIndexedFile(
  pool: ParserPool,
  file: string,
  place: WorkspacePlace,
  language: LanguageId,
  known: CachedFile | undefined,
): Promise<CachedFile | undefined> {
  try {
    const stat = lstatSync(file);
    if (!stat.isFile()) return undefined;
    const when = { size: stat.size, modified: stat.mtimeMs };
    if (known?.size === when.size && known.modified === when.modified) return known;
    const skipped = (reason: string, hash = ''): CachedFile => ({
      ...when,
      hash,
      functions: [],
      facts: undefined,
      reason,
    });
    const large = tooLarge(stat.size);
    if (large !== undefined) return skipped(large);
    const source = readSourceText(file, place.relativePath);
    if (!source.ok) return skipped(source.reason, source.hash);
    if (known?.hash === source.hash && known.reason === undefined) return { ...known, ...when };
    const loaded = await load(pool, language);
    if (typeof loaded === 'string') return { ...skipped(loaded), size: -1 };
    const tree = await loaded.parseInTurns(source.text);
    if (tree === undefined) return skipped('takes too long to parse', source.hash);
    try {
      const turns = new Turns();
      const parsed = await readSourceInTurns(loaded, tree, source.text, { path: file, ...place });
      await turns.next();
      const facts = extractFacts(parsed);
      await turns.next();
      const found = ownStrings({ functions: parsed.functions, facts });
      const symbols = tree.rootNode.hasError ? lastGood(known, found, source.text) : found;
      return { ...when, hash: source.hash, ...symbols };
    } catch (error) {
      if (error instanceof NestedTooDeeply) return skipped(error.message, source.hash);
      throw error;
    } finally {
      tree.delete();
    }
  } catch (error) {
    return unreadableFile(error);
  }
}

/** The loaded language, or why it can't be: that is no fault of the file. */
async function load(pool: ParserPool, language: LanguageId): Promise<LoadedLanguage | string> {
  try {
    return await pool.load(language);
  } catch (error) {
    return `the parser can't start (${error instanceof Error ? error.message : 'unknown error'})`;
  }
}

/**
 * A file saved with syntax errors keeps the functions that it had, those still found at their present places; what names them by index
 * stays with them. One whose name is nowhere in the text was deleted, whatever can't be parsed.
 */
function lastGood(known: CachedFile | undefined, found: Symbols, text: string): Symbols {
  if (known?.facts === undefined) return found;
  const present = new Map(found.functions.map((decl) => [decl.id, decl]));
  const lost = known.functions.filter((decl) => !present.has(decl.id));
  if (lost.length === 0 || !lost.every((decl) => text.includes(tellingPart(decl)))) return found;
  return {
    functions: known.functions.map((decl) => present.get(decl.id) ?? decl),
    facts: known.facts,
  };
}

/** What must be written where the function is: its own name, or the longest word of a made-up one (`GET /users/:id handler`). */
const tellingPart = ({ name, anonymous }: FunctionDecl): string =>
  anonymous === true
    ? name.split(/[\s'"()]+/).reduce((a, b) => (b.length > a.length ? b : a), '')
    : name.slice(name.lastIndexOf('.') + 1);

/** Vanished files are no entry; what can't be read or broke the parser is an entry that says so. */
function unreadableFile(error: unknown): CachedFile | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  const reason =
    code === undefined
      ? `can't be parsed (${error instanceof Error ? error.message : 'unknown error'})`
      : `can't be read (${code})`;
  return { hash: '', size: -1, modified: 0, functions: [], facts: undefined, reason };
}
