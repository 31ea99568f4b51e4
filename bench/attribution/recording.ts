import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { SpanRecord } from '../../src/telemetry/local/model.ts';
import { decodeTracesJson } from '../../src/telemetry/local/otlp/jsonTraces.ts';
import { Tally } from '../../src/telemetry/local/otlp/tally.ts';

/** The spans of a recording (one OTLP/JSON export request a line), request by request, as the receiver decodes them. */
export function readRecording(file: string): readonly (readonly SpanRecord[])[] {
  const tally = new Tally();
  const bytes = gunzipSync(readFileSync(file));
  const requests: (readonly SpanRecord[])[] = [];
  // By bytes: a long recording is longer than the longest text.
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(10, from);
    const end = found < 0 ? bytes.length : found;
    if (end > from) requests.push(decodeTracesJson(bytes.subarray(from, end), tally).records);
    from = end + 1;
  }
  return requests;
}

/** What names a span within a recording: a client and its server may share trace and span id. */
export const spanKey = (span: {
  readonly traceId: string;
  readonly spanId: string;
  readonly kind: string;
}): string => `${span.traceId}/${span.spanId}/${span.kind.toLowerCase()}`;
