import { recordLimits } from './limits.ts';
import type { LogBatch } from './logs.ts';
import type { WireReader } from './protobufWire.ts';
import { decodeWire, expectEnd, messageEnd, readText, skipField } from './protobufWire.ts';

/** `ExportLogsServiceRequest` (collector/logs/v1). Throws `MalformedBody`. */
export function decodeLogsProtobuf(bytes: Uint8Array): LogBatch {
  const count = { records: 0, exceptions: 0 };
  decodeWire(bytes, (reader) => {
    eachMessage(reader, reader.len, 0x0a, (resourceEnd) => {
      eachMessage(reader, resourceEnd, 0x12, (scopeEnd) => {
        eachMessage(reader, scopeEnd, 0x12, (recordEnd) => {
          count.records++;
          if (hasException(reader, recordEnd)) count.exceptions++;
        });
      });
    });
  });
  return count;
}

/** Runs `visit` for each embedded message with this tag; `visit` must read up to the end it is given. */
function eachMessage(
  reader: WireReader,
  end: number,
  wanted: number,
  visit: (end: number) => void,
): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === wanted) visit(messageEnd(reader, end));
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
}

function hasException(reader: WireReader, end: number): boolean {
  let found = false;
  eachMessage(reader, end, 0x32, (attributeEnd) => {
    while (reader.pos < attributeEnd) {
      const tag = reader.uint32();
      if (tag !== 0x0a) skipField(reader, tag);
      else if (readText(reader, attributeEnd, recordLimits.keyLength).startsWith('exception.'))
        found = true;
    }
    expectEnd(reader, attributeEnd);
  });
  return found;
}
