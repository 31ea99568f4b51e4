import type { SpanKind } from '../../src/domain/operation.ts';

/** A span as its sender knows it: what numbers are compared with. */
export interface SentSpan {
  readonly service: string;
  readonly version: string;
  readonly kind: SpanKind;
  readonly name: string;
  readonly method: string;
  readonly route: string;
  /** HTTP status; 0: none. */
  readonly status: number;
  /** The span's own status is ERROR. */
  readonly failed: boolean;
  readonly milliseconds: number;
}

const kinds: readonly SpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
];

type Attribute = string | number;

/** @param kind as on the wire */
export function sentSpan(
  of: Pick<SentSpan, 'service' | 'version' | 'name' | 'failed' | 'milliseconds'>,
  kind: number,
  attribute: (name: string) => Attribute | undefined,
): SentSpan {
  const first = (...names: string[]): Attribute | undefined =>
    names.map(attribute).find((value) => value !== undefined);
  return {
    ...of,
    kind: kinds[kind] ?? 'unspecified',
    // The dimensions of the tests' collectors are the stable names.
    method: String(first('http.request.method') ?? ''),
    route: String(first('http.route') ?? ''),
    status: Number(first('http.response.status_code') ?? 0),
  };
}

/** Calls that a backend shows as one operation. */
export interface ExpectedOperation {
  readonly service: string;
  readonly kind: SpanKind;
  readonly name: string;
  readonly method: string;
  readonly route: string;
  readonly spans: readonly SentSpan[];
}

/** @param dimensions method, route and status of HTTP are labels; otherwise the name alone tells operations apart */
export function operationsOf(
  spans: readonly SentSpan[],
  dimensions: boolean,
): readonly ExpectedOperation[] {
  const groups = new Map<string, ExpectedOperation & { readonly spans: SentSpan[] }>();
  for (const span of spans) {
    const { service, kind, name } = span;
    const method = dimensions ? span.method : '';
    const route = dimensions ? span.route : '';
    const key = JSON.stringify([service, kind, name, method, route]);
    const group = groups.get(key) ?? { service, kind, name, method, route, spans: [] };
    groups.set(key, group);
    group.spans.push(span);
  }
  return [...groups.values()];
}

/** docs/semantics.md, "An error", as far as labels tell. */
export function isError(span: SentSpan, dimensions: boolean): boolean {
  const entry = span.kind === 'server' || span.kind === 'consumer';
  return dimensions && entry && span.status >= 400 ? span.status >= 500 : span.failed;
}

/** The value that a share `q` of the calls doesn't exceed. */
export function trueQuantile(spans: readonly SentSpan[], q: number): number {
  const sorted = spans.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] ?? NaN;
}
