import * as v from 'valibot';
import { fail, ok } from '../../domain/result.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import { originOf } from '../../http/address.ts';
import type { Probe } from '../probe.ts';
import { classify, decodeDataSources } from './dataSources.ts';

const health = v.looseObject({ database: v.string(), version: v.optional(v.string()) });

const howToSignIn =
  'Make a service account in Grafana (Administration > Users and access > Service accounts) with the role Viewer, and give its token as Bearer token.';

/**
 * Grafana: its data sources are asked through it, by the adapters of their own kinds, with the one token of a service account.
 * https://grafana.com/docs/grafana/latest/developers/http_api/other/#health-api (open to all),
 * https://grafana.com/docs/grafana/latest/developers/http_api/data_source/#get-all-data-sources (needs `datasources:read`: Viewers have it, but
 * for Enterprise and Cloud, where data sources have permissions of their own; pkg/api/accesscontrol.go).
 */
export const grafanaProbe: Probe = {
  title: 'Grafana',
  bases: ['', '/grafana'],
  paths: ['/api/health'],
  read: (json) => {
    const parsed = v.safeParse(health, json);
    if (!parsed.success) return undefined;
    const { version } = parsed.output;
    return version === undefined ? {} : { version };
  },
  async behind(base, get, probes) {
    const answer = await get('/api/datasources');
    if (!answer.ok) return answer;
    const origin = originOf(base);
    if (answer.value.status === 401)
      return fail('refused', `Grafana at ${origin} wants a valid token.`, howToSignIn);
    if (answer.value.status === 403)
      return fail(
        'refused',
        `Grafana at ${origin} doesn’t let this token list data sources.`,
        'Give its service account the role Viewer or, where data sources have permissions, “Data sources: Reader” (datasources:read, datasources:query).',
      );
    const json = jsonOf(answer.value);
    if (!json.ok) return json;
    const sources = decodeDataSources(json.value);
    if (sources === undefined)
      return fail(
        'invalid',
        `Grafana at ${origin} answers something that is no list of data sources.`,
        'Look whether a proxy is between; else tell us Grafana’s version.',
      );
    const found = classify(base, sources, probes);
    if (found.length > 0) return ok(found);
    const types = [...new Set(sources.map(({ type }) => type.slice(0, 60)))].slice(0, 6);
    return fail(
      'unsupported',
      `Grafana at ${origin} shows this token no data source that Prodlens can ask.`,
      types.length === 0
        ? 'It shows none at all: give its service account the permission to query those of metrics and traces.'
        : `It shows: ${types.join(', ')}.`,
    );
  },
};
