import type { Trace, TraceSpan } from '../../../src/domain/trace.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { unixMillis } from '../../../src/domain/units.ts';

type Given = Partial<Omit<TraceSpan, 'service'>> & { readonly service?: string };

const ms = 1e6;

/** A span named by its id; times in milliseconds. */
export function span(spanId: string, from: number, to: number, given: Given = {}): TraceSpan {
  const { service = 'shop', ...rest } = given;
  return {
    spanId,
    service: serviceKey(service),
    release: 'v1',
    name: spanId,
    kind: 'internal',
    scope: 'test',
    offsetNanos: from * ms,
    durationNanos: (to - from) * ms,
    status: rest.failed === true ? 'error' : 'unset',
    failed: false,
    attributes: {},
    events: [],
    ...rest,
  };
}

export function trace(spans: readonly TraceSpan[], given: Partial<Trace> = {}): Trace {
  const ends = spans.map((s) => s.offsetNanos + s.durationNanos);
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    startedAt: unixMillis(Date.UTC(2026, 10, 21, 9, 30)),
    startUnixNanos: '1795253400000000000',
    durationNanos: ends.reduce((a, b) => Math.max(a, b), 0),
    spans,
    ...given,
  };
}

const stack = `PaymentDeclined: card <b>4111</b> was declined
    at charge (/srv/shop/src/payment.js:42:11)
    at async checkout (/srv/shop/src/orders.js:18:5)
    at Layer.handle (/srv/shop/node_modules/express/lib/router/layer.js:95:5)`;

/** A checkout through four services, as auto-instrumentation records it: Express ends the handler's span before its calls. */
export const checkout = (): Trace =>
  trace([
    span('root', 0, 412, {
      name: 'POST /checkout',
      kind: 'server',
      service: 'shop-web',
      release: 'v2.4.0',
      failed: true,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/checkout',
        'http.response.status_code': 500,
        'url.path': '/checkout',
        'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
        'server.address': 'shop.example',
      },
      resource: {
        'service.name': 'shop-web',
        'service.version': 'v2.4.0',
        'host.name': 'web-7f9c',
      },
    }),
    span('mw', 2, 4, {
      parentSpanId: 'root',
      name: 'middleware - jsonParser',
      service: 'shop-web',
    }),
    span('handler', 5, 6, {
      parentSpanId: 'root',
      name: 'request handler - /checkout',
      service: 'shop-web',
    }),
    span('cart', 8, 60, {
      parentSpanId: 'handler',
      name: 'GET',
      kind: 'client',
      service: 'shop-web',
    }),
    span('cart-s', 14, 55, {
      parentSpanId: 'cart',
      name: 'GET /cart/:id',
      kind: 'server',
      service: 'cart',
    }),
    span('redis', 18, 21, {
      parentSpanId: 'cart-s',
      name: 'redis GET',
      kind: 'client',
      service: 'cart',
    }),
    span('pg', 23, 52, {
      parentSpanId: 'cart-s',
      name: 'SELECT shop.items',
      kind: 'client',
      service: 'cart',
    }),
    span('stock', 62, 130, {
      parentSpanId: 'handler',
      name: 'GET',
      kind: 'client',
      service: 'shop-web',
    }),
    span('stock-s', 70, 124, {
      parentSpanId: 'stock',
      name: 'GET /stock',
      kind: 'server',
      service: 'inventory',
    }),
    span('price', 62, 96, {
      parentSpanId: 'handler',
      name: 'calculate price',
      service: 'shop-web',
    }),
    span('pay', 132, 405, {
      parentSpanId: 'handler',
      name: 'POST',
      kind: 'client',
      service: 'shop-web',
      failed: true,
    }),
    span('pay-s', 138, 399, {
      parentSpanId: 'pay',
      name: 'POST /charge',
      kind: 'server',
      service: 'payment-gateway',
      release: 'v9',
      failed: true,
      statusMessage: 'card was declined',
      attributes: {
        'http.route': '/charge',
        'http.response.status_code': 500,
        'payment.amount': 99.5,
      },
      events: [
        {
          name: 'exception',
          offsetNanos: 390 * ms,
          attributes: {
            'exception.type': 'PaymentDeclined',
            'exception.message': 'card <b>4111</b> was declined\u202e!',
            'exception.stacktrace': stack,
          },
        },
        { name: 'retry', offsetNanos: 300 * ms, attributes: { attempt: 2 } },
      ],
      links: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }],
    }),
    span('fraud', 145, 290, {
      parentSpanId: 'pay-s',
      name: 'fraud.check',
      service: 'payment-gateway',
    }),
    span('bank', 291, 388, {
      parentSpanId: 'pay-s',
      name: 'POST',
      kind: 'client',
      service: 'payment-gateway',
      failed: true,
    }),
    span('audit', 396, 520, {
      parentSpanId: 'pay-s',
      name: 'audit publish',
      kind: 'producer',
      service: 'payment-gateway',
    }),
    span('worker', 430, 510, {
      parentSpanId: 'audit',
      name: 'audit process',
      kind: 'consumer',
      service: 'audit',
    }),
    span('lost', 210, 260, {
      parentSpanId: 'gone',
      name: 'emit metrics',
      service: 'payment-gateway',
    }),
  ]);

/** As many spans as wanted in a tree of some depth, over eleven services, without chance. */
export function large(count: number): Trace {
  const spans: TraceSpan[] = [
    span('s0', 0, count, { name: 'GET /report', kind: 'server', service: 'service-0' }),
  ];
  for (let i = 1; i < count; i++) {
    const parent = Math.floor((i - 1) / 4);
    const from = Math.min(count - 2, i * 0.9);
    spans.push(
      span(`s${i}`, from, Math.min(count, from + 1 + ((i * 7919) % 97)), {
        parentSpanId: `s${parent}`,
        name: `operation ${i % 53} of something`,
        service: `service-${i % 11}`,
        failed: i % 211 === 0,
        attributes: {
          'item.id': i,
          'db.query.text': `SELECT * FROM t WHERE id = ${i}`,
          batch: i % 17,
        },
      }),
    );
  }
  return trace(spans);
}
