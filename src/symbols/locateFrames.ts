import type { FunctionDecl, FunctionRef } from '../domain/functionDecl.ts';
import type { StackFrame } from '../domain/stats.ts';
import type { SourcePlace } from '../domain/workspace.ts';
import type { FrameLocation } from './contract.ts';

export interface FrameLookup {
  /** Source behind a built file, through source maps; lines one-based. */
  sourceOf(
    runtimePath: string,
    line: number | undefined,
    column: number | undefined,
  ): SourcePlace | undefined;
  /** The workspace file that a runtime path means, if it is one and only one. */
  fileOf(runtimePath: string): string | undefined;
  functionsIn(path: string): readonly FunctionDecl[];
}

const notOurs =
  /^(?:node:|internal\/|<|native|eval )|(?:^|[/\\])(?:node_modules|site-packages|dist-packages|vendor|\.venv)[/\\]|[/\\]go[/\\]pkg[/\\]mod[/\\]|[/\\]usr[/\\](?:local[/\\])?lib[/\\]|^(?:java|javax|jdk|sun|org\.springframework)[./]/;

/** First frame of a stack that lies in the workspace. Frames' lines are one-based, a location's are zero-based. */
export function locateStack(
  stack: readonly StackFrame[],
  lookup: FrameLookup,
): FrameLocation | null {
  for (const frame of stack) {
    if (notOurs.test(frame.filePath)) continue;
    const source = lookup.sourceOf(frame.filePath, frame.line, frame.column);
    const path = source?.path ?? lookup.fileOf(frame.filePath);
    const line = source === undefined ? frame.line : source.line;
    if (path === undefined || line === undefined || line < 1) continue;
    const owner = functionAt(lookup.functionsIn(path), line - 1);
    const column = source === undefined ? frame.column : undefined;
    return {
      path,
      line: line - 1,
      ...(column !== undefined && { column }),
      ...(owner !== undefined && { function: refOf(owner) }),
    };
  }
  return null;
}

/** Innermost function (no class) that contains the line; of those in order of appearance the last that does. */
export function functionAt(
  functions: readonly FunctionDecl[],
  line: number,
): FunctionDecl | undefined {
  return functions.findLast(
    (decl) => decl.kind !== 'class' && decl.range.start.line <= line && line <= decl.range.end.line,
  );
}

export const refOf = (decl: FunctionDecl): FunctionRef => ({
  id: decl.id,
  name: decl.name,
  path: decl.path,
  range: decl.range,
  selectionRange: decl.selectionRange,
  declarationLine: decl.declarationLine,
});
