import * as v from 'valibot';
import type { Probe } from './probe.ts';

const health = v.looseObject({ database: v.string(), version: v.optional(v.string()) });

/** https://grafana.com/docs/grafana/latest/developers/http_api/other/#health-api */
const grafana: Probe = {
  title: 'Grafana',
  bases: [''],
  paths: ['/api/health'],
  read: (json) =>
    v.is(health, json)
      ? {
          unsupported:
            'Prodlens can’t ask through Grafana yet: give the address of the data source itself, as Grafana’s “Connections > Data sources” shows it.',
        }
      : undefined,
};

/** https://grafana.com/docs/tempo/latest/api_docs/#query-echo-endpoint */
const tempo: Probe = {
  title: 'Grafana Tempo',
  bases: [''],
  paths: ['/api/echo'],
  read: (_, { text }) =>
    text.trim() === 'echo'
      ? {
          unsupported:
            'Prodlens can’t read traces of Tempo yet. Numbers of its metrics generator can be had: give the address of the Prometheus or Mimir that they are written to.',
        }
      : undefined,
};

/** Programs that people point us at, and that can't be asked yet. */
export const recognisedOnly: readonly Probe[] = [grafana, tempo];
