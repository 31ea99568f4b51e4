import type { TaskFramework } from '../../endpoints/endpointFramework.ts';
import { argument, type Arg } from '../../expression.ts';
import type { Evaluator } from '../evaluator.ts';
import { handlerOf } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { Value } from '../values/value.ts';
import { implementationOf } from './implementation.ts';
import { calleeName, type LinkedEndpoint, type Placed } from './linkedEndpoint.ts';

/** Functions that job systems run by name: the given one, else the one that the system makes of module and function. */
export function* taskEndpoints(
  evaluator: Evaluator,
  framework: TaskFramework,
  placed: readonly Placed[],
): Generator<void, LinkedEndpoint[]> {
  const endpoints: LinkedEndpoint[] = [];
  for (const one of placed) {
    yield;
    const name = calleeName(one.call);
    const decorator = framework.decorators?.[name];
    const call = framework.calls?.[name];
    const group = framework.groups?.[name];
    if (one.target === undefined && group !== undefined)
      endpoints.push(...grouped(evaluator, framework, one, group));
    else if (one.target !== undefined && decorator !== undefined)
      endpoints.push(decorated(evaluator, framework, one, one.target, decorator));
    else if (one.target === undefined && call !== undefined)
      endpoints.push({
        framework,
        ...textOf(evaluator, one, call.name),
        handler: handlerOf(evaluator, one.file, one.scope, argument(one.call, call.handler)),
        file: one.file,
        line: one.call.line,
      });
  }
  if (framework.classes !== undefined)
    endpoints.push(...(yield* taskClasses(evaluator, framework, framework.classes)));
  return endpoints;
}

/** `{ add, subtract }`; in Go the methods of a value, as `Arith.Add`. */
function grouped(
  evaluator: Evaluator,
  framework: TaskFramework,
  { file, scope, call }: Placed,
  group: NonNullable<TaskFramework['groups']>[string],
): LinkedEndpoint[] {
  const value = evaluator.evaluate(file, scope, argument(call, group.functions));
  const named = argument(call, group.named);
  const given = named === undefined ? '' : evaluator.text(file, scope, named).text;
  const lead = given !== '' || value === undefined ? given : leadOf(value);
  return (implementationOf(evaluator, value)?.methods ?? []).map(({ name, ...handler }) => ({
    framework,
    key: lead === '' ? name : `${lead}.${name}`,
    handler,
    file,
    line: call.line,
  }));
}

const leadOf = (value: Value): string =>
  value.kind === 'type' || value.kind === 'object' ? value.type.name : '';

function textOf(
  evaluator: Evaluator,
  { file, scope, call }: Placed,
  arg: Arg,
): { readonly key: string; readonly unresolved?: string } {
  const { text, unresolved } = evaluator.text(file, scope, argument(call, arg));
  return { key: text, ...(unresolved === undefined ? {} : { unresolved }) };
}

function decorated(
  evaluator: Evaluator,
  framework: TaskFramework,
  placed: Placed,
  target: number,
  arg: Arg,
): LinkedEndpoint {
  const { file, call } = placed;
  const named = argument(call, arg);
  const scope = file.parentOf(target);
  const key =
    named === undefined
      ? nameOf(framework, file, target)
      : textOf(evaluator, { ...placed, scope }, arg);
  return { framework, ...key, handler: { file, index: target }, file, line: call.line };
}

function nameOf(
  framework: TaskFramework,
  file: LinkedFile,
  target: number,
): { readonly key: string; readonly openStart?: true } {
  const name = file.functions[target]?.name ?? '';
  if (framework.otherwise === 'function') return { key: name };
  const module = file.relativePath
    .replace(/(?:\/__init__)?\.\w+$/, '')
    .split('/')
    .join('.');
  return { key: `${module}.${name}`, openStart: true };
}

function* taskClasses(
  evaluator: Evaluator,
  framework: TaskFramework,
  classes: NonNullable<TaskFramework['classes']>,
): Generator<void, LinkedEndpoint[]> {
  const pattern = new RegExp(`^(?:${classes.bases})$`);
  const endpoints: LinkedEndpoint[] = [];
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family) continue;
    yield;
    for (const { index, supertypes } of file.facts.classes) {
      if (!supertypes.some((s) => pattern.test(s))) continue;
      const method = file.method(index, classes.method);
      if (method === undefined) continue;
      const own = file.ownBinding(index, 'name');
      const key =
        own === undefined
          ? nameOf(framework, file, index)
          : { key: evaluator.text(file, index, own).text };
      const line = file.functions[index]?.declarationLine ?? 0;
      endpoints.push({ framework, ...key, handler: { file, index: method }, file, line });
    }
  }
  return endpoints;
}
