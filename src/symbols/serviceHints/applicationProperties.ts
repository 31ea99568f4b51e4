import { parseAllDocuments } from 'yaml';
import { fillPlaceholders } from './placeholders.ts';
import { propertyKey, type HintFacts, type HintText, type ProgramProperties } from './hints.ts';

interface Section {
  readonly profile: string | undefined;
  readonly values: ReadonlyMap<string, string>;
}

/** `application.properties`, its profiles in the file's name or before the key (`%dev.`). */
export function readProperties(input: HintText & { absoluteFolder: string }): Partial<HintFacts> {
  const sections = new Map<string, Map<string, string>>();
  const whole = profileOfFile(input.relativePath);
  for (const line of input.text
    .replace(/\\\r?\n\s*/g, '')
    .split('\n')
    .slice(0, mostLines)) {
    const pair = /^\s*(?:%([\w-]+)\.)?([\w.[\]"-]+)\s*[=:](.*)$/s.exec(line);
    if (pair !== null) put(sections, pair[1] ?? whole, pair[2] ?? '', (pair[3] ?? '').trim());
  }
  return factsOf(input, sections);
}

/** `application.yml`: documents of one file may be for one profile each; Quarkus has profiles as keys (`"%dev":`). */
export function readYamlProperties(
  input: HintText & { absoluteFolder: string },
): Partial<HintFacts> {
  const sections = new Map<string, Map<string, string>>();
  const whole = profileOfFile(input.relativePath);
  for (const document of parseAllDocuments(input.text)) {
    const values = new Map<string, string>();
    flatten(document.toJS(), '', values, 0);
    const own =
      values.get('spring.config.activate.onprofile') ?? values.get('spring.profiles') ?? whole;
    for (const [key, value] of values) {
      const pair = /^%([\w-]+)\.(.+)$/.exec(key);
      put(sections, pair?.[1] ?? own, pair?.[2] ?? key, value);
    }
  }
  return factsOf(input, sections);
}

const mostLines = 5_000;
const mostValues = 2_000;

const profileOfFile = (relativePath: string): string | undefined =>
  /(?:application|bootstrap)-([\w-]+)\.\w+$/.exec(relativePath)?.[1];

function put(
  sections: Map<string, Map<string, string>>,
  profile: string | undefined,
  key: string,
  value: string,
): void {
  let section = sections.get(profile ?? '');
  if (section === undefined) sections.set(profile ?? '', (section = new Map<string, string>()));
  section.set(propertyKey(key.replace(/"/g, '')), value);
}

function flatten(value: unknown, key: string, into: Map<string, string>, depth: number): void {
  if (depth > 12 || into.size > mostValues) return;
  if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value))
      flatten(inner, propertyKey(key === '' ? name : `${key}.${name}`), into, depth + 1);
  else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    into.set(key, String(value));
}

function factsOf(
  input: HintText & { readonly absoluteFolder: string },
  written: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Partial<HintFacts> {
  const covers = input.absoluteFolder
    .replace(/\/src\/main\/resources(?:\/.*)?$/, '')
    .replace(/\/config$/, '');
  const sections = [...written].map(([profile, values]): Section => ({
    profile: profile === '' ? undefined : profile,
    values,
  }));
  const shared = sections.find((s) => s.profile === undefined)?.values ?? new Map<string, string>();
  const filled = sections.map(({ profile, values }): ProgramProperties => {
    const kept: Record<string, string> = {};
    for (const [key, value] of values) {
      const text = fillPlaceholders(
        value,
        (name) => values.get(propertyKey(name)) ?? shared.get(propertyKey(name)),
      );
      if (pathLike.test(text) && !secret.test(key)) kept[key] = text;
    }
    return { covers, ...(profile === undefined ? {} : { profile }), values: kept };
  });
  const name = named
    .map((key) => shared.get(propertyKey(key)))
    .find((value) => value !== undefined && /^[\w./-]+$/.test(value));
  const properties = filled.filter((s) => Object.keys(s.values).length > 0);
  return {
    ...(name === undefined ? {} : { names: [namedBy(input, covers, shared, name)] }),
    ...(properties.length === 0 ? {} : { properties }),
  };
}

/** Properties that name the service itself, by framework. */
const named = [
  'otel.service.name',
  'quarkus.otel.service.name',
  'spring.application.name',
  'quarkus.application.name',
  'micronaut.application.name',
];

function namedBy(
  input: HintText,
  covers: string,
  values: ReadonlyMap<string, string>,
  name: string,
): { name: string; covers: string; source: string; strength: 'telemetry' } {
  const key = named.find((k) => values.get(propertyKey(k)) === name) ?? '';
  return { name, covers, source: `${key} in ${input.relativePath}`, strength: 'telemetry' };
}

/** Only what may be a part of a path, or a list of topics, is kept, and nothing that may be secret. */
const pathLike =
  /^(?=.{0,120}$)(?:\/?[\w.~-]*(?:\/[\w.~{}:*-]*)*|[\w.-]+(?:\s*,\s*[\w.-]+)+)$|\$\{/;
const secret = /pass|secret|token|credential|apikey|privatekey/;
