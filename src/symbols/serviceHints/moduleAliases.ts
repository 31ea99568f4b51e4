import { parse, type ParseError } from 'jsonc-parser';
import { joinPath } from '../frameworks/families/family.ts';

/** Another name for modules: `@app/*`, with where it leads to. */
export interface ModuleAlias {
  /** As imports write it; a `*` stands for the rest. */
  readonly pattern: string;
  /** Absolute paths without an ending, the first that exists counts; a `*` takes the rest. */
  readonly targets: readonly string[];
  /** Absolute folder whose files use it; absent: all. */
  readonly covers?: string;
}

/** `paths` and `baseUrl` of a tsconfig.json or jsconfig.json: https://www.typescriptlang.org/tsconfig/#paths */
export function readTsconfigAliases(text: string, folder: string): readonly ModuleAlias[] {
  const options = record(record(commentedJson(text))['compilerOptions']);
  const { baseUrl } = options;
  const base = typeof baseUrl === 'string' ? joinPath(folder, baseUrl) : folder;
  const aliases = Object.entries(record(options['paths'])).map(
    ([pattern, targets]): ModuleAlias => ({
      pattern,
      targets: (Array.isArray(targets) ? targets : [])
        .filter((t): t is string => typeof t === 'string')
        .map((t) => joinPath(base, t)),
      covers: folder,
    }),
  );
  return typeof baseUrl === 'string'
    ? [...aliases, { pattern: '*', targets: [`${base}/*`], covers: folder }]
    : aliases;
}

/**
 * A package's own name, for its siblings in a monorepo, and its `imports` (`#lib/*`). What its manifest names is mostly built: the source
 * is looked for beside it. https://nodejs.org/api/packages.html#subpath-imports
 */
export function readPackageAliases(
  json: Readonly<Record<string, unknown>>,
  folder: string,
): readonly ModuleAlias[] {
  const { name } = json;
  const aliases: ModuleAlias[] = [];
  for (const [pattern, target] of Object.entries(record(json['imports']))) {
    const path = firstPath(target);
    if (path !== undefined)
      aliases.push({ pattern, targets: sourcesOf(folder, path), covers: folder });
  }
  if (typeof name !== 'string') return aliases;
  const entries = [json['source'], firstPath(record(json['exports'])['.'] ?? json['exports'])]
    .concat([json['main'], json['module'], json['types']])
    .filter((entry): entry is string => typeof entry === 'string')
    .flatMap((entry) => sourcesOf(folder, entry));
  aliases.push({ pattern: name, targets: [...entries, `${folder}/src/index`, `${folder}/index`] });
  for (const [key, target] of Object.entries(record(json['exports']))) {
    const path = firstPath(target);
    if (key.startsWith('./') && path !== undefined)
      aliases.push({ pattern: name + key.slice(1), targets: sourcesOf(folder, path) });
  }
  aliases.push({ pattern: `${name}/*`, targets: [`${folder}/*`, `${folder}/src/*`] });
  return aliases;
}

/** `./dist/users.js` → also `src/users`, where it was built from. */
function sourcesOf(folder: string, path: string): string[] {
  const plain = joinPath(folder, path).replace(/(?:\.d)?\.[cm]?[jt]s$/, '');
  const source = plain.replace(/\/(?:dist|build|lib|out)\/(?:esm\/|cjs\/|src\/)?/, '/src/');
  return source === plain ? [plain] : [source, plain];
}

/** The first path of conditions: `{ "import": { "types": …, "default": … } }`. */
function firstPath(target: unknown, depth = 0): string | undefined {
  if (typeof target === 'string') return target.startsWith('.') ? target : undefined;
  if (depth > 4) return undefined;
  for (const inner of Object.values(record(target))) {
    const found = firstPath(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** JSON with comments and trailing commas; what isn't that says nothing. */
function commentedJson(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  return errors.length === 0 ? value : undefined;
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
