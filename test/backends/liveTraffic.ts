import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { sentSpan, type SentSpan } from './sentSpans.ts';

/** One process of a service under OpenTelemetry's SDK; remembers every span that it ends. */
export class LiveProcess {
  readonly sent: SentSpan[] = [];
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;

  constructor(receiver: string, service: string, version: string, namespace?: string) {
    const remember: SpanProcessor = {
      onStart: () => undefined,
      onEnd: (span: ReadableSpan) => {
        this.sent.push(
          sentSpan(
            {
              service,
              version,
              name: span.name,
              failed: span.status.code === SpanStatusCode.ERROR,
              milliseconds: span.duration[0] * 1e3 + span.duration[1] / 1e6,
            },
            // The API counts from internal = 0, the wire from unspecified.
            span.kind + 1,
            (name) => span.attributes[name] as string | number | undefined,
          ),
        );
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({
        'service.name': service,
        'service.version': version,
        ...(namespace === undefined ? {} : { 'service.namespace': namespace }),
        'service.instance.id': `${service}-${version}`,
      }),
      spanProcessors: [
        remember,
        new BatchSpanProcessor(new OTLPTraceExporter({ url: `${receiver}/v1/traces` })),
      ],
    });
    this.#tracer = this.#provider.getTracer('live');
  }

  /** A request and a query inside of it. */
  request(method: string, route: string, status: number, milliseconds: number): void {
    const end = Date.now();
    const server = this.#tracer.startSpan(`${method} ${route}`, {
      kind: SpanKind.SERVER,
      startTime: new Date(end - milliseconds),
      attributes: { 'http.request.method': method, 'http.route': route },
    });
    server.setAttribute('http.response.status_code', status);
    if (status >= 500) server.setStatus({ code: SpanStatusCode.ERROR });
    const query = this.#tracer.startSpan('SELECT', {
      kind: SpanKind.CLIENT,
      startTime: new Date(end - milliseconds / 2),
    });
    query.end(new Date(end));
    server.end(new Date(end));
  }

  /** Something without a request. */
  work(name: string, milliseconds: number): void {
    const end = Date.now();
    this.#tracer
      .startSpan(name, { kind: SpanKind.INTERNAL, startTime: new Date(end - milliseconds) })
      .end(new Date(end));
  }

  flush(): Promise<void> {
    return this.#provider.forceFlush();
  }

  stop(): Promise<void> {
    return this.#provider.shutdown();
  }
}
