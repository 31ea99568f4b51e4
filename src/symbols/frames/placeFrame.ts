import type { FunctionDecl } from '../../domain/functionDecl.ts';
import { isOfClass, namesAgree } from './frameName.ts';

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
  const named = functions.filter((decl) => namesAgree(names, decl));
  const at = functionAt(functions, line);
  const [only, ...others] = named;
  if (only === undefined) return undefined;
  if (others.length === 0) return only === at ? { function: at, line } : { function: only };
  // The same line of another text can be in a neighbour of the name: the class has to be the frame's too, and no other's.
  const ofClass = named.filter((decl) => isOfClass(names, decl));
  return at !== undefined && ofClass.length === 1 && ofClass[0] === at
    ? { function: at, line }
    : undefined;
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
