import type { Result } from '../../../domain/result.ts';
import { fail } from '../../../domain/result.ts';
import type { HttpAnswer } from '../../../http/exchange.ts';
import { isPage } from '../../../http/answerFailure.ts';
import type { DecodeAway } from '../../decodeContract.ts';
import { decodeRows } from '../../decoding.ts';
import type { Api } from '../../traces/api.ts';
import { spmRows, type SpmRow } from './wire.ts';

export interface SpmQuestion {
  readonly what: 'calls' | 'errors' | 'latencies';
  /** As Jaeger has them. */
  readonly services: readonly string[];
  /** Of the last point, Unix milliseconds. */
  readonly end: number;
  /** From the first point to the last, milliseconds. */
  readonly lookback: number;
  readonly step: number;
  /** What each point is the mean of. Jaeger cuts it to its largest unit: whole hours, or under an hour whole minutes. */
  readonly ratePer: number;
  /** Of `latencies`, two digits. */
  readonly quantile?: number;
}

/** Jaeger has no metrics to ask for. */
export const noMetrics = 'noMetrics';

/**
 * Jaeger's Service Performance Monitoring, `/api/metrics`: its own questions to a Prometheus, which it doesn't hand on as they are. Calls of
 * kind `server`, by service and span name; calls per second, the share of failed ones, durations in the unit of the metric.
 */
export async function askSpm(
  api: Api,
  { what, services, end, lookback, step, ratePer, quantile }: SpmQuestion,
  decodeAway: DecodeAway | undefined,
  signal: AbortSignal,
): Promise<Result<readonly SpmRow[] | typeof noMetrics>> {
  const answer = await api.get(
    `/api/metrics/${what}`,
    [
      ...services.map((service) => ['service', service] as const),
      ['groupByOperation', 'true'],
      ['spanKind', 'server'],
      ['endTs', String(Math.floor(end))],
      ['lookback', String(lookback)],
      ['step', String(step)],
      ['ratePer', String(ratePer)],
      ...(quantile === undefined ? [] : [['quantile', quantile.toFixed(2)] as const]),
    ],
    signal,
  );
  if (!answer.ok) return answer;
  if (hasNone(answer.value)) return { ok: true, value: noMetrics };
  if (answer.value.status === 500)
    return fail(
      'invalid',
      'Jaeger can’t read its span metrics: the Prometheus behind it fails or doesn’t answer.',
      'Look at Jaeger’s own log, and at the Prometheus that its metrics storage names.',
    );
  return decodeRows(answer.value, spmRows, decodeAway, signal);
}

/** 501 without a metrics storage; older ones, and programs that imitate Jaeger, have no such interface: 404, or the page of every path. */
const hasNone = (answer: HttpAnswer): boolean =>
  answer.status === 501 || answer.status === 404 || (answer.status < 300 && isPage(answer));

/** Jaeger puts names into a regular expression as they are: those that would mean something else there aren't asked for. */
export const canAskFor = (service: string): boolean =>
  service !== '' && service.length <= 200 && !/[\\^$*+?()[\]{}|]/.test(service);
