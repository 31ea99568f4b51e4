import * as v from 'valibot';
import type { Connection, ConnectionProblem } from '../backend.ts';
import type { Convention } from './conventions/convention.ts';
import { decodeConventions } from './conventions/custom.ts';
import { conventions } from './conventions/registry.ts';

/** What a connection to Prometheus may say beside its address (schema in the manifest). */
export interface PrometheusOptions {
  /** In order of preference: a person's own, then those that are known. */
  readonly conventions: readonly Convention[];
  /** Which convention a service's numbers come from, by the service's name; `*` for all others. */
  readonly sources: ReadonlyMap<string, string>;
  readonly problems: readonly ConnectionProblem[];
}

const shape = v.record(v.string(), v.string());

export function decodeOptions({ options = {} }: Connection): PrometheusOptions {
  const own = decodeConventions(options['conventions']);
  const problems = [...own.problems];
  const sources = new Map<string, string>();
  const all = [...own.conventions, ...conventions];
  const parsed = v.safeParse(v.optional(shape, {}), options['sources']);
  if (!parsed.success)
    problems.push({
      path: ['sources'],
      message: 'is no object that gives services the convention of their numbers',
    });
  for (const [service, id] of Object.entries(parsed.success ? parsed.output : {})) {
    const convention = all.find((one) => one.id === id) ?? all.find(({ title }) => title === id);
    if (convention === undefined)
      problems.push({
        path: ['sources', service],
        message: `no convention is called ${id.slice(0, 60)}`,
        remedy: `Use one of: ${all.map((one) => one.id.replace(/^custom: /, '')).join(', ')}.`,
      });
    else sources.set(service, convention.id);
  }
  return { conventions: all, sources, problems };
}
