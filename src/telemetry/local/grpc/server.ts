import type { Duplex } from 'node:stream';
import type {
  handleUnaryCall,
  ServiceDefinition,
  ServerUnaryCall,
  StatusObject,
} from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { AccessRules } from '../http/access.ts';
import { isAllowedHost } from '../http/access.ts';
import type { Intake } from '../otlp/intake.ts';
import { requestLimits } from '../otlp/limits.ts';
import type { Signal } from '../otlp/responses.ts';
import { encodeResponse, encodeRetryStatus } from '../otlp/responses.ts';
import type { Tally } from '../otlp/tally.ts';

export interface OtlpGrpcOptions {
  readonly intake: Intake;
  readonly tally: Tally;
  readonly access: AccessRules;
  /** Before and after inflation. */
  readonly messageBytes?: number;
}

/** Takes connections that someone else has accepted; so the same loopback listener code serves both protocols. */
export interface OtlpGrpcServer {
  accept(connection: Duplex): void;
  close(): void;
}

const services: Readonly<Record<string, Signal>> = {
  'opentelemetry.proto.collector.trace.v1.TraceService': 'traces',
  'opentelemetry.proto.collector.metrics.v1.MetricsService': 'metrics',
  'opentelemetry.proto.collector.logs.v1.LogsService': 'logs',
};

const asIs = (bytes: Buffer): Buffer => bytes;
const retryAfterSeconds = 1;

/** One service of OTLP/gRPC: a single unary method; its messages stay bytes here. */
const definition = (service: string): ServiceDefinition => ({
  Export: {
    path: `/${service}/Export`,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
});

/** OTLP/gRPC. grpc-js inflates and bounds each message before it reaches the handler. */
export function createOtlpGrpcServer(options: OtlpGrpcOptions): OtlpGrpcServer {
  const { intake, tally, access } = options;
  const server = new Server({
    'grpc.max_receive_message_length': options.messageBytes ?? requestLimits.bodyBytes,
    'grpc.max_concurrent_streams': 64,
    'grpc.max_connection_idle_ms': 5 * 60_000,
    'grpc.enable_channelz': 0,
  });

  const refusal = (code: status, details: string): Partial<StatusObject> => {
    tally.add(`grpc.refused.${code}`);
    if (code !== status.UNAVAILABLE) return { code, details };
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', encodeRetryStatus(code, details, retryAfterSeconds));
    return { code, details, metadata };
  };

  const answer = (
    signal: Signal,
    call: ServerUnaryCall<Buffer, Buffer>,
  ): Buffer | Partial<StatusObject> => {
    if (!isAllowedHost(access, call.getHost()))
      return refusal(
        status.PERMISSION_DENIED,
        'this :authority is not among prodlens.local.allowedHosts',
      );
    if (intake.saturated())
      return refusal(status.UNAVAILABLE, 'the receiver is saturated, send again later');
    const taken = intake.take(signal, 'protobuf', call.request);
    return taken.taken
      ? encodeResponse(signal, 'protobuf', taken.rejected, taken.message)
      : refusal(status.INVALID_ARGUMENT, taken.malformed);
  };

  const handlerOf =
    (signal: Signal): handleUnaryCall<Buffer, Buffer> =>
    (call, respond) => {
      try {
        const result = answer(signal, call);
        if (Buffer.isBuffer(result)) respond(null, result);
        else respond(result);
      } catch {
        tally.add('grpc.failed');
        respond({ code: status.INTERNAL, details: 'the receiver failed' });
      }
    };

  for (const [service, signal] of Object.entries(services))
    server.addService(definition(service), { Export: handlerOf(signal) });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    accept: (connection) => {
      injector.injectConnection(connection);
    },
    close: () => {
      injector.destroy();
      server.forceShutdown();
    },
  };
}
