import type { SpanKind } from '../../../domain/operation.ts';
import type { SpanRecord } from '../model.ts';

/** By the numbers of the enum in trace.proto; an unknown number counts as unspecified, as the protocol asks. */
export const spanKinds: readonly SpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
];

export const statusCodes: readonly SpanRecord['status'][] = ['unset', 'ok', 'error'];

export const temporalities = ['unspecified', 'delta', 'cumulative'] as const;

const noTrace = '0'.repeat(32);
const noSpan = '0'.repeat(16);

/** Why these ids (lower-case hex) are no identity, or undefined. The rules are those of trace.proto. */
export function idProblem(
  traceId: string,
  spanId: string,
  parentSpanId: string,
): string | undefined {
  if (traceId.length !== 32) return 'trace_id must be 16 bytes';
  if (spanId.length !== 16) return 'span_id must be 8 bytes';
  if (parentSpanId.length !== 16 && parentSpanId !== '')
    return 'parent_span_id must be empty or 8 bytes';
  if (traceId === noTrace) return 'trace_id must not be all zeros';
  if (spanId === noSpan) return 'span_id must not be all zeros';
  return undefined;
}

/** Some senders write a root's parent as zeros. */
export const parentOf = (parentSpanId: string): string =>
  parentSpanId === noSpan ? '' : parentSpanId;

/** Flag of a data point: no value was recorded, only that the series ended (metrics.proto, DataPointFlags). */
export const noRecordedValue = 1;
