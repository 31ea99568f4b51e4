import type { CallMatcher } from '../../../domain/callMatch.ts';
import type { SpanRecord } from '../model.ts';
import { httpMethod, text } from './attributes.ts';

/**
 * The text of the workspace's source that a CLIENT span carries, by the statement or URL that its instrumentation reports. What is
 * reported is not kept: it may hold data of a customer.
 */
export function literalOf(
  { kind, attributes }: SpanRecord,
  calls: CallMatcher,
): string | undefined {
  if (kind !== 'client') return undefined;
  const statement = text(attributes, 'db.query.text', 'db.statement');
  if (statement !== undefined) return calls.statement(statement);
  const url = text(attributes, 'url.full', 'http.url');
  return url === undefined ? undefined : calls.request(httpMethod(attributes), url);
}
