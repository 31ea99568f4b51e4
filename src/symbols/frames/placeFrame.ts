import type { FunctionDecl } from '../../domain/functionDecl.ts';
import { namesAgree } from './frameName.ts';

/** A file as it was in the release that a stack is of. */
export interface ReleaseFile {
  readonly functions: readonly FunctionDecl[];
  /** Where a line (zero-based) of it is in the present text; undefined: it was changed or is gone. */
  readonly follow: (line: number) => number | undefined;
}

export interface FrameInFile {
  /** From the outside in; empty: anonymous. */
  readonly names: readonly string[];
  /** Zero-based. */
  readonly line: number;
  /** The line was found through a source map, of a build that need not be the release's. */
  readonly mapped: boolean;
}

export interface PlacedFrame {
  readonly function?: FunctionDecl;
  /** Zero-based, in the present text; absent: the line was changed or is gone, the function is still there. */
  readonly line?: number;
}

/**
 * Where a frame's code is now. With the release's source: the line is looked up there and followed. Without it a line proves nothing: it is
 * believed only when the function at it is called as the frame says. A wrong place is worse than none.
 *
 * @param functions of the present text
 * @param release undefined: unknown; null: the release doesn't have the file
 */
export function placeFrame(
  frame: FrameInFile,
  functions: readonly FunctionDecl[],
  release: ReleaseFile | null | undefined,
): PlacedFrame | undefined {
  if (release === null) return undefined;
  if (release === undefined || frame.mapped) return byName(frame, functions);
  const then = functionAt(release.functions, frame.line);
  const line = release.follow(frame.line);
  const at = line === undefined ? undefined : functionAt(functions, line);
  if (then === undefined) return line === undefined || at !== undefined ? undefined : { line };
  // A name that another function has: the source isn't what ran.
  const { names } = frame;
  if (names.length > 0 && !namesAgree(names, then))
    if (release.functions.some((decl) => namesAgree(names, decl))) return undefined;
  if (at?.name === then.name && line !== undefined) return { function: at, line };
  const [now, ...others] = functions.filter(
    ({ name, kind }) => name === then.name && kind !== 'class',
  );
  const several = release.functions.filter((decl) => decl.name === then.name).length > 1;
  return now === undefined || others.length > 0 || several ? undefined : { function: now };
}

function byName(
  { names, line }: FrameInFile,
  functions: readonly FunctionDecl[],
): PlacedFrame | undefined {
  const at = functionAt(functions, line);
  if (at !== undefined && namesAgree(names, at)) return { function: at, line };
  const [only, ...others] = functions.filter((decl) => namesAgree(names, decl));
  return only === undefined || others.length > 0 ? undefined : { function: only };
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
