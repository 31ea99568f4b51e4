import type { LanguageId } from '../../domain/functionDecl.ts';
import { csharp } from './csharp.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { kotlin } from './kotlin.ts';
import { javascript } from './javascript.ts';
import { javascriptreact } from './javascriptreact.ts';
import type { LanguageDefinition } from './language.ts';
import { php } from './php.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import { rust } from './rust.ts';
import { typescript } from './typescript.ts';
import { typescriptreact } from './typescriptreact.ts';

/** Every language: a new one is a file and a line here. */
export const languages: readonly LanguageDefinition[] = [
  typescript,
  typescriptreact,
  javascript,
  javascriptreact,
  python,
  go,
  java,
  kotlin,
  rust,
  csharp,
  ruby,
  php,
];

export const languageIds: readonly LanguageId[] = languages.map((language) => language.id);

const byId = new Map(languages.map((language) => [language.id, language]));
const byExtension = new Map(
  languages.flatMap((language) => language.extensions.map((e) => [e, language.id] as const)),
);

/** Throws for a language that isn't in the registry. */
export function languageOf(id: LanguageId): LanguageDefinition {
  const found = byId.get(id);
  if (found === undefined) throw new Error(`no language ${id}`);
  return found;
}

/** Where a grammar's file is installed, below node_modules: what the build copies. */
export function grammarFolderOf(fileName: string): string {
  const language = languages.find(({ grammar }) => fileName === `tree-sitter-${grammar}.wasm`);
  return language?.grammarFolder ?? '@vscode/tree-sitter-wasm/wasm';
}

export const isLanguageId = (id: string): boolean => byId.has(id);

/** Language of a file by its name; undefined: not a file we read. */
export function languageOfPath(path: string): LanguageId | undefined {
  const dot = path.lastIndexOf('.');
  if (dot < 0) return undefined;
  return byExtension.get(path.slice(dot).toLowerCase());
}

const testFolder =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|(?:\w+[-_])?e2e(?:[-_]tests?)?|cypress|playwright|(?:integration|unit|app)[-_]tests?|testdata|src\/[a-z]\w*Tests?)\//;

/** Code that production doesn't run: never an owner while there is another. */
export function isTestPath(relativePath: string): boolean {
  if (testFolder.test(relativePath)) return true;
  const language = languageOfPath(relativePath);
  return language !== undefined && languageOf(language).testFiles?.test(relativePath) === true;
}
