import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { PrometheusApi } from './api.ts';
import type { Catalogue, KnownService } from './catalogue.ts';
import { labelsOf } from './discovery.ts';
import { serviceOf } from './readRow.ts';
import { byLabels, selector } from './selector.ts';

export interface LaterOperations {
  /** Services as they were known, with the groups of calls that they have now. */
  readonly services: ReadonlyMap<ServiceKey, KnownService>;
  /** There is a service that isn't known yet. */
  readonly newService: boolean;
}

/** What services have begun to do since the look at the backend: one question for each convention in use. */
export async function laterOperations(
  api: PrometheusApi,
  catalogue: Pick<Catalogue, 'services'>,
  signal: AbortSignal,
): Promise<Result<LaterOperations>> {
  const byCalls = new Map<string, KnownService[]>();
  for (const known of catalogue.services.values())
    byCalls.set(known.found.calls, [...(byCalls.get(known.found.calls) ?? []), known]);
  const services = new Map<ServiceKey, KnownService>();
  let newService = false;
  for (const all of byCalls.values()) {
    const [{ found } = {}] = all;
    if (found === undefined) continue;
    const rows = await api.query(
      `group ${byLabels(labelsOf(found))} (${selector(found.calls, found.matchers)})`,
      signal,
    );
    if (!rows.ok) return rows;
    const own = new Map<ServiceKey, KnownService['rows'][number][]>();
    for (const { labels } of rows.value) {
      const service = serviceOf(found, labels);
      newService ||= service !== '' && !service.endsWith('/') && !catalogue.services.has(service);
      const group = own.get(service);
      if (group === undefined) own.set(service, [labels]);
      else group.push(labels);
    }
    for (const known of all)
      services.set(known.service, { ...known, rows: own.get(known.service) ?? [] });
  }
  return ok({ services, newService });
}
