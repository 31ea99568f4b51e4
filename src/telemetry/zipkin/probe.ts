import * as v from 'valibot';
import type { Probe } from '../probe.ts';

const services = v.array(v.string());

/** Zipkin's API v2, https://zipkin.io/zipkin-api/; its user interface lies below /zipkin. */
export const zipkinProbe: Probe = {
  backend: { kind: 'zipkin', signal: 'traces' },
  title: 'Zipkin',
  dataSourceTypes: ['zipkin'],
  bases: ['', '/zipkin'],
  paths: ['/api/v2/services'],
  read: (json) => (v.is(services, json) ? { services: json } : undefined),
};
