import type { Probe } from './probe.ts';

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
export const recognisedOnly: readonly Probe[] = [tempo];
