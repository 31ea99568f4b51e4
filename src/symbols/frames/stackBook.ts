import type { FunctionId } from '../../domain/functionDecl.ts';
import type { FrameRelease, SeenStack, StackPlace } from '../contract.ts';
import { fileOfFrame, type FrameFiles, type FrameSources } from './locateStack.ts';
import { placeFrame, type FrameInFile } from './placeFrame.ts';

/** Stacks of a thousand kinds go through few files. */
const mostFiles = 150;

interface FrameOfStack {
  readonly seen: SeenStack;
  readonly frame: FrameInFile;
  /** Every frame further in is certainly no code of the workspace. */
  readonly innermost: boolean;
}

/** Stacks of the exceptions that there are, by the files that their frames lie in. */
export class StackBook {
  private stacks: readonly SeenStack[] = [];
  private names = '[]';
  private byFile: { readonly files: FrameFiles; readonly frames: Frames } | undefined;

  /** Replaces all stacks; returns the files in which something may be different now. */
  set(stacks: readonly SeenStack[], files: FrameFiles | undefined): ReadonlySet<string> {
    const names = JSON.stringify(stacks.map(({ stack, release }) => [stack.id, release]));
    // They are given anew whenever everything may be another: that must not make everything another.
    if (names === this.names) return new Set();
    this.names = names;
    const changed = new Set(this.byFile?.frames.keys());
    this.stacks = stacks;
    this.byFile = undefined;
    if (files !== undefined) for (const path of this.frames(files).keys()) changed.add(path);
    return changed;
  }

  /** Functions of a file that are in stacks, each once per stack, by its innermost frame. */
  inFile(path: string, files: FrameFiles, sources: FrameSources): readonly StackPlace[] {
    const frames = this.frames(files).get(path);
    if (frames === undefined) return [];
    const functions = sources.functionsIn(path);
    const places: StackPlace[] = [];
    const told = new Map<SeenStack, Set<FunctionId>>();
    for (const { seen, frame, innermost } of frames) {
      const placed = placeFrame(frame, functions, sources.releaseFile(path, seen.release));
      if (placed?.function === undefined) continue;
      const { id } = placed.function;
      const before = told.get(seen) ?? new Set<FunctionId>();
      told.set(seen, before);
      if (before.has(id)) continue;
      before.add(id);
      places.push({
        stack: seen.stack.id,
        ...seen.release,
        function: id,
        thrown: innermost && seen.stack.thrown,
        ...(placed.line === undefined ? {} : { line: placed.line }),
      });
    }
    return places;
  }

  /** Files that stacks go through, with the releases they are of; so many as are of use. */
  *releasesByFile(files: FrameFiles): Iterable<readonly [path: string, release: FrameRelease]> {
    for (const [path, frames] of [...this.frames(files)].slice(0, mostFiles))
      for (const { seen } of frames) yield [path, seen.release];
  }

  private frames(files: FrameFiles): Frames {
    if (this.byFile?.files !== files)
      this.byFile = { files, frames: framesByFile(this.stacks, files) };
    return this.byFile.frames;
  }
}

type Frames = ReadonlyMap<string, readonly FrameOfStack[]>;

function framesByFile(stacks: readonly SeenStack[], files: FrameFiles): Frames {
  const byFile = new Map<string, FrameOfStack[]>();
  for (const seen of stacks) {
    let innermost = true;
    for (const frame of seen.stack.frames) {
      const found = fileOfFrame(frame, files);
      if (found.kind === 'foreign') continue;
      if (found.kind === 'file') {
        const all = byFile.get(found.path) ?? [];
        byFile.set(found.path, all);
        all.push({ seen, frame: found.frame, innermost });
      }
      innermost = false;
    }
  }
  return byFile;
}
