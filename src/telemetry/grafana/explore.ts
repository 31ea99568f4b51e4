import { queryText } from '../../http/address.ts';
import type { PageLink } from '../ports.ts';
import type { DataSourceAddress } from './address.ts';

/** What is asked on Explore's page: each data source's own form of a query, and a time range in Unix milliseconds. */
export interface Explored {
  readonly queries: readonly Readonly<Record<string, unknown>>[];
  readonly from: number;
  readonly to: number;
}

/**
 * Grafana's Explore on a data source. `panes` of schema 1 (Grafana 10 and later, public/app/features/explore/hooks/useStateSync/migrators/v1.ts);
 * the organisation is left to Grafana: the one that the person has in front.
 */
export function exploreLink(
  { grafana, uid }: DataSourceAddress,
  { queries, from, to }: Explored,
): PageLink {
  const pane = {
    datasource: uid,
    queries: queries.map((query, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: { uid },
      ...query,
    })),
    range: { from: String(Math.floor(from)), to: String(Math.ceil(to)) },
  };
  const search = new URLSearchParams({ schemaVersion: '1', panes: JSON.stringify({ p: pane }) });
  return { title: 'Grafana', url: `${grafana}/explore?${queryText(search)}` };
}
