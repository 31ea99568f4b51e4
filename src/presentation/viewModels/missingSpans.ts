import type { Trace } from '../../domain/trace.ts';

/** What a person must know is missing of a trace, a sentence each. */
export function missingSpans({
  droppedSpans = 0,
  unreadableSpans = 0,
  partial,
}: Pick<Trace, 'droppedSpans' | 'unreadableSpans' | 'partial'>): readonly string[] {
  return [
    ...(droppedSpans > 0
      ? [
          `${droppedSpans.toLocaleString()} more spans of this trace were not kept: it was over the bound of the store.`,
        ]
      : []),
    ...(unreadableSpans > 0
      ? [
          unreadableSpans === 1
            ? '1 span of this trace can’t be read and is left out.'
            : `${unreadableSpans.toLocaleString()} spans of this trace can’t be read and are left out.`,
        ]
      : []),
    ...(partial === true
      ? ['A part of this trace is missing: the backend gives no more of one that large.']
      : []),
  ];
}
