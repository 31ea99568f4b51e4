import type { Node, Tree } from 'web-tree-sitter';
import type { FunctionDecl, FunctionId } from '../../domain/functionDecl.ts';
import type { SourceFile } from '../sourceFile.ts';
import type { KnownStatements } from './knownStatements.ts';
import { Turns } from '../../domain/turns.ts';
import { slicedFrom, type LoadedLanguage } from './parserPool.ts';
import { placeFunctions, type PlacedFunction } from './placeFunctions.ts';

/** Where a text comes from. */
export interface SourceName {
  /** Absolute. */
  readonly path: string;
  /** Relative to its workspace folder, with forward slashes. */
  readonly relativePath: string;
}

/** A declaration with the one around it, for lookups by place. */
interface Nested {
  readonly decl: FunctionDecl;
  readonly start: number;
  readonly end: number;
  readonly outer: Nested | undefined;
}

/**
 * The file as extractors see it, with its functions. Valid as long as the tree. `known` remembers the last reading of the same
 * document, so that only statements whose text changed are read again.
 * @throws NestedTooDeeply
 */
export function readSource(
  language: LoadedLanguage,
  tree: Tree,
  text: string,
  name: SourceName,
  known?: KnownStatements,
): SourceFile {
  const root = tree.rootNode;
  const place = (node: Node): PlacedFunction[] => placeFunctions(language, node);
  const placed = known?.read(root, text, language.definition, place) ?? place(root);
  return sourceFile(language, root, text, name, placed);
}

/**
 * The same for a long text that nobody waits for: statement by statement, with turns for others.
 * @throws NestedTooDeeply
 */
export async function readSourceInTurns(
  language: LoadedLanguage,
  tree: Tree,
  text: string,
  name: SourceName,
): Promise<SourceFile> {
  if (text.length < slicedFrom) return readSource(language, tree, text, name);
  const root = tree.rootNode;
  const turns = new Turns();
  const placed: PlacedFunction[] = [];
  for (const statement of root.type === 'ERROR' ? [root] : root.namedChildren) {
    for (const one of placeFunctions(language, statement)) placed.push(one);
    await turns.next();
  }
  return sourceFile(language, root, text, name, placed);
}

function sourceFile(
  language: LoadedLanguage,
  root: Node,
  text: string,
  name: SourceName,
  placed: readonly PlacedFunction[],
): SourceFile {
  const taken = new Map<string, number>();
  const nested: Nested[] = [];
  // By place and not by the tree's node: what was read from an earlier tree has no node in this one.
  const byPlace = new Map<number, FunctionDecl>();
  let outer: Nested | undefined;
  for (const one of placed) {
    while (outer !== undefined && outer.end <= one.nodeStart) outer = outer.outer;
    const decl = toDecl(language, one, name, taken);
    outer = { decl, start: one.start, end: one.end, outer };
    nested.push(outer);
    byPlace.set(placeKey(one.nodeStart, one.end), decl);
  }
  return {
    ...name,
    language: language.definition.id,
    text,
    root,
    functions: nested.map((n) => n.decl),
    enclosing: (node) => innermost(nested, node.startIndex, node.endIndex),
    declaredBy: (node) => byPlace.get(placeKey(node.startIndex, node.endIndex)),
  };
}

/** Files that are read have fewer than 2^21 characters. */
const placeKey = (start: number, end: number): number => start * 2_097_152 + end;

function toDecl(
  language: LoadedLanguage,
  placed: PlacedFunction,
  name: SourceName,
  taken: Map<string, number>,
): FunctionDecl {
  const count = (taken.get(placed.name) ?? 0) + 1;
  taken.set(placed.name, count);
  const suffix = count === 1 ? '' : `~${String(count)}`;
  return {
    id: `${name.relativePath}#${placed.name}${suffix}` as FunctionId,
    name: placed.name,
    kind: placed.kind,
    language: language.definition.id,
    path: name.path,
    range: placed.range,
    selectionRange: placed.selectionRange,
    declarationLine: placed.selectionRange.start.line,
    ...(placed.anonymous && { anonymous: true as const }),
  };
}

/** Declarations nest and are in order of appearance: the last that starts before is inside or after the wanted one. */
function innermost(
  nested: readonly Nested[],
  start: number,
  end: number,
): FunctionDecl | undefined {
  let low = 0;
  let high = nested.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((nested[middle]?.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  let at = nested[low - 1];
  while (at !== undefined && at.end < end) at = at.outer;
  return at?.decl;
}
