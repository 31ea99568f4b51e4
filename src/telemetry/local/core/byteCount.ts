import type { AttributeValue } from '../../../domain/trace.ts';
import type { Attributes, SpanRecord } from '../model.ts';

/** Our own estimate of what a span holds in memory: strings at two bytes per character, objects and fields at their usual overhead. */
export function spanBytes(span: SpanRecord): number {
  let sum = 500 + (span.name.length + span.traceState.length + span.statusMessage.length) * 2;
  sum += attributesBytes(span.attributes) + span.links.length * 200;
  for (const event of span.events) sum += 150 + attributesBytes(event.attributes);
  return sum;
}

function attributesBytes(attributes: Attributes): number {
  let sum = 0;
  for (const name in attributes) sum += 60 + valueBytes(attributes[name]);
  return sum;
}

function valueBytes(value: AttributeValue | undefined): number {
  if (typeof value === 'string') return value.length * 2;
  if (typeof value !== 'object') return 8;
  let sum = 32;
  for (const item of value) sum += 16 + valueBytes(item);
  return sum;
}
