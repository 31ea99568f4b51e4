import { fail, type Result } from '../../domain/result.ts';
import { originOf } from '../../http/address.ts';
import type { HttpAnswer } from '../../http/exchange.ts';

/**
 * Why Tempo doesn't count, as it says it in plain text with whatever status (4xx of its queriers arrive as 500). Understood here, and not
 * quoted. Undefined: what any answer of its status means.
 */
export function countsRefusalOf(answer: HttpAnswer): Result<never> | undefined {
  const { status } = answer;
  if (status < 400) return undefined;
  const origin = originOf(answer.url);
  const said = answer.text.slice(0, 500);
  if (/processor not found|finding generators|empty ring/i.test(said))
    return fail(
      'unsupported',
      `${origin} has no TraceQL metrics.`,
      'Before version 3 Tempo’s metrics generator needs the processor local-blocks for them.',
    );
  if (status === 404 || (status === 400 && /parse error|syntax error|unknown/i.test(said)))
    return fail(
      'unsupported',
      `${origin} has no TraceQL metrics.`,
      'Tempo has them since version 2.4; this may be an older one, or another program that imitates it.',
    );
  if (/time range must be within/i.test(said))
    return fail(
      'unsupported',
      `${origin} has TraceQL metrics of recent traces alone.`,
      'With flush_to_storage in its local-blocks processor it has those of older ones as well.',
    );
  if (/exceeds the maximum allowed duration|is too small, minimum step/i.test(said))
    return fail(
      'tooLarge',
      `${origin} counts no stretch that long at once.`,
      'Its query_frontend.metrics.max_duration is shorter than three hours.',
    );
  return undefined;
}
