import { argument, isList, isObject, renderExpr, type CallExpr, type Expr } from '../expression.ts';
import type { ControllerFramework } from '../framework.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { programSettings, type ProgramSettings } from './programSettings.ts';
import { joinRoute, known, type Text } from './text.ts';

interface Mapped {
  readonly file: LinkedFile;
  /** Class the annotation was found in. */
  readonly owner: number;
  readonly method: number;
  readonly name: string;
  readonly signature: string;
  readonly annotation: CallExpr;
}

/** Routes that are annotations on classes and methods, also where an interface above carries them. */
export function* controllerRoutes(
  evaluator: Evaluator,
  framework: ControllerFramework,
  prefixOf: (file: LinkedFile) => string,
): Generator<void, LinkedRoute[]> {
  const routes: LinkedRoute[] = [];
  const settings = programSettings(evaluator, framework);
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family) continue;
    yield;
    const controllers = new Set(
      file.facts.decorators
        .filter((d) => framework.controllers.includes(nameOf(d.call)))
        .map((d) => d.target),
    );
    for (const index of controllers)
      routes.push(...routesOf(evaluator, framework, file, index, settings, prefixOf(file)));
  }
  return routes;
}

export const nameOf = (call: CallExpr): string => renderExpr(call.call);

function routesOf(
  evaluator: Evaluator,
  framework: ControllerFramework,
  file: LinkedFile,
  index: number,
  settings: ProgramSettings,
  contextPath: string,
): LinkedRoute[] {
  const above = [
    { file, index },
    ...(framework.inherited ? evaluator.supertypesOf(file, index) : []),
  ];
  const own = above.map((c) => annotationsOf(c.file, c.index));
  const classPaths = firstPaths(evaluator, framework, above, own) ?? [known('')];
  const versions = settings.versionsOf(file, own[0] ?? []);
  const routes: LinkedRoute[] = [];
  const seen = new Set<string>();
  for (const place of above)
    for (const mapped of mappedMethods(framework, place.file, place.index)) {
      const key = `${mapped.name}(${mapped.signature})`;
      const mark = `${key} ${nameOf(mapped.annotation)} ${mapped.file.path}`;
      if (seen.has(key) && place.index !== index) continue;
      seen.add(mark);
      if (place.index === index && place.file === file) seen.add(key);
      const handler = ownMethod(file, index, mapped) ?? { file: mapped.file, index: mapped.method };
      const paths = textsOf(
        evaluator,
        mapped.file,
        mapped.owner,
        argument(mapped.annotation, framework.methodPath),
      );
      const methodVersions = settings.methodVersions(mapped.file, mapped.method) ?? versions;
      for (const method of methodsOf(framework, mapped.annotation))
        for (const classPath of classPaths)
          for (const path of paths)
            for (const version of methodVersions) {
              const below = joinRoute(classPath, path, 'same');
              const versioned = version === '' ? below : joinRoute(known(version), below, 'same');
              const prefix = settings.prefixFor(file, below.text);
              const whole = joinRoute(
                joinRoute(known(contextPath), prefix, 'same'),
                versioned,
                'same',
              );
              const line = mapped.annotation.line;
              routes.push({
                framework: framework.id,
                method,
                path: whole,
                handler,
                file: mapped.file,
                line,
              });
            }
    }
  return routes;
}

const annotationsOf = (file: LinkedFile, target: number): CallExpr[] =>
  file.facts.decorators.filter((d) => d.target === target).map((d) => d.call);

function firstPaths(
  evaluator: Evaluator,
  framework: ControllerFramework,
  above: readonly { readonly file: LinkedFile; readonly index: number }[],
  own: readonly (readonly CallExpr[])[],
): Text[] | undefined {
  for (const [i, annotations] of own.entries()) {
    const place = above[i];
    const found = annotations.find((a) => framework.classPath.annotations.includes(nameOf(a)));
    if (found !== undefined && place !== undefined)
      return textsOf(evaluator, place.file, place.index, argument(found, framework.classPath.path));
  }
  return undefined;
}

/** One text per path; an absent one is the empty path; `{ path: … }` was read by `argument`. */
function textsOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: number,
  expr: Expr | undefined,
): Text[] {
  if (expr === undefined || isObject(expr)) return [known('')];
  const value = evaluator.evaluate(file, scope, expr);
  if (value?.kind === 'written' && isList(value.expr))
    return value.expr.list.map((e) => evaluator.text(value.file, value.scope, e));
  return [evaluator.text(file, scope, expr)];
}

function mappedMethods(framework: ControllerFramework, file: LinkedFile, owner: number): Mapped[] {
  const found: Mapped[] = [];
  for (const { target, call } of file.facts.decorators) {
    if (file.parentOf(target) !== owner || framework.methods[nameOf(call)] === undefined) continue;
    const decl = file.functions[target];
    if (decl === undefined || decl.kind === 'class') continue;
    const name = decl.name.slice(decl.name.lastIndexOf('.') + 1);
    const signature = file.signature(owner, target);
    found.push({ file, owner, method: target, name, signature, annotation: call });
  }
  return found;
}

/** The controller's own implementation of a method that something above it maps. */
function ownMethod(
  file: LinkedFile,
  index: number,
  mapped: Mapped,
): { readonly file: LinkedFile; readonly index: number } | undefined {
  const candidates = file.methodsNamed(index, mapped.name);
  const same = candidates.find((m) => file.signature(index, m) === mapped.signature);
  const found = same ?? (candidates.length === 1 ? candidates[0] : undefined);
  return found === undefined ? undefined : { file, index: found };
}

function methodsOf(framework: ControllerFramework, annotation: CallExpr): string[] {
  const method = framework.methods[nameOf(annotation)];
  if (method === undefined) return [];
  if (typeof method === 'string') return [method];
  const given = argument(annotation, method.from);
  if (given === undefined) return [method.otherwise];
  const list = isList(given) ? given.list : [given];
  return list.map((m) => renderExpr(m).split('.').at(-1)?.toUpperCase() ?? method.otherwise);
}
