import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { recordedRequests, send } from '../unit/workers/replay.ts';

export type AttributeValue = string | number;

/** A span made by hand. It ended a moment ago. */
export interface HandMadeSpan {
  readonly name: string;
  readonly kind?: 'internal' | 'server';
  readonly milliseconds?: number;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly failed?: string;
  readonly exception?: {
    readonly type: string;
    readonly message: string;
    readonly stacktrace?: string;
  };
  readonly traceId?: string;
}

export interface Source {
  readonly service: string;
  readonly version: string;
  readonly scope?: string;
  readonly resource?: Readonly<Record<string, AttributeValue>>;
}

/** An entry span of a web framework's instrumentation. */
export const request = (method: string, route: string, status = 200): HandMadeSpan => ({
  name: `${method} ${route}`,
  kind: 'server',
  attributes: {
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': status,
  },
});

const kinds = { internal: 1, server: 2 } as const;

const attributesOf = (values: Readonly<Record<string, AttributeValue>>): unknown[] =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));

function wireSpan(span: HandMadeSpan): unknown {
  const end = BigInt(Date.now()) * 1_000_000n;
  const { exception } = span;
  return {
    traceId: span.traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    name: span.name,
    kind: kinds[span.kind ?? 'internal'],
    startTimeUnixNano: String(end - BigInt(span.milliseconds ?? 25) * 1_000_000n),
    endTimeUnixNano: String(end),
    attributes: attributesOf(span.attributes ?? {}),
    status: span.failed === undefined ? {} : { code: 2, message: span.failed },
    events:
      exception === undefined
        ? []
        : [
            {
              name: 'exception',
              timeUnixNano: String(end),
              attributes: attributesOf({
                'exception.type': exception.type,
                'exception.message': exception.message,
                'exception.stacktrace': exception.stacktrace ?? '',
              }),
            },
          ],
  };
}

/** The port that the receiver of this window was told. */
export const httpPort = (): number =>
  vscode.workspace.getConfiguration().get<number>('prodlens.local.httpPort', 0);

/** Sends spans as OTLP/JSON to the receiver of this window. */
export async function sendSpans(source: Source, spans: readonly HandMadeSpan[]): Promise<void> {
  const body = {
    resourceSpans: [
      {
        resource: {
          attributes: attributesOf({
            'service.name': source.service,
            'service.version': source.version,
            ...source.resource,
          }),
        },
        scopeSpans: [{ scope: { name: source.scope ?? 'by hand' }, spans: spans.map(wireSpan) }],
      },
    ],
  };
  await send(httpPort(), 'traces', [JSON.stringify(body)]);
}

/** Replays the shop's recording, its last span ending now. */
export async function sendShop(): Promise<void> {
  const root = process.env['PRODLENS_ROOT'] ?? '';
  const folder = path.join(root, 'test/fixtures/recordings/shop');
  await send(httpPort(), 'traces', recordedRequests(folder, 'traces'));
}
