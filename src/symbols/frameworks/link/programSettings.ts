import {
  argument,
  isList,
  isName,
  receiverOf,
  renderExpr,
  type CallExpr,
  type Expr,
} from '../expression.ts';
import type { ControllerFramework } from '../controllerFramework.ts';
import type { Evaluator } from './evaluator.ts';
import { ExcludedPaths } from './excludedPaths.ts';
import type { LinkedFile } from './linkedFile.ts';
import { ownCalls } from './programStarts.ts';
import { sourceOf } from './sources.ts';
import { concat, known, type Text } from './text.ts';

/** Calls that change all routes of a program: global prefix, versioning. */
export interface ProgramSettings {
  /** Global prefix for a controller's path (without version) and method. */
  readonly prefixFor: (file: LinkedFile, path: Text, method: string) => Text;
  /** Version segments of a class: an empty one where it has none, or they aren't in the path. */
  readonly versionsOf: (file: LinkedFile, annotations: readonly CallExpr[]) => readonly Text[];
  readonly methodVersions: (file: LinkedFile, method: number) => readonly Text[] | undefined;
}

interface Call {
  readonly file: LinkedFile;
  readonly scope: number;
  readonly call: CallExpr;
}

const unversioned: readonly Text[] = [known('')];

export function programSettings(
  evaluator: Evaluator,
  framework: ControllerFramework,
  starts: readonly LinkedFile[],
): ProgramSettings {
  const { settings } = framework;
  const versioning = settings?.versioning;
  const prefixes = ownCalls(callsOf(evaluator, settings?.globalPrefix?.member), starts);
  const versionings = ownCalls(callsOf(evaluator, versioning?.member), starts);

  /** What leads a version; undefined where versions aren't in the path. */
  const versionPrefix = (file: LinkedFile): Text | undefined => {
    const found = versionings(file);
    if (versioning === undefined || found === undefined) return undefined;
    const type = argument(found.call, versioning.type);
    if (type !== undefined && !versioning.uri.test(renderExpr(type))) return undefined;
    const prefix = argument(found.call, versioning.prefix);
    if (isName(prefix) && prefix.name === 'false') return known('');
    return prefix === undefined
      ? known(versioning.defaultPrefix)
      : evaluator.text(found.file, found.scope, prefix);
  };
  const segments = (
    file: LinkedFile,
    given: { readonly file: LinkedFile; readonly scope: number; readonly expr: Expr },
  ): readonly Text[] => {
    const prefix = versionPrefix(file);
    if (versioning === undefined || prefix === undefined) return unversioned;
    const whole = sourceOf(evaluator, given.file, given.scope, given.expr) ?? given;
    const list = isList(whole.expr) ? whole.expr.list : [whole.expr];
    return list.map((version) =>
      isName(version) && versioning.neutral.test(version.name)
        ? known('')
        : concat(prefix, evaluator.text(whole.file, whole.scope, version)),
    );
  };
  return {
    prefixFor: (file, path, method) => {
      const wanted = settings?.globalPrefix;
      const found = prefixes(file);
      if (wanted === undefined || found === undefined) return known('');
      const exclude = argument(found.call, wanted.exclude);
      const excluded =
        exclude === undefined
          ? 'no'
          : new ExcludedPaths(evaluator, found.file, found.scope, exclude, wanted.anyMethod).has(
              path,
              method,
            );
      if (excluded === 'yes') return known('');
      const text = evaluator.text(found.file, found.scope, argument(found.call, wanted.path));
      return excluded === 'no' ? text : { text: '', unresolved: excluded };
    },
    versionsOf: (file, annotations) => {
      if (versioning === undefined) return unversioned;
      const own = annotations
        .map((a) => argument(a, versioning.classVersion))
        .find((v) => v !== undefined);
      if (own !== undefined) return segments(file, { file, scope: -1, expr: own });
      const call = versionings(file);
      const otherwise = call === undefined ? undefined : argument(call.call, versioning.otherwise);
      return call === undefined || otherwise === undefined
        ? unversioned
        : segments(file, { ...call, expr: otherwise });
    },
    methodVersions: (file, method) => {
      const own = file
        .decoratorsOf(method)
        .find((call) => renderExpr(call.call) === versioning?.methodAnnotation);
      const expr = own?.args[0];
      return expr === undefined ? undefined : segments(file, { file, scope: method, expr });
    },
  };
}

function callsOf(evaluator: Evaluator, member: string | undefined): Call[] {
  if (member === undefined) return [];
  const found: Call[] = [];
  for (const file of evaluator.files.values())
    if (!file.inTest)
      for (const { scope, call } of file.facts.calls)
        if (receiverOf(call)?.member === member) found.push({ file, scope, call });
  return found;
}
