import * as v from 'valibot';
import type { ConnectionSettings } from './schemaConnection.ts';
import { decodeConnection } from './schemaConnection.ts';

/** A deploy target as configured; `settings` is the whole entry, decoded by its provider. */
export interface TargetSettings {
  readonly name: string;
  readonly service: string;
  readonly provider: string;
  readonly settings: unknown;
}

export interface EnvironmentSettings {
  readonly name: string;
  readonly production: boolean;
  readonly select: Readonly<Record<string, string>>;
  readonly targets: readonly TargetSettings[];
  readonly metrics?: ConnectionSettings;
  readonly traces?: ConnectionSettings;
}

/** Names that this version knows: deploy systems, and backends of metrics and of traces. */
export interface KnownNames {
  readonly providers: readonly string[];
  readonly metrics: readonly string[];
  readonly traces: readonly string[];
}

/** A mistake in a setting, with what a person can do about it. */
export interface SettingProblem {
  readonly place: string;
  readonly message: string;
  readonly remedy: string;
}

export interface DecodedEnvironments {
  /** In the order of the setting; `local` is always among them, last when it isn't configured. */
  readonly environments: readonly EnvironmentSettings[];
  readonly problems: readonly SettingProblem[];
}

export const localName = 'local';

const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100));
const targetShape = v.object({
  name,
  service: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  provider: v.pipe(v.string(), v.minLength(1)),
});
const environmentShape = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60)),
  production: v.optional(v.boolean(), false),
  select: v.optional(v.record(v.string(), v.string()), {}),
  targets: v.optional(v.array(v.unknown()), []),
});

/** Decodes `prodlens.environments`. A wrong entry is left out and named; the others stay usable. */
export function decodeEnvironments(value: unknown, known: KnownNames): DecodedEnvironments {
  const problems: SettingProblem[] = [];
  const environments: EnvironmentSettings[] = [];
  if (!Array.isArray(value)) {
    if (value !== undefined)
      problems.push({
        place: 'prodlens.environments',
        message: 'is not a list',
        remedy: 'Write a list of environments: [{"name": "production", …}].',
      });
    return { environments: [builtInLocal], problems };
  }
  value.forEach((entry: unknown, index) => {
    const place = `prodlens.environments[${index}]`;
    const parsed = v.safeParse(environmentShape, entry);
    if (!parsed.success) {
      problems.push(problemOf(place, parsed.issues[0]));
      return;
    }
    const { name: environment, production, select, targets } = parsed.output;
    if (environments.some((other) => other.name === environment)) {
      problems.push({
        place,
        message: `there are two environments called ${environment}`,
        remedy: 'Give each its own name; the first one is used.',
      });
      return;
    }
    environments.push({
      name: environment,
      production,
      select,
      targets: decodeTargets(targets, `${place}.targets`, known.providers, problems),
      ...connectionsOf(entry as object, environment, place, known, problems),
    });
  });
  if (!environments.some((e) => e.name === localName)) environments.push(builtInLocal);
  return { environments, problems };
}

/** A wrong connection is left out: an environment without numbers says so, one with those of another backend would not. */
function connectionsOf(
  entry: object,
  environment: string,
  place: string,
  known: KnownNames,
  problems: SettingProblem[],
): Pick<EnvironmentSettings, 'metrics' | 'traces'> {
  const found: { metrics?: ConnectionSettings; traces?: ConnectionSettings } = {};
  for (const signal of ['metrics', 'traces'] as const) {
    const value = (entry as Readonly<Record<string, unknown>>)[signal];
    if (value === undefined) continue;
    const here = `${place}.${signal}`;
    if (environment === localName) {
      problems.push({
        place: here,
        message: `belongs to no backend: ${localName} is the receiver of this machine`,
        remedy: 'Give the environment of a backend another name.',
      });
      continue;
    }
    const decoded = decodeConnection(value, known[signal]);
    if ('url' in decoded) found[signal] = decoded;
    else
      problems.push({
        place: decoded.part === '' ? here : `${here}.${decoded.part}`,
        message: decoded.message,
        remedy: `Correct it in the setting prodlens.environments: {"kind": "…", "url": "https://…"}.`,
      });
  }
  return found;
}

const builtInLocal: EnvironmentSettings = {
  name: localName,
  production: false,
  select: {},
  targets: [],
};

function decodeTargets(
  entries: readonly unknown[],
  place: string,
  providers: readonly string[],
  problems: SettingProblem[],
): readonly TargetSettings[] {
  const targets: TargetSettings[] = [];
  entries.forEach((entry, index) => {
    const here = `${place}[${index}]`;
    const parsed = v.safeParse(targetShape, entry);
    if (!parsed.success) problems.push(problemOf(here, parsed.issues[0]));
    else if (!providers.includes(parsed.output.provider))
      problems.push({
        place: `${here}.provider`,
        message: `no deploy provider is called ${parsed.output.provider}`,
        remedy: `Use one of: ${providers.join(', ')}.`,
      });
    else if (targets.some((other) => other.name === parsed.output.name))
      problems.push({
        place: `${here}.name`,
        message: `there are two targets called ${parsed.output.name}`,
        remedy: 'Give each its own name; the first one is used.',
      });
    else targets.push({ ...parsed.output, settings: entry });
  });
  return targets;
}

function problemOf(place: string, issue: v.BaseIssue<unknown>): SettingProblem {
  const path = v.getDotPath(issue);
  return {
    place: path === null ? place : `${place}.${path}`,
    message: issue.message,
    remedy: 'Correct it in the setting prodlens.environments.',
  };
}

/** The environment in use: the one a person chose, else the setting's, else the first configured, else `local`. */
export function selectEnvironment(
  decoded: DecodedEnvironments,
  chosen: string | undefined,
  setting: string,
): EnvironmentSettings {
  const byName = (wanted: string | undefined): EnvironmentSettings | undefined =>
    decoded.environments.find((e) => e.name === wanted);
  return byName(chosen) ?? byName(setting) ?? decoded.environments[0] ?? builtInLocal;
}
