import type { EventRecord } from '../local/model.ts';
import { AttributeCollector, cutText, numberValue, valueLimit } from '../local/otlp/attributes.ts';
import { recordLimits } from '../local/otlp/limits.ts';
import type { Tally } from '../local/otlp/tally.ts';

/**
 * A span event as exporters write it into an annotation (OpenTelemetry specification, trace/sdk_exporters/zipkin.md, "Events"):
 * `"name":{attributes}`. Others in use are `{"name":{attributes}}`, `name: {attributes}`, and the collector's `name|{attributes}|0`. A
 * text without attributes is a name.
 */
export function readAnnotation(value: string, tally: Tally): Omit<EventRecord, 'time'> {
  const text = value.length > 65_536 ? '' : value;
  const whole = objectIn(text);
  if (whole !== undefined) {
    const [name] = Object.keys(whole);
    const inner: unknown = name === undefined ? undefined : whole[name];
    if (name !== undefined && isRecord(inner)) return event(name, inner, tally);
  }
  const at = text.indexOf('{');
  if (at > 0) {
    const attributes = objectIn(text.slice(at).replace(/\|\d+$/, ''));
    const name = text
      .slice(0, at)
      .replace(/\s*[:|]\s*$/, '')
      .replace(/^"(.*)"$/, '$1');
    if (attributes !== undefined && name !== '') return event(name, attributes, tally);
  }
  return event(value, {}, tally);
}

function event(
  name: string,
  values: Readonly<Record<string, unknown>>,
  tally: Tally,
): Omit<EventRecord, 'time'> {
  const attributes = new AttributeCollector(tally);
  for (const [key, value] of Object.entries(values))
    if (typeof value === 'string') attributes.add(key, cutText(value, valueLimit(key), tally));
    else if (typeof value === 'number') attributes.add(key, numberValue(value));
    else if (typeof value === 'boolean') attributes.add(key, value);
  return { name: name.slice(0, recordLimits.nameLength), attributes: attributes.finish() };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
