import { randomBytes } from 'node:crypto';

export interface SampleSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly name: string;
  readonly kind: 'SERVER' | 'CLIENT' | 'INTERNAL';
  /** Microseconds since 1970. */
  readonly start: number;
  readonly micros: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly exception?: string;
}

/** What one request to the two services was, for an expectation that needs no decoder. */
export interface SampleTrace {
  readonly traceId: string;
  readonly entrySpanId: string;
  readonly route: string;
  readonly version: string;
  readonly environment: string;
  readonly failed: boolean;
  readonly milliseconds: number;
  readonly customer: string;
  readonly spans: readonly SampleSpan[];
}

/** Requests to one service, which asks `stock`: two routes, two releases, two environments, every fifth fails with an exception. */
export function sampleTraffic(front: string, count: number, now: number): readonly SampleTrace[] {
  return Array.from({ length: count }, (_, i) => {
    const traceId =
      i === 0 ? `0a${randomBytes(15).toString('hex')}` : randomBytes(16).toString('hex');
    const [entry, call, inner] = [spanId(), spanId(), spanId()];
    const route = i % 4 === 3 ? '/carts' : '/orders/:id';
    const version = i % 2 === 0 ? '1.4.2' : '2.0.0';
    const environment = i % 3 === 0 ? 'staging' : 'production';
    const failed = i % 5 === 0;
    const milliseconds = 20 + ((i * 37) % 400);
    const start = (now - 30_000 - (count - i) * 500) * 1000;
    const customer = `customer-${i % 7}`;
    const common = { traceId, environment, version, failed };
    return {
      traceId,
      entrySpanId: entry,
      route,
      version,
      environment,
      failed,
      milliseconds,
      customer,
      spans: [
        {
          ...common,
          spanId: entry,
          service: front,
          name: `GET ${route}`,
          kind: 'SERVER',
          start,
          micros: milliseconds * 1000,
          attributes: {
            'http.request.method': 'GET',
            'http.route': route,
            'url.path': route.replace(':id', String(i)),
            'http.response.status_code': failed ? 500 : 200,
            'enduser.id': customer,
          },
          ...(failed ? { exception: 'StockError' } : {}),
        },
        {
          ...common,
          failed: false,
          spanId: call,
          parentId: entry,
          service: front,
          name: 'GET',
          kind: 'CLIENT',
          start: start + 2_000,
          micros: milliseconds * 1000 - 4_000,
          attributes: { 'http.request.method': 'GET', 'server.address': 'stock.internal' },
        },
        {
          ...common,
          failed: false,
          spanId: inner,
          parentId: call,
          service: 'stock',
          name: 'GET /stock/{sku}',
          kind: 'SERVER',
          start: start + 3_000,
          micros: milliseconds * 1000 - 6_000,
          attributes: {
            'http.request.method': 'GET',
            'http.route': '/stock/{sku}',
            'http.response.status_code': 200,
          },
        },
      ],
    };
  });
}

const spanId = (): string => randomBytes(8).toString('hex');

/** As OpenTelemetry's exporter for Zipkin writes it, resource attributes as tags included. */
export const asZipkin = (traces: readonly SampleTrace[]): unknown =>
  traces.flatMap(({ spans }) =>
    spans.map((span) => ({
      traceId: span.traceId,
      id: span.spanId,
      ...(span.parentId === undefined ? {} : { parentId: span.parentId }),
      ...(span.kind === 'INTERNAL' ? {} : { kind: span.kind }),
      name: span.name,
      timestamp: span.start,
      duration: span.micros,
      localEndpoint: { serviceName: span.service },
      tags: {
        ...Object.fromEntries(Object.entries(span.attributes).map(([k, v]) => [k, String(v)])),
        ...(span.failed ? { 'otel.status_code': 'ERROR', error: 'stock lookup failed' } : {}),
        'service.name': span.service,
        'service.namespace': 'acme',
        'service.version': span.version,
        'deployment.environment.name': span.environment,
        'otel.scope.name': 'sample',
      },
      annotations:
        span.exception === undefined
          ? []
          : [
              {
                timestamp: span.start + span.micros - 1_000,
                value: `"exception":${JSON.stringify({ 'exception.type': span.exception, 'exception.message': 'no row' })}`,
              },
            ],
    })),
  );

const attributes = (values: Readonly<Record<string, string | number>>): unknown =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
const kinds = { INTERNAL: 1, SERVER: 2, CLIENT: 3 } as const;

/** An OTLP/JSON export request. */
export const asOtlp = (traces: readonly SampleTrace[]): unknown => ({
  resourceSpans: traces.flatMap(({ spans }) =>
    spans.map((span) => ({
      resource: {
        attributes: attributes({
          'service.name': span.service,
          'service.namespace': 'acme',
          'service.version': span.version,
          'deployment.environment.name': span.environment,
        }),
      },
      scopeSpans: [
        {
          scope: { name: 'sample' },
          spans: [
            {
              traceId: span.traceId,
              spanId: span.spanId,
              ...(span.parentId === undefined ? {} : { parentSpanId: span.parentId }),
              name: span.name,
              kind: kinds[span.kind],
              startTimeUnixNano: `${span.start}000`,
              endTimeUnixNano: `${span.start + span.micros}000`,
              attributes: attributes(span.attributes),
              status: span.failed ? { code: 2, message: 'stock lookup failed' } : {},
              events:
                span.exception === undefined
                  ? []
                  : [
                      {
                        name: 'exception',
                        timeUnixNano: `${span.start + span.micros - 1_000}000`,
                        attributes: attributes({
                          'exception.type': span.exception,
                          'exception.message': 'no row',
                        }),
                      },
                    ],
            },
          ],
        },
      ],
    })),
  ),
});
