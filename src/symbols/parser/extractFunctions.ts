import type { Node, Tree } from 'web-tree-sitter';
import type { FunctionDecl, FunctionId, SourceRange } from '../../domain/functionDecl.ts';
import type { Container, Declaration } from '../languages/language.ts';
import type { SourceFile } from '../sourceFile.ts';
import type { LoadedLanguage } from './parserPool.ts';

/** Where a text comes from. */
export interface SourceName {
  /** Absolute. */
  readonly path: string;
  /** Relative to its workspace folder, with forward slashes. */
  readonly relativePath: string;
}

/** A declaration and where it stands in the tree, for lookups by node. */
interface Placed {
  readonly decl: FunctionDecl;
  readonly nodeId: number;
  readonly start: number;
  readonly end: number;
  readonly outer: Placed | undefined;
}

/** Scopes under way while captures come in document order; `placed` is absent where the node declares nothing. */
interface Scope {
  readonly end: number;
  readonly container: Container | undefined;
  readonly placed: Placed | undefined;
}

/** The file as extractors see it, with its functions. Valid as long as the tree. */
export function readSource(
  language: LoadedLanguage,
  tree: Tree,
  text: string,
  name: SourceName,
): SourceFile {
  const root = tree.rootNode;
  const placed = placeFunctions(language, root, name);
  const byNode = new Map(placed.map((p) => [p.nodeId, p.decl]));
  return {
    ...name,
    language: language.definition.id,
    text,
    root,
    functions: placed.map((p) => p.decl),
    enclosing: (node) => innermost(placed, node.startIndex, node.endIndex),
    declaredBy: (node) => byNode.get(node.id),
  };
}

function placeFunctions(language: LoadedLanguage, root: Node, name: SourceName): Placed[] {
  const placed: Placed[] = [];
  const taken = new Map<string, number>();
  const scopes: Scope[] = [];
  for (const { node } of language.query.captures(root)) {
    const start = node.startIndex;
    while (scopes.length > 0 && (scopes.at(-1)?.end ?? 0) <= start) scopes.pop();
    const scope = scopes.at(-1);
    const declaration = language.definition.declare(node, scope?.container);
    if (declaration === undefined) continue;
    const qualified =
      scope?.container === undefined || declaration.absolute === true
        ? declaration.name
        : `${scope.container.name}.${declaration.name}`;
    const decl = toDecl(language, node, declaration, qualified, name, taken);
    const entry: Placed = {
      decl,
      nodeId: node.id,
      start: (declaration.from ?? node).startIndex,
      end: node.endIndex,
      outer: scope?.placed,
    };
    placed.push(entry);
    scopes.push({
      end: entry.end,
      container: { name: qualified, kind: declaration.kind, outer: scope?.container },
      placed: entry,
    });
  }
  return placed;
}

function toDecl(
  language: LoadedLanguage,
  node: Node,
  declaration: Declaration,
  qualified: string,
  name: SourceName,
  taken: Map<string, number>,
): FunctionDecl {
  const count = (taken.get(qualified) ?? 0) + 1;
  taken.set(qualified, count);
  const suffix = count === 1 ? '' : `~${String(count)}`;
  const at = declaration.at ?? node;
  const selectionRange = rangeOf(at, at);
  return {
    id: `${name.relativePath}#${qualified}${suffix}` as FunctionId,
    name: qualified,
    kind: declaration.kind,
    language: language.definition.id,
    path: name.path,
    range: rangeOf(declaration.from ?? node, node),
    selectionRange,
    declarationLine: selectionRange.start.line,
    ...(declaration.anonymous === true && { anonymous: true as const }),
  };
}

/** Rows and columns are zero-based and in UTF-16 units here, as in VS Code (the runtime reads UTF-16). */
const rangeOf = (from: Node, to: Node): SourceRange => {
  const end = to.endPosition;
  return {
    start: { line: from.startPosition.row, character: from.startPosition.column },
    end: { line: end.row, character: end.column },
  };
};

/** Declarations nest and are in order of appearance: the last that starts before is inside or after the wanted one. */
function innermost(
  placed: readonly Placed[],
  start: number,
  end: number,
): FunctionDecl | undefined {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((placed[middle]?.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  let at = placed[low - 1];
  while (at !== undefined && at.end < end) at = at.outer;
  return at?.decl;
}
