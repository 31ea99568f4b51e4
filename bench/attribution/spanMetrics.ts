import { createHash } from 'node:crypto';
import type { Operation, OperationId } from '../../src/domain/operation.ts';
import type { SpanRecord } from '../../src/telemetry/local/model.ts';
import type { CountedSpan } from './replay.ts';

/**
 * Each span with the operation that is left of it after a collector's span-metrics connector with its default dimensions:
 * service.name, span.name, span.kind (and status.code, which tells no operations apart).
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
 */
export function asSpanMetrics(spans: readonly SpanRecord[]): readonly CountedSpan[] {
  const operations = new Map<string, Operation>();
  return spans.map((span) => {
    const { name, kind, resource } = span;
    const labels = `${resource.service}\n${kind}\n${name}`;
    const operation = operations.get(labels) ?? {
      id: createHash('sha256').update(labels).digest('hex').slice(0, 24) as OperationId,
      service: resource.service,
      source: 'metric',
      kind,
      name,
      scope: '',
    };
    operations.set(labels, operation);
    return { span, operation };
  });
}
