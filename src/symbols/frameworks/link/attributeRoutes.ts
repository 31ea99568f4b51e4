import { argument, isList, renderExpr } from '../expression.ts';
import type { RouterFramework } from '../routerFramework.ts';
import type { Place } from './chains.ts';
import type { Evaluator } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { methodsOf } from './methods.ts';
import { known, type Text } from './text.ts';

/** A function that an attribute makes a route of whatever router it is given to. */
export interface AttributeRoute {
  readonly framework: RouterFramework;
  readonly method: string;
  readonly path: Text;
  readonly handler: Found;
  readonly file: LinkedFile;
  readonly target: number;
  /** Of the attribute. */
  readonly line: number;
}

/** `#[get("/x")]` above the function. */
export function attributeRoutes(
  framework: RouterFramework,
  file: LinkedFile,
  target: number,
): AttributeRoute[] {
  const { attributes } = framework;
  if (attributes === undefined) return [];
  const routes: AttributeRoute[] = [];
  for (const { target: of, call } of file.facts.decorators) {
    if (of !== target) continue;
    const name = renderExpr(call.call);
    const verb = attributes.verbs[name];
    const list = attributes.lists?.[name];
    if (verb === undefined && list === undefined) continue;
    const given = argument(call, attributes.path);
    const path: Text =
      typeof given === 'string' ? known(given) : { text: '', unresolved: renderExpr(given) };
    const methods = verb === undefined ? methodsOf(argument(call, list?.methods), '*') : [verb];
    for (const method of methods)
      routes.push({
        framework,
        method,
        path,
        handler: { file, index: target },
        file,
        target,
        line: call.line,
      });
  }
  return routes;
}

/** The same of functions that are given to a router, alone or in a list. */
export function mountedAttributes(
  evaluator: Evaluator,
  framework: RouterFramework | undefined,
  { file, scope, expr }: Place,
): AttributeRoute[] {
  const all = evaluator.routers
    .frameworksOf(file, framework)
    .filter((f) => f.attributes !== undefined);
  if (all.length === 0) return [];
  const given = isList(expr) ? expr.list : [expr];
  return given.flatMap((one) => {
    const value = evaluator.evaluate(file, scope, one);
    if (value?.kind !== 'function') return [];
    return all.flatMap((f) => attributeRoutes(f, value.file, value.index));
  });
}
