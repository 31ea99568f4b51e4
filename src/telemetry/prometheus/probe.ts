import * as v from 'valibot';
import type { Probe } from '../probe.ts';

const buildInfo = v.object({
  status: v.literal('success'),
  data: v.object({ version: v.string(), application: v.optional(v.string()) }),
});
const constant = v.object({
  status: v.literal('success'),
  data: v.object({ resultType: v.string() }),
});

/**
 * Prometheus and what speaks its HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/. A query must be answered: Mimir has its
 * build information at the root as well, and open to all, but queries below /prometheus only and for whom they are signed in.
 */
export const prometheusProbe: Probe = {
  backend: { kind: 'prometheus', signal: 'metrics' },
  title: 'Prometheus',
  dataSourceTypes: [
    'prometheus',
    'victoriametrics-metrics-datasource',
    'victoriametrics-datasource',
    'grafana-amazonprometheus-datasource',
    'grafana-azureprometheus-datasource',
  ],
  bases: ['', '/prometheus'],
  paths: ['/api/v1/query?query=1'],
  read: (json) => (v.is(constant, json) ? {} : undefined),
  details: [
    {
      path: '/api/v1/status/buildinfo',
      read: (json) => {
        const info = v.safeParse(buildInfo, json);
        if (!info.success) return undefined;
        const { version, application } = info.output.data;
        return {
          ...(application === undefined ? {} : { title: application.slice(0, 60) }),
          version,
        };
      },
    },
  ],
};
