import type { AttributeValue } from '../../../domain/trace.ts';
import type { Attributes, ResourceRecord } from '../model.ts';
import {
  AttributeCollector,
  cutText,
  numberValue,
  textOfKeyValues,
  valueLimit,
} from './attributes.ts';
import { MalformedBody } from './batch.ts';
import { recordLimits } from './limits.ts';
import { resourceRecord } from './resource.ts';
import type { Tally } from './tally.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Parses a body. 64-bit integers written as bare numbers of 16 digits and more would lose digits in a double: they are put in
 * quotes first, which the mapping allows just as well. (An unescaped quote followed by a colon always ends a key.)
 */
export function parseJson(bytes: Uint8Array): JsonObject {
  let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (text.startsWith('\ufeff')) text = text.slice(1);
  if (/(?:UnixNano|intValue|asInt)"\s*:\s*-?\d{16}/.test(text))
    text = text.replace(/((?:UnixNano|intValue|asInt)"\s*:\s*)(-?\d{16,})(?=\s*[,}\]])/g, '$1"$2"');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    // The message quotes the body; a person needs the place, not the payload.
    const place = /position \d+|end of JSON input/.exec(why)?.[0];
    throw new MalformedBody(
      `the body is not valid JSON${place === undefined ? '' : ` (${place})`}`,
    );
  }
  if (!isObject(value)) throw new MalformedBody('the body must be a JSON object');
  return value;
}

const none: readonly unknown[] = [];

/** A repeated field: absent or null is empty, anything but an array is no message at all. */
export function repeated(parent: JsonObject, name: string): readonly unknown[] {
  const value = parent[name];
  if (value === undefined || value === null) return none;
  if (!Array.isArray(value)) throw new MalformedBody(`${name} must be an array`);
  return value;
}

/** The embedded messages of a repeated field, by its name or, in old senders, by its former one. */
export function messages(
  parent: JsonObject,
  name: string,
  formerName?: string,
): readonly JsonObject[] {
  const items = repeated(parent, name);
  for (const item of items)
    if (!isObject(item)) throw new MalformedBody(`${name} must contain objects`);
  const known = items as readonly JsonObject[];
  return formerName === undefined || parent[formerName] === undefined
    ? known
    : [...known, ...messages(parent, formerName)];
}

export const message = (parent: JsonObject, name: string): JsonObject => {
  const value = parent[name];
  return isObject(value) ? value : {};
};

export const textField = (parent: JsonObject, name: string): string => {
  const value = parent[name];
  return typeof value === 'string' ? value : '';
};

/** A number, also as decimal digits or one of the names that proto3 JSON gives to non-finite values. */
export function numberField(parent: JsonObject, name: string): number | undefined {
  const value = parent[name];
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) && value !== 'NaN' ? undefined : number;
}

/** An enum by number or by name (`SPAN_KIND_SERVER`), 0 when absent or unknown. */
export function enumField(parent: JsonObject, name: string, names: readonly string[]): number {
  const value = parent[name];
  if (typeof value === 'string') {
    const at = names.indexOf(value);
    return at >= 0 ? at : (numberField(parent, name) ?? 0);
  }
  return typeof value === 'number' ? value : 0;
}

/** An id as OTLP/JSON writes it: hex in either case. Not hex: "" + a length that no id has. */
export function hexField(parent: JsonObject, name: string): string {
  const value = textField(parent, name);
  if (isLowerHex(value)) return value;
  return /^[\da-fA-F]*$/.test(value) ? value.toLowerCase() : '?';
}

/** As every sender writes it; a loop is cheaper than the expression, three times a span. */
function isLowerHex(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 48 || code > 102 || (code > 57 && code < 97)) return false;
  }
  return true;
}

export function readAttributes(parent: JsonObject, tally: Tally): Attributes {
  const into = new AttributeCollector(tally);
  for (const item of repeated(parent, 'attributes')) addKeyValue(item, into, tally, 0);
  return into.finish();
}

function addKeyValue(item: unknown, into: AttributeCollector, tally: Tally, depth: number): void {
  if (!isObject(item)) return;
  const key = textField(item, 'key');
  into.add(key, anyValue(item['value'], valueLimit(key), tally, depth));
}

/** An `AnyValue`; undefined when it is empty, unknown or nested too deeply. */
function anyValue(
  value: unknown,
  max: number,
  tally: Tally,
  depth: number,
): AttributeValue | undefined {
  if (!isObject(value)) return undefined;
  const text = value['stringValue'];
  if (typeof text === 'string') return cutText(text, max, tally);
  const bool = value['boolValue'];
  if (typeof bool === 'boolean') return bool;
  const int = value['intValue'];
  if (int !== undefined && int !== null) return integer(int);
  const double = numberField(value, 'doubleValue');
  if (double !== undefined) return numberValue(double);
  const bytes = value['bytesValue'];
  if (typeof bytes === 'string') return cutText(bytes, max, tally);
  const array = value['arrayValue'];
  const pairs = value['kvlistValue'];
  const nested = isObject(array) ? array : isObject(pairs) ? pairs : undefined;
  if (nested === undefined) return undefined;
  if (depth + 1 > recordLimits.depth) {
    tally.add('values.tooDeep');
    return undefined;
  }
  return nested === array ? list(nested, tally, depth + 1) : keyValues(nested, tally, depth + 1);
}

function integer(value: unknown): number | string | undefined {
  if (typeof value === 'number') return numberValue(value);
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function list(value: JsonObject, tally: Tally, depth: number): AttributeValue {
  const items: AttributeValue[] = [];
  for (const item of repeated(value, 'values')) {
    const one = anyValue(item, recordLimits.valueLength, tally, depth);
    if (items.length >= recordLimits.arrayLength) tally.add('values.cut');
    else if (one !== undefined) items.push(one);
  }
  return items;
}

function keyValues(value: JsonObject, tally: Tally, depth: number): AttributeValue {
  const into = new AttributeCollector(tally);
  for (const item of repeated(value, 'values')) addKeyValue(item, into, tally, depth);
  return textOfKeyValues(into.finish(), tally);
}

export const readJsonResource = (batch: JsonObject, tally: Tally): ResourceRecord =>
  resourceRecord(readAttributes(message(batch, 'resource'), tally), tally);

export const jsonScopeName = (scoped: JsonObject): string =>
  (
    textField(message(scoped, 'scope'), 'name') ||
    textField(message(scoped, 'instrumentationLibrary'), 'name')
  ).slice(0, recordLimits.keyLength);
