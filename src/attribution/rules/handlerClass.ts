import type { ClassDecl } from '../../domain/workspace.ts';
import { methodOwners } from '../classMethods.ts';
import { decide, noOwner, pass, type Rule, type RuleContext, type Verdict } from '../rule.ts';

/**
 * Instrumentations that name the class which handles a request (`tornado.handler`): its method called like the HTTP method.
 * https://www.tornadoweb.org/en/stable/guide/structure.html#subclassing-requesthandler
 */
export const handlerClass: Rule = {
  id: 'handler-class',
  title: 'the class that handles the request',
  apply: (context) => {
    const { layer, http } = context.operation;
    const { controller } = layer ?? {};
    if (layer?.type !== 'handler_class' || controller === undefined) return pass;
    const dot = controller.lastIndexOf('.');
    const module = dot < 0 ? '' : controller.slice(0, dot);
    const name = controller.slice(dot + 1);
    const classes = classesIn(context, module, name);
    if (classes.length === 0)
      return noOwner(`the request was handled by ${controller}, which is not in the workspace`);
    return ofMethod(context, classes, controller, http?.method?.toLowerCase());
  },
};

/** Classes of a name in the files that a module's dotted name ends with; the main module may be any file. */
function classesIn({ index }: RuleContext, module: string, name: string): readonly ClassDecl[] {
  const found = index.classes(name);
  const real = found.some((c) => !c.inTest) ? found.filter((c) => !c.inTest) : found;
  if (module === '__main__') return real;
  const path = module.replaceAll('.', '/');
  return real.filter((c) => {
    const file = c.ref.path.replace(/(?:\/__init__)?\.pyi?$/, '');
    return file === path || file.endsWith(`/${path}`);
  });
}

function ofMethod(
  context: RuleContext,
  classes: readonly ClassDecl[],
  controller: string,
  method: string | undefined,
): Verdict {
  if (method === undefined) return noOwner(`${controller} handled it, but the method is not known`);
  const { index } = context;
  const found = classes.flatMap((c) => methodOwners(index, c, method));
  if (found.length > 0) return decide(context, found, 'exact', `${controller} handled it`);
  const inherit = classes.filter((c) => isBuiltOnLibrary(context, c));
  return inherit.length > 0
    ? decide(
        context,
        inherit.map((c) => c.ref),
        'strong',
        `${controller} handled it with a method of a library’s class`,
      )
    : noOwner(`${controller} has no method ${method}: no handler ran`);
}

/** Something above it, other than the framework's plain handler, is not in the workspace. */
function isBuiltOnLibrary({ index }: RuleContext, start: ClassDecl): boolean {
  const seen = new Set<ClassDecl>([start]);
  for (const at of seen)
    for (const name of at.supertypes) {
      const above = index.classNamed(name);
      if (above !== undefined) seen.add(above);
      else if (!/(?:^|\.)RequestHandler$/.test(name)) return true;
    }
  return false;
}
