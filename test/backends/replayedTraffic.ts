import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { post } from './traceBackend.ts';
import { sentSpan, type SentSpan } from './sentSpans.ts';

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string | number;
}
interface KeyValue {
  readonly key: string;
  readonly value: Value;
}
interface Span {
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly status?: { readonly code?: number };
}
interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

const read = (attributes: readonly KeyValue[], name: string): string | number | undefined => {
  const value = attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue;
};

/** Services of a recorded application; named after it, so that no other's are alike. */
export const recordedService = (app: string, service: string): string => `${app}-${service}`;

const exportsOf = (app: string): readonly Export[] =>
  gunzipSync(readFileSync(path.join(root, 'test/fixtures/apps', app, 'traces.ndjson.gz')))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Export);

export function recordedServices(app: string): readonly string[] {
  const names = exportsOf(app).flatMap(({ resourceSpans }) =>
    resourceSpans.map(({ resource }) => read(resource.attributes, 'service.name')),
  );
  return [...new Set(names)].map((name) => recordedService(app, String(name)));
}

/** Sends what was recorded of an application as of a release. @returns what was sent */
export async function replay(
  app: string,
  version: string,
  receiver: string,
): Promise<readonly SentSpan[]> {
  const sent: SentSpan[] = [];
  for (const recorded of exportsOf(app)) {
    const resourceSpans = recorded.resourceSpans.map((group) => {
      const service = recordedService(app, String(read(group.resource.attributes, 'service.name')));
      for (const span of group.scopeSpans.flatMap(({ spans }) => spans))
        sent.push(
          sentSpan(
            {
              service,
              version,
              name: span.name,
              failed: span.status?.code === 2,
              milliseconds:
                Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
            },
            span.kind ?? 0,
            (name) => read(span.attributes ?? [], name),
          ),
        );
      const replaced = new Map([
        ['service.name', service],
        ['service.version', version],
        ['service.instance.id', `${service}-${version}`],
      ]);
      const kept = group.resource.attributes.filter(({ key }) => !replaced.has(key));
      const added = [...replaced].map(([key, stringValue]) => ({ key, value: { stringValue } }));
      return { ...group, resource: { attributes: [...kept, ...added] } };
    });
    await post(`${receiver}/v1/traces`, { resourceSpans });
  }
  return sent;
}
