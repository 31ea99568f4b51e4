import { readFile } from 'node:fs/promises';
import { Language, Parser, Query, type Tree } from 'web-tree-sitter';
import type { LanguageId } from '../../domain/functionDecl.ts';
import type { LanguageDefinition } from '../languages/language.ts';
import { languageOf } from '../languages/registry.ts';
import { Turns } from '../../domain/turns.ts';

/** Path of a grammar or of the runtime (`web-tree-sitter.wasm`), given its file name. */
export type LocateGrammar = (fileName: string) => string;

/** A grammar that is loaded, with the query that finds its functions. */
export interface LoadedLanguage {
  readonly definition: LanguageDefinition;
  readonly query: Query;
  /**
   * Parses text; with `previous` (an edited tree of the same document) only what changed.
   * undefined: given up after `parseLimitMs`. The caller frees the tree.
   */
  parse(text: string, previous?: Tree): Tree | undefined;
  /** The same for a text that nobody waits for: a long one is parsed with turns for others. */
  parseInTurns(text: string): Promise<Tree | undefined>;
}

/** One parser per grammar, each loaded at the first file that needs it. */
export interface ParserPool {
  load(language: LanguageId): Promise<LoadedLanguage>;
  /** The language if it is loaded already: lets an edit be parsed without waiting a turn. */
  loaded(language: LanguageId): LoadedLanguage | undefined;
  dispose(): void;
}

/** A file that takes longer is skipped: nothing hand-written does. */
const parseLimitMs = 3_000;
/** Below this size the limit can't be reached, and the callback is saved. */
const limitedFrom = 100_000;

/** Texts below this size are read in a few milliseconds. */
export const slicedFrom = 40_000;
const parseSliceMs = 10;

let runtime: Promise<void> | undefined;

/** The WebAssembly runtime exists once per thread; its grammars belong to the pool. */
export async function startRuntime(locate: LocateGrammar): Promise<void> {
  runtime ??= readFile(locate('web-tree-sitter.wasm')).then((wasmBinary) =>
    Parser.init({ wasmBinary: new Uint8Array(wasmBinary).buffer }),
  );
  try {
    await runtime;
  } catch (error) {
    runtime = undefined;
    throw error;
  }
}

export function createParserPool(locate: LocateGrammar): ParserPool {
  const grammars = new Map<
    string,
    Promise<{ readonly language: Language; readonly parser: Parser }>
  >();
  const loading = new Map<LanguageId, Promise<LoadedLanguage>>();
  const ready = new Map<LanguageId, LoadedLanguage>();

  const grammar = (name: string) => {
    const started =
      grammars.get(name) ??
      (async () => {
        await startRuntime(locate);
        const bytes = await readFile(locate(`tree-sitter-${name}.wasm`));
        const language = await Language.load(new Uint8Array(bytes));
        const parser = new Parser();
        parser.setLanguage(language);
        return { language, parser };
      })();
    grammars.set(name, started);
    started.catch(() => grammars.delete(name));
    return started;
  };

  const load = async (id: LanguageId): Promise<LoadedLanguage> => {
    const definition = languageOf(id);
    const { language, parser } = await grammar(definition.grammar);
    const loaded: LoadedLanguage = {
      definition,
      query: new Query(language, definition.query),
      parse: (text, previous) => parseWithin(parser, text, previous),
      parseInTurns: async (text) =>
        text.length < slicedFrom
          ? parseWithin(parser, text, undefined)
          : parseSliced(language, text),
    };
    ready.set(id, loaded);
    return loaded;
  };

  return {
    load: (id) => {
      const started = loading.get(id) ?? load(id);
      loading.set(id, started);
      started.catch(() => loading.delete(id));
      return started;
    },
    loaded: (id) => ready.get(id),
    dispose: () => {
      for (const { query } of ready.values()) query.delete();
      ready.clear();
      loading.clear();
      for (const started of grammars.values())
        started.then(
          ({ parser }) => {
            parser.delete();
          },
          () => undefined,
        );
      grammars.clear();
    },
  };
}

function parseWithin(parser: Parser, text: string, previous: Tree | undefined): Tree | undefined {
  if (text.length < limitedFrom) return parser.parse(text, previous ?? null) ?? undefined;
  const until = performance.now() + parseLimitMs;
  const tree = parser.parse(text, previous ?? null, {
    progressCallback: () => performance.now() > until,
  });
  if (tree === null) parser.reset();
  return tree ?? undefined;
}

/** With a parser of its own, which goes on where it was stopped. */
async function parseSliced(language: Language, text: string): Promise<Tree | undefined> {
  const parser = new Parser();
  try {
    parser.setLanguage(language);
    const turns = new Turns();
    for (let spent = 0; spent < parseLimitMs;) {
      const start = performance.now();
      const tree = parser.parse(text, null, {
        progressCallback: () => performance.now() - start > parseSliceMs,
      });
      if (tree !== null) return tree;
      spent += performance.now() - start;
      await turns.next();
    }
    return undefined;
  } finally {
    parser.delete();
  }
}
