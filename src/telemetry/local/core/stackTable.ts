import { createHash } from 'node:crypto';
import type { ExceptionStack } from '../../../domain/exceptionStack.ts';
import { readStack } from './stackTraces.ts';

/** Texts remembered, so that one stack that comes a thousand times is read once. */
const mostTexts = 500;
const longestText = 20_000;

/** Stacks by their frames: messages in the text make no other stack. */
export class StackTable {
  private readonly byFrames = new Map<string, ExceptionStack>();
  private readonly byText = new Map<string, ExceptionStack>();

  get bytes(): number {
    return this.byFrames.size * 3000 + this.byText.size * 4000;
  }

  /** Undefined: the text holds no frame. */
  find(text: string): ExceptionStack | undefined {
    const key = text.length > longestText ? undefined : withoutMessage(text);
    const known = key === undefined ? undefined : this.byText.get(key);
    if (known !== undefined) return known;
    const { frames, thrown } = readStack(text);
    if (frames.length === 0) return undefined;
    const found = this.intern({ frames, thrown });
    if (key !== undefined) {
      if (this.byText.size >= mostTexts) this.byText.clear();
      this.byText.set(key, found);
    }
    return found;
  }

  intern({ frames, thrown }: Omit<ExceptionStack, 'id'>): ExceptionStack {
    const id = createHash('sha256')
      .update(JSON.stringify([frames, thrown]))
      .digest('hex')
      .slice(0, 16);
    const stack = this.byFrames.get(id) ?? { id, frames, thrown };
    this.byFrames.set(id, stack);
    return stack;
  }

  /** Forgets all stacks but these. */
  retain(ids: ReadonlySet<string>): void {
    for (const id of this.byFrames.keys()) if (!ids.has(id)) this.byFrames.delete(id);
    this.byText.clear();
  }
}

/** The message is in the first line, in Python's tracebacks in the last one. */
function withoutMessage(text: string): string {
  if (text.startsWith('Traceback')) return text.slice(0, text.trimEnd().lastIndexOf('\n') + 1);
  return text.slice(text.indexOf('\n') + 1);
}
