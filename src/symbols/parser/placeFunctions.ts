import type { Node } from 'web-tree-sitter';
import type { FunctionKind, SourceRange } from '../../domain/functionDecl.ts';
import type { Container } from '../languages/language.ts';
import { NestingGuard } from './nestingGuard.ts';
import type { LoadedLanguage } from './parserPool.ts';

/** A function or class where it was found. Offsets are UTF-16 units of the text. */
export interface PlacedFunction {
  /** Qualified within the file. */
  readonly name: string;
  readonly kind: FunctionKind;
  readonly anonymous: boolean;
  /** Of the declaring node. */
  readonly nodeStart: number;
  /** Of the whole declaration: decorators and overload signatures included. */
  readonly start: number;
  readonly end: number;
  readonly range: SourceRange;
  readonly selectionRange: SourceRange;
}

/** Scopes under way while captures come in document order. */
interface Scope {
  readonly end: number;
  readonly container: Container;
}

/**
 * Functions and classes in and below a node, in order of appearance.
 * @throws NestedTooDeeply
 */
export function placeFunctions(language: LoadedLanguage, root: Node): PlacedFunction[] {
  const placed: PlacedFunction[] = [];
  const scopes: Scope[] = [];
  const nesting = new NestingGuard(root);
  for (const { node } of language.query.captures(root)) {
    nesting.check();
    const nodeStart = node.startIndex;
    while (scopes.length > 0 && (scopes.at(-1)?.end ?? 0) <= nodeStart) scopes.pop();
    const outer = scopes.at(-1)?.container;
    const declaration = language.definition.declare(node, outer);
    if (declaration === undefined) continue;
    const { kind, from, at = node, absolute, anonymous } = declaration;
    const name =
      outer === undefined || absolute === true
        ? declaration.name
        : `${outer.name}.${declaration.name}`;
    const end = node.endIndex;
    placed.push({
      name,
      kind,
      anonymous: anonymous === true,
      nodeStart,
      start: from?.startIndex ?? nodeStart,
      end,
      range: rangeOf(from ?? node, node),
      selectionRange: rangeOf(at, at),
    });
    scopes.push({ end, container: { name, kind, outer } });
  }
  return placed;
}

/** Rows and columns are zero-based and in UTF-16 units here, as in VS Code (the runtime reads UTF-16). */
const rangeOf = (from: Node, to: Node): SourceRange => {
  const start = from.startPosition;
  const end = to.endPosition;
  return {
    start: { line: start.row, character: start.column },
    end: { line: end.row, character: end.column },
  };
};
