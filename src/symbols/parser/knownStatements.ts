import type { Node } from 'web-tree-sitter';
import type { Position, SourceRange } from '../../domain/functionDecl.ts';
import type { LanguageDefinition } from '../languages/language.ts';
import type { PlacedFunction } from './placeFunctions.ts';

interface Statement {
  readonly type: string;
  readonly start: number;
  readonly line: number;
  readonly character: number;
  readonly functions: readonly PlacedFunction[];
}

/**
 * What each top-level statement of an edited document declares. The grammar reads a statement in the same way wherever it stands, so
 * one whose text and type stayed the same is moved instead of read again: an edit costs what it touches, not the file.
 */
export class KnownStatements {
  private known: ReadonlyMap<string, Statement> = new Map();

  /** Functions of the file, in order of appearance; `place` reads a statement that is new. */
  read(
    root: Node,
    text: string,
    language: LanguageDefinition,
    place: (statement: Node) => readonly PlacedFunction[],
  ): readonly PlacedFunction[] {
    // Without a sound root the statements are what error recovery made of them.
    if (root.type === 'ERROR') return place(root);
    const found: PlacedFunction[] = [];
    const known = new Map<string, Statement>();
    let attached = false;
    for (const node of root.namedChildren) {
      const { type } = node;
      if (type === 'comment') continue;
      const start = node.startIndex;
      const { row, column } = node.startPosition;
      const key = text.slice(start, node.endIndex);
      const before = this.known.get(key);
      const sound = !attached && !node.hasError;
      const functions =
        sound && before?.type === type && before.character === column
          ? moved(before, start, row)
          : place(node);
      for (const one of functions) found.push(one);
      // Kept under the present text: a part of an earlier one would keep all of it in memory.
      if (sound) known.set(key, { type, start, line: row, character: column, functions });
      attached = language.attaches?.(node) === true;
    }
    this.known = known;
    return found;
  }
}

function moved(statement: Statement, start: number, line: number): readonly PlacedFunction[] {
  const offset = start - statement.start;
  const lines = line - statement.line;
  if (offset === 0 && lines === 0) return statement.functions;
  return statement.functions.map((one) => ({
    ...one,
    nodeStart: one.nodeStart + offset,
    start: one.start + offset,
    end: one.end + offset,
    range: lower(one.range, lines),
    selectionRange: lower(one.selectionRange, lines),
  }));
}

const lower = ({ start, end }: SourceRange, lines: number): SourceRange => ({
  start: lowerPosition(start, lines),
  end: lowerPosition(end, lines),
});

const lowerPosition = ({ line, character }: Position, lines: number): Position => ({
  line: line + lines,
  character,
});
