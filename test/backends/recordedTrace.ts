/** The trace that the recorded answers of Jaeger and Zipkin are about, as it was sent to them, at a time of one's own. */
export const recordedTraceId = '00af7651916cd43dd8448eb211c80319';

const texts = (values: Readonly<Record<string, string | number | boolean>>): unknown =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'number'
          ? { intValue: String(value) }
          : { boolValue: value },
  }));

const front = {
  'service.name': 'Front',
  'service.namespace': 'acme',
  'service.version': '1.4.2',
  'deployment.environment.name': 'staging',
};
const stock = { ...front, 'service.name': 'stock', 'service.version': '0.9.0' };
const requested = {
  'http.request.method': 'GET',
  'http.route': '/orders/:id',
  'url.path': '/orders/7',
};
const looked = { 'http.request.method': 'GET', 'http.route': '/stock/:sku' };
const asked = { 'http.request.method': 'GET', 'server.address': 'stock.internal' };

/**
 * An OTLP/JSON export request.
 *
 * @param start Unix milliseconds
 */
export function recordedTraceAsOtlp(start: number): unknown {
  const at = (after: number): string => `${start + after}000123`;
  const common = { traceId: recordedTraceId };
  return {
    resourceSpans: [
      {
        resource: { attributes: texts(front) },
        scopeSpans: [
          {
            scope: { name: '@opentelemetry/instrumentation-http' },
            spans: [
              {
                ...common,
                spanId: '00f067aa0ba902b7',
                name: 'GET /orders/:id',
                kind: 2,
                startTimeUnixNano: at(0),
                endTimeUnixNano: at(120),
                attributes: texts({
                  ...requested,
                  'http.response.status_code': 500,
                  'net.secure': true,
                }),
                events: [
                  {
                    timeUnixNano: at(110),
                    name: 'exception',
                    attributes: texts({
                      'exception.type': 'StockError',
                      'exception.message': 'no row',
                    }),
                  },
                ],
                links: [
                  { traceId: '11111111111111111111111111111111', spanId: '2222222222222222' },
                ],
                status: { code: 2, message: 'stock lookup failed' },
              },
              {
                ...common,
                spanId: 'b7ad6b7169203331',
                parentSpanId: '00f067aa0ba902b7',
                name: 'GET',
                kind: 3,
                startTimeUnixNano: at(10),
                endTimeUnixNano: at(100),
                attributes: texts(asked),
                status: {},
              },
            ],
          },
        ],
      },
      {
        resource: { attributes: texts(stock) },
        scopeSpans: [
          {
            scope: { name: 'otelgin' },
            spans: [
              {
                ...common,
                spanId: 'c8be7c8270314442',
                parentSpanId: 'b7ad6b7169203331',
                name: 'GET /stock/:sku',
                kind: 2,
                startTimeUnixNano: at(20),
                endTimeUnixNano: at(90),
                attributes: texts({ ...looked, 'http.response.status_code': 200 }),
                status: {},
              },
            ],
          },
        ],
      },
    ],
  };
}

/**
 * As OpenTelemetry's exporter for Zipkin writes it.
 *
 * @param start Unix milliseconds
 */
export function recordedTraceAsZipkin(start: number): unknown {
  const common = { traceId: recordedTraceId };
  const [frontEnd, stockEnd] = [{ serviceName: 'Front' }, { serviceName: 'stock' }];
  return [
    {
      ...common,
      id: '00f067aa0ba902b7',
      kind: 'SERVER',
      name: 'GET /orders/:id',
      timestamp: start * 1000,
      duration: 120_000,
      localEndpoint: frontEnd,
      annotations: [
        {
          timestamp: (start + 110) * 1000,
          value: '"exception":{"exception.type":"StockError","exception.message":"no row"}',
        },
      ],
      tags: {
        ...front,
        ...requested,
        'http.response.status_code': '500',
        'otel.scope.name': '@opentelemetry/instrumentation-http',
        'otel.status_code': 'ERROR',
        error: 'stock lookup failed',
      },
    },
    {
      ...common,
      id: 'b7ad6b7169203331',
      parentId: '00f067aa0ba902b7',
      kind: 'CLIENT',
      name: 'GET',
      timestamp: (start + 10) * 1000,
      duration: 90_000,
      localEndpoint: frontEnd,
      remoteEndpoint: stockEnd,
      tags: { ...front, ...asked },
    },
    {
      ...common,
      id: 'c8be7c8270314442',
      parentId: 'b7ad6b7169203331',
      kind: 'SERVER',
      name: 'GET /stock/:sku',
      timestamp: (start + 20) * 1000,
      duration: 70_000,
      localEndpoint: stockEnd,
      tags: { ...stock, ...looked, 'http.response.status_code': '200' },
    },
  ];
}
