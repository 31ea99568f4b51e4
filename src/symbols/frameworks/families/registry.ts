import type { RuntimeScopes } from '../../../domain/workspace.ts';
import { languageIds, languageOf, languageOfPath } from '../../languages/registry.ts';
import { frameworks } from '../registry.ts';
import type { LanguageFamily } from './family.ts';
import { csharpFamily } from './csharp.ts';
import { goFamily } from './go.ts';
import { javaFamily } from './java.ts';
import { javascriptFamily } from './javascript.ts';
import { phpFamily } from './php.ts';
import { pythonFamily } from './python.ts';
import { rubyFamily } from './ruby.ts';
import { rustFamily } from './rust.ts';

/** Every family: a new one is a file and a line here; its languages name it. */
export const families: readonly LanguageFamily[] = [
  javascriptFamily,
  pythonFamily,
  javaFamily,
  goFamily,
  rustFamily,
  csharpFamily,
  rubyFamily,
  phpFamily,
];

const byId = new Map(families.map((family) => [family.id, family]));
const byLanguage = new Map(languageIds.map((id) => [id, byId.get(languageOf(id).family)]));

/** undefined: the language has functions, but nothing is known of its frameworks. */
export const familyOf = (language: string): LanguageFamily | undefined => byLanguage.get(language);

export function familyOfPath(path: string): LanguageFamily | undefined {
  const language = languageOfPath(path);
  return language === undefined ? undefined : byLanguage.get(language);
}

/** What attribution must know of each family's instrumentations. */
export const runtimes: readonly RuntimeScopes[] = families.map(({ id, instrumentation }) => ({
  ...instrumentation,
  ...scopesOf('scopes', id, instrumentation.scopes),
  ...scopesOf('libraries', id, instrumentation.libraries),
  routeScopes: frameworks.flatMap((framework) =>
    framework.kind === 'router' && framework.family === id && framework.routeScopes !== undefined
      ? [{ scopes: framework.routeScopes, framework: framework.id }]
      : [],
  ),
  extensions: languageIds
    .map(languageOf)
    .filter((language) => language.family === id)
    .flatMap((language) => language.extensions),
}));

/** The family's own pattern, and those of its frameworks. */
function scopesOf(
  name: 'scopes' | 'libraries',
  family: string,
  own: RegExp | undefined,
): Partial<RuntimeScopes> {
  const all = [
    own,
    ...frameworks.map((f) => (f.family === family ? f.instrumentation : undefined)),
  ];
  const sources = all.flatMap((pattern) => (pattern === undefined ? [] : [pattern.source]));
  return sources.length === 0 ? {} : { [name]: new RegExp(sources.join('|')) };
}
