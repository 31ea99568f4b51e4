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
 * Prometheus and what speaks its HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/#build-information). Mimir serves it
 * below /prometheus and calls itself an application; what has no build information answers a constant.
 */
export const prometheusProbe: Probe = {
  backend: { kind: 'prometheus', signal: 'metrics' },
  title: 'Prometheus',
  bases: ['', '/prometheus'],
  paths: ['/api/v1/status/buildinfo', '/api/v1/query?query=1'],
  read: (json) => {
    const info = v.safeParse(buildInfo, json);
    if (info.success) {
      const { version, application } = info.output.data;
      // Tempo has such an answer at a path of its own, and Loki at this one; neither answers PromQL.
      if (application !== undefined && /\b(?:loki|tempo)\b/i.test(application)) return undefined;
      return { ...(application === undefined ? {} : { title: application.slice(0, 60) }), version };
    }
    return v.is(constant, json) ? {} : undefined;
  },
};
