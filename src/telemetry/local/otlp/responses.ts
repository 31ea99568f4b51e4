import { Writer } from 'protobufjs/minimal';

export type Signal = 'traces' | 'metrics' | 'logs';
export type Encoding = 'protobuf' | 'json';

/** Codes of google.rpc.Code that we answer with. */
export const rpcCode = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

const rejectedField: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
};

/** `Export…ServiceResponse`: empty on full success, else `partial_success` with the count and why. */
export function encodeResponse(
  signal: Signal,
  encoding: Encoding,
  rejected: number,
  message: string,
): Buffer {
  if (encoding === 'json') {
    const partialSuccess = { [rejectedField[signal]]: String(rejected), errorMessage: message };
    return Buffer.from(JSON.stringify(rejected === 0 ? {} : { partialSuccess }));
  }
  const writer = Writer.create();
  if (rejected > 0)
    writer.uint32(0x0a).fork().uint32(0x08).int64(rejected).uint32(0x12).string(message).ldelim();
  return Buffer.from(writer.finish());
}

/** `google.rpc.Status`, the body of every refusal. */
export function encodeStatus(encoding: Encoding, code: number, message: string): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  const writer = Writer.create().uint32(0x08).int32(code).uint32(0x12).string(message);
  return Buffer.from(writer.finish());
}

/** `google.rpc.Status` with a `RetryInfo`, for the trailer `grpc-status-details-bin`. */
export function encodeRetryStatus(code: number, message: string, seconds: number): Buffer {
  const retryInfo = Writer.create().uint32(0x0a).fork().uint32(0x08).int64(seconds).ldelim();
  const writer = Writer.create()
    .uint32(0x08)
    .int32(code)
    .uint32(0x12)
    .string(message)
    .uint32(0x1a)
    .fork()
    .uint32(0x0a)
    .string('type.googleapis.com/google.rpc.RetryInfo')
    .uint32(0x12)
    .bytes(retryInfo.finish())
    .ldelim();
  return Buffer.from(writer.finish());
}
