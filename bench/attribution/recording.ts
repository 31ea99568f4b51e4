import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { SpanRecord } from '../../src/telemetry/local/model.ts';
import { decodeTracesJson } from '../../src/telemetry/local/otlp/jsonTraces.ts';
import { Tally } from '../../src/telemetry/local/otlp/tally.ts';

/** The spans of a recording (one OTLP/JSON export request a line), request by request, as the receiver decodes them. */
export function readRecording(file: string): readonly (readonly SpanRecord[])[] {
  const tally = new Tally();
  return gunzipSync(readFileSync(file))
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => decodeTracesJson(Buffer.from(line), tally).records);
}

/** What names a span within a recording: a client and its server may share trace and span id. */
export const spanKey = (span: {
  readonly traceId: string;
  readonly spanId: string;
  readonly kind: string;
}): string => `${span.traceId}/${span.spanId}/${span.kind.toLowerCase()}`;
