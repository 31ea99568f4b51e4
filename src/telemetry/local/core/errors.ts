import type { SpanRecord } from '../model.ts';
import { httpStatus, text } from './attributes.ts';

/** `clientError`: HTTP 4xx of an entry span, counted apart, never an error. */
export type Outcome = 'ok' | 'error' | 'clientError';

const serverErrorType = /^5\d\d$/;

/** Whether an entry span (SERVER, CONSUMER) failed. First hit wins: docs/semantics.md, "An error". */
export function entryOutcome(span: SpanRecord): Outcome {
  const { attributes } = span;
  const status = httpStatus(attributes);
  if (status !== undefined && status >= 500) return 'error';
  const errorType = text(attributes, 'error.type');
  if (errorType !== undefined && serverErrorType.test(errorType)) return 'error';
  if (status !== undefined && status >= 400) return 'clientError';
  if (span.status === 'error') return 'error';
  if (span.status === 'unset' && (status === undefined || isRpc(span)) && hasException(span))
    return 'error';
  return 'ok';
}

/** Inner spans: status ERROR, unless the request was the client's fault (Nest marks 401s as errors on inner spans). */
export const innerOutcome = (span: SpanRecord, entry: Outcome | undefined): Outcome =>
  span.status === 'error' && entry !== 'clientError' ? 'error' : 'ok';

const isRpc = (span: SpanRecord): boolean =>
  text(span.attributes, 'rpc.system.name', 'rpc.system') !== undefined;

export function hasException(span: SpanRecord): boolean {
  for (const event of span.events) if (event.name === 'exception') return true;
  return false;
}
