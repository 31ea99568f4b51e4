import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A server span of a recording, as the verdict sees it. */
export interface RecordedCall {
  readonly traceId: string;
  readonly operation: string;
  readonly minute: number;
  readonly ms: number;
  readonly failed: boolean;
}

interface WireSpan {
  readonly traceId: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number };
}

interface WireRequest {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly { readonly spans?: readonly WireSpan[] }[];
  }[];
}

/** Server spans of every recording under `folder`, one list per application. */
export function readRecordedCalls(folder: string): ReadonlyMap<string, readonly RecordedCall[]> {
  const result = new Map<string, readonly RecordedCall[]>();
  for (const application of readdirSync(folder)) {
    let text: string;
    try {
      text = gunzipSync(
        readFileSync(path.join(folder, application, 'traces.ndjson.gz')),
      ).toString();
    } catch {
      continue;
    }
    result.set(application, text.split('\n').filter(Boolean).flatMap(callsOfLine));
  }
  return result;
}

function callsOfLine(line: string): readonly RecordedCall[] {
  const request = JSON.parse(line) as WireRequest;
  return (request.resourceSpans ?? [])
    .flatMap((r) => r.scopeSpans ?? [])
    .flatMap((s) => s.spans ?? [])
    .filter((span) => span.kind === 2)
    .map((span) => ({
      traceId: span.traceId,
      operation: span.name,
      minute: Math.floor(Number(BigInt(span.endTimeUnixNano) / 60_000_000_000n)),
      ms: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
      failed: span.status?.code === 2,
    }));
}
