import * as v from 'valibot';
import type { Probe } from '../probe.ts';

/** Without the list it may be anything that answers an empty object: the older interface then tells. */
const v3 = v.strictObject({ services: v.array(v.string()) });
const v1 = v.looseObject({
  data: v.nullable(v.array(v.string())),
  total: v.number(),
  errors: v.nullable(v.array(v.unknown())),
});

/** Jaeger's query service: the stable interface, else the one of its user interface. https://www.jaegertracing.io/docs/latest/architecture/apis/ */
export const jaegerProbe: Probe = {
  backend: { kind: 'jaeger', signal: 'traces' },
  title: 'Jaeger',
  dataSourceTypes: ['jaeger'],
  bases: ['', '/jaeger'],
  paths: ['/api/v3/services', '/api/services'],
  read: (json) => {
    const stable = v.safeParse(v3, json);
    if (stable.success) return { services: stable.output.services };
    const old = v.safeParse(v1, json);
    return old.success ? { services: old.output.data ?? [] } : undefined;
  },
};
