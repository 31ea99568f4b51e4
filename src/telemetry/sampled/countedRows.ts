import type { Convention } from '../prometheus/conventions/convention.ts';
import type { Found } from '../prometheus/look/discovery.ts';
import type { BucketRow } from '../prometheus/bucketRows.ts';
import type { MatrixRow } from '../prometheus/wire.ts';
import type { CountedRow } from './storedCounts.ts';

/** Counts of stored spans say of calls what span metrics do: the span's name and kind, and how it ended. */
const convention: Convention = {
  id: 'stored-spans',
  title: 'counts of stored spans',
  calls: /^$/,
  durations: [],
  required: [],
  service: ['service'],
  version: ['version'],
  attributes: {},
  key: 'span.name',
  reads: 'spans',
  versionRemedy: 'Set service.version in the resource of its spans.',
};

/** How labels of counted rows are read. */
export const foundCounts: Found = {
  convention,
  calls: 'calls',
  callsAre: 'counter',
  durations: [],
  service: 'service',
  namespace: 'namespace',
  version: 'version',
  attributes: new Map([
    ['span.name', ['name']],
    ['span.kind', ['kind']],
    ['status.code', ['status']],
    ['http.response.status_code', ['code']],
  ]),
  matchers: [],
  selected: [],
  replicas: [],
  perhapsReplicas: [],
};

export interface Rows {
  readonly calls: readonly MatrixRow[];
  readonly buckets: readonly BucketRow[];
}

/** The same rows as slots are written from, of one service. */
export function rowsOf(
  counted: readonly CountedRow[],
  { service, namespace }: { readonly service: string; readonly namespace: string },
): Rows {
  const rows = counted.map(({ labels, slots }) => ({
    labels: { ...labels, service, namespace, kind: 'server' },
    slots,
  }));
  return {
    calls: rows.map(({ labels, slots }) => ({
      labels,
      samples: slots.map(({ at, histogram }) => [at / 1000, histogram.count] as const),
    })),
    buckets: rows,
  };
}
