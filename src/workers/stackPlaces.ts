import type { StackFrame } from '../domain/stats.ts';
import type { Documents } from '../symbols/buffer/documents.ts';
import type { FileView, FrameLocation, FrameRelease } from '../symbols/contract.ts';
import type { Baselines } from '../symbols/drift/baselines.ts';
import { locateStack, type FrameSources } from '../symbols/frames/locateStack.ts';
import type { StackBook } from '../symbols/frames/stackBook.ts';
import type { LinkedWorkspace } from './linkedWorkspace.ts';

/** Where the code of stack frames is now: in open files as they are typed, in others as they were linked. */
export class StackPlaces {
  private readonly stacks: StackBook;
  private readonly linked: () => LinkedWorkspace | undefined;
  private readonly sources: FrameSources;

  constructor(
    stacks: StackBook,
    documents: Documents,
    baselines: Baselines,
    linked: () => LinkedWorkspace | undefined,
  ) {
    this.stacks = stacks;
    this.linked = linked;
    this.sources = {
      functionsIn: (path) => documents.now(path)?.functions ?? linked()?.functionsIn(path) ?? [],
      releaseFile: (path, release) => {
        const document = documents.now(path);
        return document === undefined
          ? undefined
          : baselines.releaseFile(path, release, document.content, (text) =>
              document.functionsOf(text),
            );
      },
    };
  }

  inFile(path: string): Pick<FileView, 'stacks'> {
    const linked = this.linked();
    const stacks =
      linked === undefined ? [] : this.stacks.inFile(path, linked.frames, this.sources);
    return stacks.length === 0 ? {} : { stacks };
  }

  locate(stack: readonly StackFrame[], release: FrameRelease | undefined): FrameLocation | null {
    const linked = this.linked();
    return linked === undefined ? null : locateStack(stack, release, linked.frames, this.sources);
  }
}
