import { argument, isCall, isList, isObject, type CallExpr, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { MountPattern, RouterFramework } from '../routerFramework.ts';
import type { Evaluator } from './evaluator.ts';
import { folderMounts } from './folderMounts.ts';
import { handlerOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { sourceOf, type Source } from './sources.ts';
import { joinRoute, known, type Text } from './text.ts';
import type { RouterValue } from './values/value.ts';

/** A call that puts routers under another. */
export interface MountCall {
  readonly framework: RouterFramework;
  readonly pattern: MountPattern;
  readonly file: LinkedFile;
  readonly scope: Scope;
  readonly call: CallExpr;
  /** The router above. */
  readonly receiver: RouterValue;
}

export interface Mount {
  /** Key of the router below. */
  readonly child: string;
  readonly prefix: Text;
  /** It sees the request's whole path. */
  readonly whole?: boolean;
  /** The prefix takes the place of the child's own. */
  readonly overrides?: boolean;
  /** It doesn't see the prefix, and its instrumentation reports routes without it. */
  readonly hides?: boolean;
}

interface Mounts {
  readonly mounts: readonly Mount[];
  /** A router is mounted, but can't be found. */
  readonly lost?: true;
}

/** The routers that a mount names, each with its prefix. */
export function readMount(evaluator: Evaluator, mount: MountCall): Mounts {
  const { framework, pattern, file, scope, call } = mount;
  if (pattern.child === 'rest') return { mounts: readRest(evaluator, mount) };
  // Members of a router that is put under another are read with the other one as the receiver.
  if (pattern.child === 'receiver') return { mounts: [] };
  const given = argument(call, pattern.child);
  const child = evaluator.evaluate(file, scope, given);
  const prefix = evaluator.text(file, scope, option(evaluator, mount, pattern));
  if (child?.kind === 'router') {
    const own = evaluator.routers.get(child.key)?.framework?.id;
    const whole = file.family?.foldersAreModules === true && own !== framework.id;
    const cut = child.stripped ?? known('');
    const overrides = pattern.overrides === true && argument(call, pattern.prefix) !== undefined;
    return { mounts: [{ child: child.key, prefix: whole ? cut : prefix, whole, overrides }] };
  }
  if (child?.kind === 'external') {
    const folders = framework.folders?.[child.name];
    return { mounts: folders === undefined ? [] : folderMounts(evaluator, mount, folders) };
  }
  const plugin =
    pattern.plugin === undefined || given === undefined
      ? undefined
      : pluginOf(evaluator, framework, file, scope, given);
  // What a library makes is no router of the workspace.
  const library = isCall(given) ? evaluator.evaluate(file, scope, given.call) : undefined;
  if (plugin === undefined && library?.kind === 'external') return { mounts: [] };
  return plugin === undefined
    ? { mounts: [], lost: true }
    : { mounts: [{ child: plugin.child, prefix: plugin.unprefixed ? known('') : prefix }] };
}

/** The prefix, also where the options have a name of their own. */
function option(
  evaluator: Evaluator,
  { file, scope, call }: MountCall,
  { prefix }: MountPattern,
): Expr | undefined {
  const direct = argument(call, prefix);
  if (direct !== undefined || prefix.named === undefined) return direct;
  for (const arg of call.args) {
    const value = evaluator.evaluate(file, scope, arg);
    if (value?.kind !== 'written' || !isObject(value.expr)) continue;
    for (const name of prefix.named)
      if (value.expr.object[name] !== undefined) return value.expr.object[name];
  }
  return undefined;
}

function readRest(evaluator: Evaluator, mount: MountCall): readonly Mount[] {
  const { file, scope, call } = mount;
  const [first, ...rest] = call.args;
  const firstValue = evaluator.evaluate(file, scope, first);
  const prefixed =
    firstValue?.kind === 'text' ||
    (firstValue?.kind === 'written' && rest.length > 0) ||
    (firstValue === undefined && rest.length > 0 && !isCall(first));
  const prefixes = prefixed ? evaluator.texts(file, scope, first) : [known('')];
  return call.args
    .flatMap((given) => childrenOf(evaluator, mount, { file, scope, expr: given }))
    .flatMap(({ child, prefix, hides }) =>
      prefixes.map((outer) => ({
        child,
        prefix: joined(outer, prefix),
        ...(hides === undefined ? {} : { hides }),
      })),
    );
}

const joined = (outer: Text, inner: Text): Text =>
  inner.text === '' && inner.unresolved === undefined ? outer : joinRoute(outer, inner, 'same');

/** Routers that an argument is: itself, in a list, inside of a wrapper with a prefix of its own. */
function childrenOf(
  evaluator: Evaluator,
  mount: MountCall,
  { file, scope, expr }: Source,
  depth = 0,
): readonly Mount[] {
  if (expr === null || depth > 4) return [];
  if (isList(expr))
    return expr.list.flatMap((item) =>
      childrenOf(evaluator, mount, { file, scope, expr: item }, depth + 1),
    );
  const value = evaluator.evaluate(file, scope, expr);
  if (value?.kind === 'router') return [{ child: value.key, prefix: known('') }];
  if (value?.kind === 'written' && isList(value.expr))
    return childrenOf(evaluator, mount, value, depth + 1);
  const { mountWrappers } = mount.framework;
  const at = mountWrappers === undefined ? undefined : sourceOf(evaluator, file, scope, expr);
  const callee = isCall(at?.expr) ? evaluator.evaluate(at.file, at.scope, at.expr.call) : undefined;
  const wrapper = callee?.kind === 'external' ? mountWrappers?.[callee.name] : undefined;
  if (at === undefined || wrapper === undefined || !isCall(at.expr)) return [];
  // `mount(app)`: without a prefix the child comes first.
  const short = at.expr.args.length === 1;
  const child = short ? at.expr.args[0] : argument(at.expr, wrapper.child);
  const prefix = short
    ? known('')
    : evaluator.text(at.file, at.scope, argument(at.expr, wrapper.prefix));
  return child === undefined
    ? []
    : childrenOf(evaluator, mount, { ...at, expr: child }, depth + 1).map((inner) => ({
        child: inner.child,
        prefix: joined(prefix, inner.prefix),
        hides: inner.hides === true || prefix.text !== '',
      }));
}

/** A function whose first parameter is the router below: its own, unless a wrapper makes it the parent's. */
export function pluginOf(
  evaluator: Evaluator,
  framework: RouterFramework,
  file: LinkedFile,
  scope: Scope,
  given: Expr,
): { readonly child: string; readonly unprefixed: boolean } | undefined {
  let at = sourceOf(evaluator, file, scope, given);
  let unprefixed = false;
  for (let depth = 0; depth < 4 && at !== undefined && isCall(at.expr); depth += 1) {
    const callee = evaluator.evaluate(at.file, at.scope, at.expr.call);
    if (callee?.kind !== 'external' || framework.unprefixed?.includes(callee.name) !== true) break;
    unprefixed = true;
    const [inner] = at.expr.args;
    at = inner === undefined ? undefined : sourceOf(evaluator, at.file, at.scope, inner);
  }
  const found: Found | undefined =
    at === undefined
      ? handlerOf(evaluator, file, scope, given)
      : handlerOf(evaluator, at.file, at.scope, at.expr);
  const [parameter] = found?.file.parameters(found.index) ?? [];
  if (found === undefined || parameter === undefined) return undefined;
  const { key } = evaluator.routers.ofParameter(found.file, found.index, parameter);
  return { child: key, unprefixed };
}
