import * as v from 'valibot';
import type { Deployment } from './deployment.ts';

const deploymentSchema = v.object({
  id: v.number(),
  sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/)),
  created_at: v.string(),
  ref: v.nullish(v.string()),
  environment: v.nullish(v.string()),
  description: v.nullish(v.string()),
  payload: v.unknown(),
});
const statusSchema = v.object({ state: v.string() });

const versionKey =
  /^(?:(?:app|service|release|image|docker|git|build)_?)?(?:version|tag|image|release|build)(?:_?(?:number|name|id))?$/;
const serviceKey = /^(?:service|app|application|component|project)(?:_?name)?$/;
/** What was there before, or a change of what runs that names both sides. */
const before = /prev|from|old|last|before|prior|base|rollback|revert|replac/;

/** One row of https://docs.github.com/en/rest/deployments/deployments#list-deployments; nothing where it isn't one. */
export function decodeDeployment(value: unknown): readonly Deployment[] {
  const read = v.safeParse(deploymentSchema, value);
  if (!read.success) return [];
  const { id, sha: commit, ref, environment, description } = read.output;
  const createdAt = Date.parse(read.output.created_at);
  if (Number.isNaN(createdAt)) return [];
  const payload = fieldsOf(read.output.payload);
  const named = (wanted: RegExp): readonly string[] =>
    payload.flatMap(([key, text]) => (wanted.test(key) ? [text] : []));
  const others = payload.flatMap(([key, text]) =>
    versionKey.test(key) || before.test(key) ? [] : [text],
  );
  const texts = [description ?? '', ...others].filter((text) => !before.test(text.toLowerCase()));
  return [
    {
      id,
      commit,
      createdAt,
      ref: ref ?? '',
      versions: named(versionKey),
      services: named(serviceKey),
      environment: environment ?? '',
      texts,
    },
  ];
}

/** A payload is whatever the deploying program gave: an object, or a text that may be JSON. Keys in lower case with `_`. */
function fieldsOf(payload: unknown): readonly (readonly [string, string])[] {
  if (typeof payload === 'string') {
    const object = objectIn(payload);
    return object === undefined ? [['', payload.slice(0, 1_000)]] : fieldsOf(object);
  }
  if (typeof payload !== 'object' || payload === null) return [];
  return Object.entries(payload)
    .slice(0, 50)
    .flatMap(([key, one]: [string, unknown]) =>
      typeof one === 'string' || typeof one === 'number'
        ? [[keyOf(key), String(one).slice(0, 200)] as const]
        : [],
    );
}

const keyOf = (key: string): string =>
  key
    .slice(0, 100)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether what was deployed came to run, by https://docs.github.com/en/rest/deployments/statuses; undefined: nobody says. */
export function hasSucceeded(statuses: readonly unknown[]): boolean | undefined {
  const states = statuses.flatMap((status) => {
    const read = v.safeParse(statusSchema, status);
    return read.success ? [read.output.state] : [];
  });
  return states.length === 0 ? undefined : states.includes('success');
}
