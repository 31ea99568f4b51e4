import type { Node } from 'web-tree-sitter';
import { activeWords } from '../endpoints/vocabulary.ts';
import type { CallExpr, Expr } from '../expression.ts';
import type { FactsCollector } from './collector.ts';

/** What a family's syntax must tell so that endpoints can be read. */
export interface EndpointSyntax {
  readonly family: string;
  /** The call that a name is the (last part of the) callee of. */
  readonly callOf: (name: Node) => Node | undefined;
  readonly readCall: (collector: FactsCollector, call: Node) => CallExpr | undefined;
  /** The decorator or annotation with this name, and what carries it. */
  readonly decorator?: (
    collector: FactsCollector,
    name: Node,
  ) => { readonly target: number; readonly call: CallExpr } | undefined;
  /** Adds what the functions bind these local names to. */
  readonly bindLocals: (collector: FactsCollector, names: ReadonlySet<string>) => void;
}

/** Calls and decorators that make functions endpoints. Nothing is read in files that mention no framework. */
export function readEndpoints(collector: FactsCollector, syntax: EndpointSyntax): void {
  const { registrations } = collector.facts;
  const words = activeWords(syntax.family, collector.file.text);
  if (words === undefined) return;
  const fits = (pick: 'callee' | 'decorator', name: string): readonly string[] =>
    words.frameworks.flatMap((f) => (f[pick]?.test(name) === true ? [f.framework.id] : []));
  if (words.callees !== undefined)
    for (const { node } of collector.seeds(
      new RegExp(`\\b(${words.callees})\\s*(?:<[^()<>]{0,200}>\\s*)?\\(`, 'g'),
    )) {
      const call = syntax.callOf(node);
      const expr = call === undefined ? undefined : syntax.readCall(collector, call);
      if (call === undefined || expr === undefined) continue;
      const scope = collector.scopeOf(call);
      for (const framework of fits('callee', node.text))
        registrations.push({ framework, scope, call: expr });
    }
  if (words.decorators !== undefined && syntax.decorator !== undefined)
    for (const { node } of collector.seeds(
      new RegExp(`@(?:[\\w.]+\\.)?(${words.decorators})\\b`, 'g'),
    )) {
      const found = syntax.decorator(collector, node);
      if (found === undefined) continue;
      for (const framework of fits('decorator', node.text))
        registrations.push({ framework, scope: found.target, ...found });
    }
  registrations.sort((a, b) => a.call.at - b.call.at);
  const names = new Set<string>();
  for (const { scope, call } of registrations) if (scope >= 0) namesIn(call, names);
  if (names.size > 0) syntax.bindLocals(collector, names);
}

const mostNames = 100;

/** For languages where `name = value` in a function can be found by its text: what the names are bound to, and what that is made of. */
export function bindAssigned(
  collector: FactsCollector,
  wanted: ReadonlySet<string>,
  assignment: (name: string) => string,
  assigned: (collector: FactsCollector, name: Node) => Expr,
): void {
  const names = new Set(wanted);
  const known = new Set(collector.facts.bindings.map((b) => `${b.scope}|${b.name}`));
  const pending = [...names];
  for (let i = 0; i < pending.length && i < mostNames; i += 1) {
    const name = pending[i] ?? '';
    for (const { node } of collector.seeds(new RegExp(assignment(name), 'gm'))) {
      const scope = collector.scopeOf(node);
      if (scope < 0 || known.has(`${scope}|${name}`)) continue;
      const value = assigned(collector, node);
      if (value === null) continue;
      known.add(`${scope}|${name}`);
      collector.facts.bindings.push({ scope, name, value });
      const more = new Set<string>();
      namesIn(value, more);
      for (const next of more) if (!names.has(next)) pending.push(next);
      for (const next of more) names.add(next);
    }
  }
}

/** First parts of the names that an expression is made of. */
function namesIn(expr: Expr | undefined, into: Set<string>, depth = 0): void {
  if (expr === null || expr === undefined || typeof expr === 'string' || depth > 6) return;
  const each = (list: Iterable<Expr>): void => {
    for (const part of list) namesIn(part, into, depth + 1);
  };
  if ('name' in expr) {
    const first = /^[\w$]+/.exec(expr.name)?.[0];
    if (first !== undefined && first !== 'this' && first !== 'self') into.add(first);
  } else if ('call' in expr) each([expr.call, ...expr.args, ...Object.values(expr.named ?? {})]);
  else if ('of' in expr) each([expr.of]);
  else if ('list' in expr) each(expr.list);
  else if ('object' in expr) each(Object.values(expr.object));
  else if ('join' in expr) each(expr.join);
}
