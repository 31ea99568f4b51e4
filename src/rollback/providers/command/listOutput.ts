import * as v from 'valibot';
import type { Result } from '../../../domain/result.ts';
import { fail, ok } from '../../../domain/result.ts';
import { ratio, unixMillis } from '../../../domain/units.ts';
import type { DeployedRelease, DeployState } from '../../ports.ts';

/** Ids that may become an argument of a program (docs/security.md): never an option, never white space. */
export const releaseId = /^[A-Za-z0-9][A-Za-z0-9._:@+/-]{0,199}$/;

const text = v.pipe(v.string(), v.maxLength(300));
const release = v.object({
  id: v.pipe(v.string(), v.regex(releaseId, 'has characters that an id may not have')),
  version: text,
  commit: v.optional(v.nullable(text)),
  weight: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  createdAt: v.optional(v.nullable(v.union([v.string(), v.number()]))),
  current: v.boolean(),
});
const shape = v.object({
  schema: v.literal(1, 'schema must be 1'),
  state: v.unknown(),
  releases: v.pipe(v.array(release), v.maxLength(500)),
});

/** What `list` prints (docs/product.md, "Environments and connections"), decoded. */
export function decodeListOutput(output: string, versionPattern?: string): Result<DeployState> {
  let json: unknown;
  try {
    json = JSON.parse(output);
  } catch {
    return broken('it printed no JSON');
  }
  const parsed = v.safeParse(shape, json);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    return broken(`${v.getDotPath(issue) ?? 'the answer'}: ${issue.message}`);
  }
  const { state, releases } = parsed.output;
  if (state === undefined || state === null) return broken('state is missing');
  const ids = new Set(releases.map((r) => r.id));
  if (ids.size !== releases.length) return broken('two releases have one id');
  const pattern = versionPattern === undefined ? undefined : new RegExp(versionPattern, 'u');
  return ok({
    state: typeof state === 'string' ? state : JSON.stringify(state),
    releases: releases.map((r): DeployedRelease => {
      const createdAt = moment(r.createdAt);
      return {
        id: r.id,
        version: pattern === undefined ? r.version : (pattern.exec(r.version)?.[1] ?? r.version),
        weight: ratio(r.weight),
        current: r.current,
        ...(typeof r.commit === 'string' ? { commit: r.commit } : {}),
        ...(createdAt === undefined ? {} : { createdAt: unixMillis(createdAt) }),
      };
    }),
  });
}

function moment(value: string | number | null | undefined): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : value;
  return typeof at === 'number' && Number.isFinite(at) ? at : undefined;
}

const broken = (what: string): Result<never> =>
  fail(
    'invalid',
    `the target's list command answered something else than releases: ${what}`,
    'It must print {"schema":1, "state":…, "releases":[{"id","version","weight","current"}]}.',
  );
