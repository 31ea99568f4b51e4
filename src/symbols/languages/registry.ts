import type { LanguageId } from '../../domain/functionDecl.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { javascript } from './javascript.ts';
import { javascriptreact } from './javascriptreact.ts';
import type { LanguageDefinition } from './language.ts';
import { python } from './python.ts';
import { typescript } from './typescript.ts';
import { typescriptreact } from './typescriptreact.ts';

/** Every language; VS Code's language ids are the keys, so a forgotten one is a compile error. */
const languages: Readonly<Record<LanguageId, LanguageDefinition>> = {
  typescript,
  typescriptreact,
  javascript,
  javascriptreact,
  python,
  go,
  java,
};

const byExtension = new Map(
  Object.values(languages).flatMap((l) => l.extensions.map((e) => [e, l.id] as const)),
);

export const languageOf = (id: LanguageId): LanguageDefinition => languages[id];

export const isLanguageId = (id: string): id is LanguageId => Object.hasOwn(languages, id);

/** Language of a file by its name; undefined: not a file we read. */
export function languageOfPath(path: string): LanguageId | undefined {
  const dot = path.lastIndexOf('.');
  if (dot < 0) return undefined;
  return byExtension.get(path.slice(dot).toLowerCase());
}
