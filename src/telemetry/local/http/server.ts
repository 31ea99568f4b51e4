import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Intake } from '../otlp/intake.ts';
import { requestLimits } from '../otlp/limits.ts';
import type { Encoding, Signal } from '../otlp/responses.ts';
import { encodeResponse, encodeStatus, rpcCode } from '../otlp/responses.ts';
import type { Tally } from '../otlp/tally.ts';
import type { AccessRules } from './access.ts';
import { isAllowedHost, isAllowedOrigin } from './access.ts';
import type { BodyLimits } from './body.ts';
import { BodyReader } from './body.ts';

export interface OtlpHttpOptions {
  readonly intake: Intake;
  readonly tally: Tally;
  readonly access: AccessRules;
  /** What `GET /` answers, so that whoever finds the port taken can name us. */
  readonly identity: () => Readonly<Record<string, unknown>>;
  readonly limits?: BodyLimits;
  /** Milliseconds a sender has for its headers, and for its whole request. */
  readonly headersTimeout?: number;
  readonly requestTimeout?: number;
}

const signals: Readonly<Record<string, Signal>> = {
  '/v1/traces': 'traces',
  '/v1/metrics': 'metrics',
  '/v1/logs': 'logs',
};

const retryAfterSeconds = 1;
const maxConnections = 256;

const contentTypes: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** Undefined for a content type that OTLP/HTTP doesn't know. */
function encodingOf(request: IncomingMessage): Encoding | undefined {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf';
  return type === 'application/json' ? 'json' : undefined;
}

const codeOfStatus: Readonly<Record<number, number>> = {
  400: rpcCode.invalidArgument,
  403: rpcCode.permissionDenied,
  404: rpcCode.notFound,
  405: rpcCode.unimplemented,
  413: rpcCode.resourceExhausted,
  415: rpcCode.invalidArgument,
  503: rpcCode.unavailable,
};

/** OTLP/HTTP (protocol specification 1.x). Not listening yet: the caller binds it to the loopback addresses. */
export function createOtlpHttpServer(options: OtlpHttpOptions): Server {
  const { intake, tally, access } = options;
  const bodies = new BodyReader(options.limits ?? requestLimits);

  const refuse = (
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    message: string,
  ): void => {
    tally.add(`http.refused.${status}`);
    const encoding = encodingOf(request) ?? 'json';
    if (status === 503) response.setHeader('Retry-After', String(retryAfterSeconds));
    // What is left of the body isn't read, so the connection can't be used again.
    if (!request.complete) response.setHeader('Connection', 'close');
    const body = encodeStatus(encoding, codeOfStatus[status] ?? rpcCode.internal, message);
    send(response, status, contentTypes[encoding], body);
  };

  const receive = async (
    signal: Signal,
    encoding: Encoding,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    if (intake.saturated()) {
      refuse(request, response, 503, 'the receiver is saturated, send again later');
      return;
    }
    await bodies.read(request, (body) => {
      if (!Buffer.isBuffer(body)) {
        refuse(request, response, body.status, body.message);
        return;
      }
      const answer = intake.take(signal, encoding, body);
      if (answer.taken)
        send(
          response,
          200,
          contentTypes[encoding],
          encodeResponse(signal, encoding, answer.rejected, answer.message),
        );
      else refuse(request, response, 400, answer.malformed);
    });
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void | Promise<void> => {
    const { origin } = request.headers;
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (!isAllowedHost(access, request.headers.host)) {
      refuse(request, response, 403, 'this Host is not among prodlens.local.allowedHosts');
      return;
    }
    if (!isAllowedOrigin(access, origin)) {
      refuse(request, response, 403, 'this Origin is not among prodlens.local.allowedOrigins');
      return;
    }
    if (origin !== undefined) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Vary', 'Origin');
    }
    const signal = Object.hasOwn(signals, path) ? signals[path] : undefined;
    if (signal === undefined) {
      if (path === '/' && request.method === 'GET')
        send(response, 200, contentTypes.json, Buffer.from(JSON.stringify(options.identity())));
      else refuse(request, response, 404, 'there are only /v1/traces, /v1/metrics and /v1/logs');
      return;
    }
    if (request.method === 'OPTIONS' && origin !== undefined) {
      preflight(request, response);
      return;
    }
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST');
      refuse(request, response, 405, 'only POST');
      return;
    }
    const encoding = encodingOf(request);
    if (encoding === undefined) {
      refuse(
        request,
        response,
        415,
        'Content-Type must be application/x-protobuf or application/json',
      );
      return;
    }
    return receive(signal, encoding, request, response);
  };

  const server = createServer(
    {
      headersTimeout: options.headersTimeout ?? 10_000,
      requestTimeout: options.requestTimeout ?? 30_000,
      connectionsCheckingInterval: Math.min(5_000, options.headersTimeout ?? 5_000),
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      void (async () => {
        try {
          await handle(request, response);
        } catch {
          // The sender went away in the middle, or the code behind failed: the one hears nothing, the other is counted.
          tally.add(request.complete ? 'http.failed' : 'http.aborted');
          if (request.complete && !response.headersSent)
            refuse(request, response, 500, 'the receiver failed');
        }
      })();
    },
  );
  server.maxConnections = maxConnections;
  server.on('drop', () => {
    tally.add('http.connectionsDropped');
  });
  return server;
}

function preflight(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', 'POST');
  const headers = request.headers['access-control-request-headers'];
  if (headers !== undefined) response.setHeader('Access-Control-Allow-Headers', headers);
  // Chromium asks before a public page may reach a loopback address.
  if (request.headers['access-control-request-private-network'] === 'true')
    response.setHeader('Access-Control-Allow-Private-Network', 'true');
  response.setHeader('Access-Control-Max-Age', '600');
  response.writeHead(204).end();
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': body.length,
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}
