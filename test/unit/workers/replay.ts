import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const timeKeys = new Set(['startTimeUnixNano', 'endTimeUnixNano', 'timeUnixNano']);

/** Moves every moment of a request by `delta` nanoseconds. */
function shift(value: Json, delta: bigint): Json {
  if (Array.isArray(value)) return value.map((item) => shift(item, delta));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      timeKeys.has(key) && typeof inner === 'string' && inner !== '0'
        ? String(BigInt(inner) + delta)
        : shift(inner, delta),
    ]),
  );
}

/** The export requests of a recording, moved so that its last span ended `ago` milliseconds before now. */
export function recordedRequests(folder: string, signal: 'traces' | 'metrics', ago = 0): string[] {
  const text = gunzipSync(readFileSync(path.join(folder, `${signal}.ndjson.gz`))).toString();
  const lines = text.split('\n').filter(Boolean);
  const ends = [...text.matchAll(/"(?:endTimeUnixNano|timeUnixNano)":"(\d+)"/g)].map((m) =>
    BigInt(m[1] ?? 0),
  );
  const last = ends.reduce((a, b) => (a > b ? a : b), 0n);
  const delta = BigInt(Date.now() - ago) * 1_000_000n - last;
  return lines.map((line) => JSON.stringify(shift(JSON.parse(line) as Json, delta)));
}

/** Sends requests as an SDK would; throws on anything but 200 without rejections. */
export async function send(
  port: number,
  signal: 'traces' | 'metrics',
  bodies: readonly string[],
): Promise<void> {
  for (const body of bodies) {
    const response = await fetch(`http://127.0.0.1:${port}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const answer = await response.text();
    if (response.status !== 200 || answer.includes('rejected'))
      throw new Error(`${response.status} ${answer}`);
  }
}
