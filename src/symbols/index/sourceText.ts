import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { asEditorText } from '../buffer/text.ts';
import { generatedReason } from './fileFilter.ts';

const longestFile = 1024 * 1024;
const longestLine = 20_000;

/** A file's text as the editor would show it, or why it isn't read. */
export type SourceText =
  | { readonly ok: true; readonly text: string; readonly hash: string }
  | { readonly ok: false; readonly reason: string; readonly hash?: string };

export const tooLarge = (bytes: number): string | undefined =>
  bytes > longestFile ? `larger than 1 MB (${(bytes / 1024 / 1024).toFixed(1)} MB)` : undefined;

/**
 * Invalid UTF-8 is read with replacement characters, as VS Code does; a file with NUL bytes is binary. Reads at once: a source file is
 * small, this thread is the index's own, and handing each file to the thread pool costs more than a third of parsing it.
 */
export function readSourceText(file: string, relativePath: string): SourceText {
  const bytes = readFileSync(file);
  const large = tooLarge(bytes.length);
  if (large !== undefined) return { ok: false, reason: large };
  const hash = createHash('sha1').update(bytes).digest('base64');
  if (bytes.includes(0)) return { ok: false, reason: 'binary (it has NUL bytes)', hash };
  const text = asEditorText(bytes.toString('utf8'));
  const reason = unreadable(relativePath, text);
  return reason === undefined ? { ok: true, text, hash } : { ok: false, reason, hash };
}

/** Why a text isn't parsed, whether it comes from disk or from the editor. */
export function unreadable(relativePath: string, text: string): string | undefined {
  const large = tooLarge(text.length);
  if (large !== undefined) return large;
  if (hasLongLine(text)) return 'has lines over 20,000 characters';
  return generatedReason(relativePath, text);
}

function hasLongLine(text: string): boolean {
  let start = 0;
  while (text.length - start > longestLine) {
    // The line is short if a break lies in the next stretch; the last one there is the farthest safe place.
    const end = text.lastIndexOf('\n', start + longestLine);
    if (end < start) return true;
    start = end + 1;
  }
  return false;
}
