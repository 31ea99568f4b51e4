import type { StackFrame } from '../domain/stats.ts';
import type { FileView, FrameLocation, FrameRelease } from '../symbols/contract.ts';
import { locateStack } from '../symbols/frames/locateStack.ts';
import type { StackBook } from '../symbols/frames/stackBook.ts';
import type { LinkedWorkspace } from './linkedWorkspace.ts';
import type { ReleaseFiles } from './releaseFiles.ts';

/** Where the code of stack frames is now. */
export class StackPlaces {
  private readonly stacks: StackBook;
  private readonly files: ReleaseFiles;
  private readonly linked: () => LinkedWorkspace | undefined;

  constructor(stacks: StackBook, files: ReleaseFiles, linked: () => LinkedWorkspace | undefined) {
    this.stacks = stacks;
    this.files = files;
    this.linked = linked;
  }

  inFile(path: string): Pick<FileView, 'stacks'> {
    const linked = this.linked();
    const stacks = linked === undefined ? [] : this.stacks.inFile(path, linked.frames, this.files);
    return stacks.length === 0 ? {} : { stacks };
  }

  locate(stack: readonly StackFrame[], release: FrameRelease | undefined): FrameLocation | null {
    const linked = this.linked();
    return linked === undefined ? null : locateStack(stack, release, linked.frames, this.files);
  }

  /** Has the text of every file that a stack goes through looked up, before anybody looks at one of them. */
  wantTexts(): void {
    const linked = this.linked();
    if (linked === undefined) return;
    for (const [path, release] of this.stacks.releasesByFile(linked.frames))
      this.files.want(path, release);
  }
}
