import type { FunctionDecl, FunctionRef } from '../../domain/functionDecl.ts';
import type { StackFrame } from '../../domain/stats.ts';
import type { SourcePlace } from '../../domain/workspace.ts';
import type { FrameLocation, FrameRelease } from '../contract.ts';
import { frameNames } from './frameName.ts';
import { placeFrame, type FrameInFile, type ReleaseFile } from './placeFrame.ts';

/** Which file of the workspace a runtime path means. */
export interface FrameFiles {
  /** Source behind a built file, through source maps; lines one-based. */
  sourceOf(
    runtimePath: string,
    line: number | undefined,
    column: number | undefined,
  ): SourcePlace | undefined;
  /** The workspace file that a runtime path means, if it is one and only one. */
  fileOf(runtimePath: string): string | undefined;
}

/** What is in the files, now and in the releases. */
export interface FrameSources {
  functionsIn(path: string): readonly FunctionDecl[];
  /** undefined: the release's source isn't known; null: it doesn't have the file. */
  releaseFile(path: string, release: FrameRelease): ReleaseFile | null | undefined;
}

const notOurs =
  /^(?:node:|internal\/|<|native|eval )|(?:^|[/\\])(?:node_modules|site-packages|dist-packages|vendor|\.venv)[/\\]|[/\\]go[/\\]pkg[/\\]mod[/\\]|[/\\]usr[/\\](?:local[/\\])?lib[/\\]|^(?:java|javax|jdk|sun|org\.springframework)[./]/;

/** `foreign`: certainly no code of the workspace. `unknown`: it may be, but which file is not clear. */
export type FrameFile =
  | { readonly kind: 'foreign' | 'unknown' }
  | { readonly kind: 'file'; readonly path: string; readonly frame: FrameInFile };

export function fileOfFrame(frame: StackFrame, files: FrameFiles): FrameFile {
  const { filePath, functionName } = frame;
  if (notOurs.test(filePath)) return { kind: 'foreign' };
  const source = files.sourceOf(filePath, frame.line, frame.column);
  const path = source?.path ?? files.fileOf(filePath);
  // Java's frames name their package: a file of that name in another one is another class.
  if (/^[\w/]+\.java$/.test(filePath) && path?.endsWith(`/${filePath}`) !== true)
    return { kind: 'foreign' };
  const line = source === undefined ? frame.line : source.line;
  if (path === undefined || line === undefined || line < 1) return { kind: 'unknown' };
  const names = frameNames(functionName);
  return { kind: 'file', path, frame: { names, line: line - 1, mapped: source !== undefined } };
}

/** First frame of a stack whose place in the workspace is known. Frames' lines are one-based, a location's are zero-based. */
export function locateStack(
  stack: readonly StackFrame[],
  release: FrameRelease | undefined,
  files: FrameFiles,
  sources: FrameSources,
): FrameLocation | null {
  for (const frame of stack) {
    const found = fileOfFrame(frame, files);
    if (found.kind !== 'file') continue;
    const { path } = found;
    const then = release === undefined ? undefined : sources.releaseFile(path, release);
    const placed = placeFrame(found.frame, sources.functionsIn(path), then);
    if (placed?.line === undefined) continue;
    // A column belongs to the line as it was written then.
    const column =
      found.frame.mapped || placed.line !== found.frame.line ? undefined : frame.column;
    return {
      path,
      line: placed.line,
      ...(column !== undefined && { column }),
      ...(placed.function !== undefined && { function: refOf(placed.function) }),
    };
  }
  return null;
}

export const refOf = (decl: FunctionDecl): FunctionRef => ({
  id: decl.id,
  name: decl.name,
  path: decl.path,
  range: decl.range,
  selectionRange: decl.selectionRange,
  declarationLine: decl.declarationLine,
});
