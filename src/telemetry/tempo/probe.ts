import * as v from 'valibot';
import type { Probe } from '../probe.ts';
import { decodeValues } from './wire.ts';
import { servicesPath } from './valuePaths.ts';

const buildInfo = v.looseObject({ version: v.pipe(v.string(), v.maxLength(60)) });

/**
 * Grafana Tempo's query frontend: https://grafana.com/docs/tempo/latest/api_docs/#query-echo-endpoint. The echo is open to all; whether
 * the traces of a tenant may be read shows when their services are asked for.
 */
export const tempoProbe: Probe = {
  backend: { kind: 'tempo', signal: 'traces' },
  title: 'Grafana Tempo',
  bases: ['', '/tempo'],
  dataSourceTypes: ['tempo'],
  paths: ['/api/echo'],
  read: (_, { text }) => (text.trim() === 'echo' ? {} : undefined),
  details: [
    {
      path: '/api/status/buildinfo',
      read: (json) => {
        const info = v.safeParse(buildInfo, json);
        return info.success ? { version: info.output.version } : undefined;
      },
    },
    {
      path: servicesPath,
      signedIn: true,
      read: (json) => {
        const services = decodeValues(json);
        return services.ok ? { services: services.value } : undefined;
      },
    },
  ],
};
