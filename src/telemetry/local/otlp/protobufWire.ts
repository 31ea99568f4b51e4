import { Reader } from 'protobufjs/minimal';
import type { Timestamp } from '../model.ts';
import { MalformedBody } from './batch.ts';
import { internedText } from './internedText.ts';
import { timestampFromHalves } from './timestamps.ts';

/**
 * Reads OTLP straight from the wire into records: no intermediate message objects. Fields are told apart by their whole tag
 * (number and wire type), so that a known number with a foreign wire type is an unknown field, as in generated code.
 */
export type WireReader = Reader;

/** Runs a decoder over the bytes; anything that isn't a well-formed message becomes a `MalformedBody`. */
export function decodeWire(bytes: Uint8Array, decode: (reader: WireReader) => void): void {
  const reader = Reader.create(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  try {
    decode(reader);
  } catch (error) {
    if (error instanceof MalformedBody) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new MalformedBody(`the body is not a valid protobuf message: ${why}`);
  }
}

/** End of the embedded message that starts here. */
export function messageEnd(reader: WireReader, parentEnd: number): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > parentEnd) throw new MalformedBody('a message ends after the one that contains it');
  return end;
}

/** A field must end where its message ends. */
export function expectEnd(reader: WireReader, end: number): void {
  if (reader.pos !== end) throw new MalformedBody('a field ends after the message it is in');
}

/** Offset of the value of the first field with this tag, or -1; leaves the reader where it was. */
export function findField(reader: WireReader, end: number, tag: number): number {
  const start = reader.pos;
  let found = -1;
  while (reader.pos < end) {
    const seen = reader.uint32();
    if (seen === tag) {
      found = reader.pos;
      break;
    }
    skipField(reader, seen);
  }
  reader.pos = start;
  return found;
}

export function skipField(reader: WireReader, tag: number): void {
  reader.skipType(tag & 7, 0, tag >>> 3);
}

/** Bytes as lower-case hex. */
export function readHex(reader: WireReader, parentEnd: number): string {
  const end = messageEnd(reader, parentEnd);
  const start = reader.pos;
  reader.pos = end;
  // A hostile id of megabytes is refused by its length; there is no need to spell it out.
  return (reader.buf as Buffer).toString('hex', start, Math.min(end, start + 17));
}

/** Text of at most `max` UTF-16 units; only the bytes needed are decoded. Invalid UTF-8 becomes U+FFFD. */
export function readText(reader: WireReader, parentEnd: number, max: number): string {
  const length = reader.uint32();
  if (reader.pos + length > parentEnd)
    throw new MalformedBody('a string ends after the message it is in');
  const from = reader.pos;
  reader.pos = from + length;
  if (length <= max) {
    const buffer = reader.buf as Buffer;
    return (
      internedText(buffer, from, from + length) ?? buffer.toString('utf8', from, from + length)
    );
  }
  const text = (reader.buf as Buffer).toString('utf8', from, from + Math.min(length, max * 3 + 3));
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

export function readTime(reader: WireReader): Timestamp {
  const low = reader.fixed32();
  return timestampFromHalves(low, reader.fixed32());
}

/** Unsigned 64-bit count as a number (exact below 2⁵³). */
export function readFixed64(reader: WireReader): number {
  const low = reader.fixed32();
  return reader.fixed32() * 4_294_967_296 + low;
}

export function readSfixed64(reader: WireReader): number {
  const low = reader.fixed32();
  return reader.sfixed32() * 4_294_967_296 + low;
}

/** Unsigned varint of up to 64 bits as a number (exact below 2⁵³). */
export function readUint64(reader: WireReader): number {
  let value = 0;
  for (let shift = 1, i = 0; i < 10; i++, shift *= 128) {
    const byte = reader.buf[reader.pos++];
    if (byte === undefined || reader.pos > reader.len) break;
    value += (byte & 127) * shift;
    if (byte < 128) return value;
  }
  throw new MalformedBody('a number ends after the message it is in');
}

/** Signed 64-bit varint: a number where that is exact, else its decimal digits. */
export function readInt64(reader: WireReader): number | string {
  const start = reader.pos;
  const value = readUint64(reader);
  if (value <= Number.MAX_SAFE_INTEGER) return value;
  let exact = 0n;
  for (let i = start, shift = 0n; i < reader.pos; i++, shift += 7n)
    exact |= BigInt((reader.buf[i] ?? 0) & 127) << shift;
  const signed = BigInt.asIntN(64, exact);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed.toString();
}
