import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import { MalformedBody } from '../local/otlp/batch.ts';
import type { ReadId } from '../local/otlp/jsonTraces.ts';
import { readTracesJson } from '../local/otlp/jsonTraces.ts';
import { isObject } from '../local/otlp/jsonValues.ts';
import { Tally } from '../local/otlp/tally.ts';
import type { ReadSpans } from './tracesOfSpans.ts';

/**
 * Spans of a message with `resourceSpans`. What of them can't be read is left out and counted; only a message that isn't one, or of which nothing can
 * be read, is a failure.
 */
export function decodeResourceSpans(
  message: unknown,
  backend: string,
  readId?: ReadId,
): Result<ReadSpans> {
  const unreadable = fail(
    'invalid',
    `The traces that ${backend} answers with can’t be read.`,
    `Check that the address in the setting is ${backend}’s; if it is, its version may be newer than this extension knows.`,
  );
  if (!isObject(message)) return unreadable;
  try {
    const { records, rejected } = readTracesJson(message, new Tally(), readId);
    return records.length === 0 && rejected > 0
      ? unreadable
      : ok({ spans: records, unreadable: rejected });
  } catch (error) {
    if (error instanceof MalformedBody) return unreadable;
    throw error;
  }
}
