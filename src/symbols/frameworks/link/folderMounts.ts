import { argument, isCall, isList, isName, isObject, type Arg, type Expr } from '../expression.ts';
import type { FolderPattern } from '../routerFramework.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { parentOf } from '../families/family.ts';
import { pluginOf, type Mount, type MountCall } from './mounts.ts';
import { placeText } from './places.ts';
import { sourceOf, type Source } from './sources.ts';
import { joinRoute, known, type Text } from './text.ts';

const mostFiles = 5_000;

/** The routers of all files that a folder loader takes, with prefixes made from the folders' names. */
export function folderMounts(
  evaluator: Evaluator,
  mount: MountCall,
  pattern: FolderPattern,
): readonly Mount[] {
  const { file, scope, call, framework } = mount;
  const folder = placeText(evaluator, file, scope, argument(call, pattern.folder));
  if (folder === undefined || folder === '' || folder === file.folder) return [];
  const says = (arg: Arg, value: string): boolean => {
    const given = argument(call, arg);
    return typeof given === 'object' && given !== null && 'name' in given && given.name === value;
  };
  const shared = optionsPrefix(evaluator, mount, pattern);
  const ignored = pattern.ignored.flatMap((arg) => patternOf(argument(call, arg)));
  const inside = filesBelow(evaluator, folder, pattern).filter(
    ({ relative }) => !ignored.some((i) => i.test(relative)),
  );
  return inside.flatMap(({ file: loaded, relative }) => {
    if (exportedText(evaluator, loaded, 'autoload') === 'false') return [];
    const exported = loaded.exports.get('default') ?? loaded.exports.get('*');
    const plugin =
      exported === undefined ? undefined : pluginOf(evaluator, framework, loaded, -1, exported);
    if (plugin === undefined) return [];
    if (plugin.unprefixed) return [{ child: plugin.child, prefix: known('') }];
    const names = says(pattern.folderNames, 'false') ? '' : parentOf(`/${relative}`);
    const whole = exportedText(evaluator, loaded, pattern.wholePrefix);
    const own = exportedText(evaluator, loaded, pattern.ownPrefix) ?? names;
    const written = whole === undefined ? joinRoute(shared, known(own), 'same') : known(whole);
    const text = says(pattern.parameters, 'true') ? parameters(written.text) : written.text;
    return [{ child: plugin.child, prefix: { ...written, text: text === '/' ? '' : text } }];
  });
}

/** Files that the loader takes: where a folder has an index, that alone stands for it. */
function filesBelow(
  evaluator: Evaluator,
  folder: string,
  pattern: FolderPattern,
): { readonly file: LinkedFile; readonly relative: string }[] {
  const found: { file: LinkedFile; relative: string; name: string }[] = [];
  const indexed = new Set<string>();
  for (const [path, file] of evaluator.files) {
    if (!path.startsWith(`${folder}/`) || found.length >= mostFiles) continue;
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (file.inTest || !pattern.files.test(name) || pattern.never.test(name)) continue;
    if (pattern.index.test(name)) indexed.add(parentOf(path));
    found.push({ file, relative: path.slice(folder.length + 1), name });
  }
  return found.filter(
    ({ file, name }) => pattern.index.test(name) || !indexed.has(parentOf(file.path)),
  );
}

/** Prefix in the options that every file gets: `options: { prefix: '/api' }`, also merged with others. */
function optionsPrefix(evaluator: Evaluator, mount: MountCall, pattern: FolderPattern): Text {
  const { file, scope, call } = mount;
  const given = argument(call, pattern.options);
  const source =
    given === undefined || given === null ? undefined : sourceOf(evaluator, file, scope, given);
  const found = source === undefined ? undefined : prefixIn(evaluator, source, pattern.prefix);
  return found === undefined ? known('') : evaluator.text(found.file, found.scope, found.expr);
}

function prefixIn(evaluator: Evaluator, source: Source, name: string): Source | undefined {
  const { file, scope, expr } = source;
  const parts = isCall(expr) ? expr.args : [expr];
  let found: Source | undefined;
  for (const part of parts) {
    const at = part === null ? undefined : sourceOf(evaluator, file, scope, part);
    const value = at !== undefined && isObject(at.expr) ? at.expr.object[name] : undefined;
    if (at !== undefined && value !== undefined)
      found = { file: at.file, scope: at.scope, expr: value };
  }
  return found;
}

/** `export const autoPrefix = '/x'`, `plugin.autoPrefix = '/x'`. */
function exportedText(evaluator: Evaluator, file: LinkedFile, name: string): string | undefined {
  const given =
    file.binding(-1, name)?.value ??
    file.facts.bindings.find((b) => b.name.endsWith(`.${name}`))?.value ??
    file.exports.get(name);
  if (given === undefined || given === null) return undefined;
  if (isName(given) && given.name === 'false') return given.name;
  const text = evaluator.text(file, -1, given);
  return text.unresolved === undefined ? text.text : undefined;
}

const parameters = (prefix: string): string =>
  prefix.includes('__') ? prefix.replace(/__/g, ':') : prefix.replace(/\/_/g, '/:');

/** Repeated groups, back references and many open ends take time that grows beyond all bounds with the path. */
const mayTakeLong = (pattern: string): boolean =>
  pattern.length > 200 ||
  /\)[*+{]|\\[1-9k]/.test(pattern) ||
  (pattern.match(/[*+}]/g) ?? []).length > 3;

/** A pattern or text that leaves paths out. One that might take exponential time, or isn't one, leaves out nothing. */
function patternOf(expr: Expr | undefined): RegExp[] {
  if (isList(expr)) return expr.list.flatMap(patternOf);
  const text =
    typeof expr === 'string'
      ? expr
      : typeof expr === 'object' && expr !== null && 'pattern' in expr
        ? /^\/(.*)\/\w*$/s.exec(expr.pattern)?.[1]
        : undefined;
  if (text === undefined || mayTakeLong(text)) return [];
  try {
    return [new RegExp(text)];
  } catch {
    return [];
  }
}
