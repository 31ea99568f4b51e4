import {
  argument,
  isList,
  isObject,
  receiverOf,
  renderExpr,
  type CallExpr,
  type Expr,
} from '../expression.ts';
import type { ControllerFramework } from '../framework.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { known, type Text } from './text.ts';

/** Calls that change all routes of a program: global prefix, versioning. */
export interface ProgramSettings {
  /** Global prefix for a controller's path (without version). */
  readonly prefixFor: (file: LinkedFile, path: string) => Text;
  /** Version segments of a class: [''] where versions aren't in the path. */
  readonly versionsOf: (file: LinkedFile, annotations: readonly CallExpr[]) => readonly string[];
  readonly methodVersions: (file: LinkedFile, method: number) => readonly string[] | undefined;
}

interface Call {
  readonly file: LinkedFile;
  readonly scope: number;
  readonly call: CallExpr;
}

export function programSettings(
  evaluator: Evaluator,
  framework: ControllerFramework,
): ProgramSettings {
  const { settings } = framework;
  const prefixes = callsOf(evaluator, settings?.globalPrefix?.member);
  const versionings = callsOf(evaluator, settings?.versioning?.member);

  const versionPrefix = (file: LinkedFile): string | undefined => {
    const wanted = settings?.versioning;
    const found = nearest(versionings, file);
    if (wanted === undefined || found === undefined) return undefined;
    const type = argument(found.call, wanted.type);
    if (type !== undefined && !wanted.uri.test(renderExpr(type))) return undefined;
    const prefix = argument(found.call, wanted.prefix);
    return prefix === undefined ? 'v' : typeof prefix === 'string' ? prefix : '';
  };
  const segments = (file: LinkedFile, given: Expr | undefined): readonly string[] | undefined => {
    const prefix = versionPrefix(file);
    if (prefix === undefined) return [''];
    if (given === undefined) return undefined;
    const list = isList(given) ? given.list : [given];
    return list.map((v) => (typeof v === 'string' ? `${prefix}${v}` : ''));
  };
  return {
    prefixFor: (file, path) => {
      const wanted = settings?.globalPrefix;
      const found = nearest(prefixes, file);
      if (wanted === undefined || found === undefined) return known('');
      if (excluded(argument(found.call, wanted.exclude), path)) return known('');
      return evaluator.text(found.file, found.scope, argument(found.call, wanted.path));
    },
    versionsOf: (file, annotations) => {
      const wanted = settings?.versioning;
      if (wanted === undefined) return [''];
      const given = annotations
        .map((a) => argument(a, wanted.classVersion))
        .find((v) => v !== undefined);
      const found = nearest(versionings, file);
      const otherwise = found === undefined ? undefined : argument(found.call, wanted.otherwise);
      return segments(file, given ?? otherwise) ?? [''];
    },
    methodVersions: (file, method) => {
      const name = settings?.versioning?.methodAnnotation;
      const own = file.facts.decorators.find(
        (d) => d.target === method && renderExpr(d.call.call) === name,
      );
      return own === undefined ? undefined : segments(file, own.call.args[0]);
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

/** The program's own call is the one whose file shares the most folders with the controller. */
function nearest(calls: readonly Call[], file: LinkedFile): Call | undefined {
  let best: Call | undefined;
  let most = -1;
  for (const call of calls) {
    const shared = sharedFolders(call.file.path, file.path);
    if (shared > most) {
      most = shared;
      best = call;
    }
  }
  return best;
}

function sharedFolders(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared += 1;
  return shared;
}

function excluded(exclude: Expr | undefined, path: string): boolean {
  if (!isList(exclude)) return false;
  const bare = (text: string): string => text.replace(/^\/|\/$/g, '');
  return exclude.list.some((e) => {
    const text = typeof e === 'string' ? e : isObject(e) ? e.object['path'] : undefined;
    return typeof text === 'string' && bare(text) === bare(path);
  });
}
