import type { AttributeValue } from '../../../domain/trace.ts';
import type { ResourceRecord } from '../model.ts';
import {
  AttributeCollector,
  cutText,
  numberValue,
  textOfKeyValues,
  valueLimit,
} from './attributes.ts';
import { recordLimits } from './limits.ts';
import type { WireReader } from './protobufWire.ts';
import {
  expectEnd,
  findField,
  messageEnd,
  readInt64,
  readText,
  readUint64,
  skipField,
} from './protobufWire.ts';
import { resourceRecord } from './resource.ts';
import type { Tally } from './tally.ts';

/** One `KeyValue` (common.proto) into the collector. */
export function readKeyValue(
  reader: WireReader,
  parentEnd: number,
  into: AttributeCollector,
  tally: Tally,
  depth = 0,
): void {
  const end = messageEnd(reader, parentEnd);
  let key = '';
  let value: AttributeValue | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 0x0a) key = readText(reader, end, recordLimits.keyLength + 1);
    else if (tag === 0x12) value = readAnyValue(reader, end, valueLimit(key), tally, depth);
    else skipField(reader, tag);
  }
  expectEnd(reader, end);
  into.add(key, value);
}

/** One `AnyValue`; undefined when it is empty or nested too deeply. */
function readAnyValue(
  reader: WireReader,
  parentEnd: number,
  max: number,
  tally: Tally,
  depth: number,
): AttributeValue | undefined {
  const end = messageEnd(reader, parentEnd);
  let value: AttributeValue | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32();
    switch (tag) {
      case 0x0a: // string_value; one unit more than allowed shows that there is more
        value = cutText(readText(reader, end, max + 1), max, tally);
        break;
      case 0x10: // bool_value
        value = readUint64(reader) !== 0;
        break;
      case 0x18: // int_value
        value = readInt64(reader);
        break;
      case 0x21: // double_value
        value = numberValue(reader.double());
        break;
      case 0x2a: // array_value
      case 0x32: // kvlist_value
        value = readNested(reader, end, tag === 0x32, tally, depth + 1);
        break;
      case 0x3a: {
        // bytes_value
        const bytes = reader.bytes();
        const whole = Buffer.from(bytes.subarray(0, (max / 4) * 3));
        if (whole.length < bytes.length) tally.add('values.cut');
        value = whole.toString('base64');
        break;
      }
      default:
        skipField(reader, tag);
    }
  }
  expectEnd(reader, end);
  return value;
}

function readNested(
  reader: WireReader,
  parentEnd: number,
  keyed: boolean,
  tally: Tally,
  depth: number,
): AttributeValue | undefined {
  const end = messageEnd(reader, parentEnd);
  if (depth > recordLimits.depth) {
    reader.pos = end;
    tally.add('values.tooDeep');
    return undefined;
  }
  const list: AttributeValue[] = [];
  const pairs = new AttributeCollector(tally);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag !== 0x0a) skipField(reader, tag);
    else if (keyed) readKeyValue(reader, end, pairs, tally, depth);
    else {
      const value = readAnyValue(reader, end, recordLimits.valueLength, tally, depth);
      if (list.length >= recordLimits.arrayLength) tally.add('values.cut');
      else if (value !== undefined) list.push(value);
    }
  }
  expectEnd(reader, end);
  return keyed ? textOfKeyValues(pairs.finish(), tally) : list;
}

/** The `Resource` in field 1 of a ResourceSpans, ResourceMetrics or ResourceLogs that ends at `end`. The reader stays put. */
export function readResource(reader: WireReader, end: number, tally: Tally): ResourceRecord {
  const start = reader.pos;
  const attributes = new AttributeCollector(tally);
  const at = findField(reader, end, 0x0a);
  if (at >= 0) {
    reader.pos = at;
    const resourceEnd = messageEnd(reader, end);
    while (reader.pos < resourceEnd) {
      const tag = reader.uint32();
      if (tag === 0x0a) readKeyValue(reader, resourceEnd, attributes, tally);
      else skipField(reader, tag);
    }
    expectEnd(reader, resourceEnd);
    reader.pos = start;
  }
  return resourceRecord(attributes.finish(), tally);
}

/** Name of the InstrumentationScope in field 1. The reader stays put. */
export function readScopeName(reader: WireReader, end: number): string {
  const start = reader.pos;
  const at = findField(reader, end, 0x0a);
  if (at < 0) return '';
  reader.pos = at;
  let name = '';
  const scopeEnd = messageEnd(reader, end);
  while (reader.pos < scopeEnd) {
    const tag = reader.uint32();
    if (tag === 0x0a) name = readText(reader, scopeEnd, recordLimits.keyLength);
    else skipField(reader, tag);
  }
  expectEnd(reader, scopeEnd);
  reader.pos = start;
  return name;
}
