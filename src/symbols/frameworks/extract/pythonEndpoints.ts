import type { Node } from 'web-tree-sitter';
import { isCall, type Expr } from '../expression.ts';
import { callExpr, escapeForPattern, type FactsCollector } from './collector.ts';
import { bindAssigned, type EndpointSyntax } from './endpoints.ts';
import { readPythonCall, readPythonExpr } from './pythonExpr.ts';

function callOf(name: Node): Node | undefined {
  const callee = name.parent?.type === 'attribute' ? name.parent : name;
  const call = callee.parent;
  return call?.type === 'call' && call.childForFieldName('function')?.id === callee.id
    ? call
    : undefined;
}

const readCall: EndpointSyntax['readCall'] = (collector, call) => {
  const expr = readPythonCall(collector, call);
  return isCall(expr) ? expr : undefined;
};

/** With and without arguments: `@app.task`, `@app.task(bind=True)`. */
function readDecorator(
  collector: FactsCollector,
  name: Node,
): ReturnType<NonNullable<EndpointSyntax['decorator']>> {
  const call = callOf(name);
  const written = call ?? (name.parent?.type === 'attribute' ? name.parent : name);
  const decorator = written.parent;
  if (decorator?.type !== 'decorator') return undefined;
  const definition = decorator.parent?.childForFieldName('definition');
  const target = definition == null ? undefined : collector.declared(definition);
  const expr =
    call === undefined
      ? callExpr(written, readPythonExpr(collector, written), [])
      : readCall(collector, call);
  return target === undefined || expr === undefined ? undefined : { target, call: expr };
}

const assignment = (name: string): string =>
  `(?:^|;)[ \\t]*(${escapeForPattern(name)})\\s*(?::[^=\\n]{0,120})?=(?!=)`;

const assigned = (collector: FactsCollector, name: Node): Expr =>
  name.parent?.type === 'assignment'
    ? readPythonExpr(collector, name.parent.childForFieldName('right'))
    : null;

export const pythonEndpoints: EndpointSyntax = {
  family: 'python',
  callOf,
  readCall,
  decorator: readDecorator,
  bindLocals: (collector, names) => {
    bindAssigned(collector, names, assignment, assigned);
  },
};
