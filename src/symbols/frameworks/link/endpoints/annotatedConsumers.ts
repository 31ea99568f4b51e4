import type { ConsumerFramework } from '../../endpoints/endpointFramework.ts';
import { argument, isCall, isList, type CallExpr, type Expr } from '../../expression.ts';
import type { Evaluator } from '../evaluator.ts';
import type { ProgramPropertiesIndex } from '../programProperties.ts';
import type { Text } from '../text.ts';
import { destinationsOf } from './destinations.ts';
import { calleeName, type LinkedConsumers, type Placed } from './linkedEndpoint.ts';

/** Methods whose annotation, or whose class's annotation, names topics and queues. */
export function annotatedConsumers(
  evaluator: Evaluator,
  framework: ConsumerFramework,
  { file, call }: Placed,
  target: number,
  properties: ProgramPropertiesIndex,
): LinkedConsumers {
  const form = framework.annotations?.[calleeName(call)];
  const decl = file.functions[target];
  if (form === undefined || decl === undefined) return { endpoints: [], bindings: [] };
  const isClass = decl.kind === 'class';
  const owner = isClass ? target : (file.classAround(target) ?? -1);
  const texts = (given: Expr | undefined): readonly Text[] =>
    destinationsOf(evaluator, file, owner, given).flatMap((text) =>
      filled(properties.fill(configured(text, form), file.path)),
    );
  const bound = boundQueues(call, form).map(({ queue, keys }) => ({
    queues: texts(queue),
    keys: texts(keys),
  }));
  const given = argument(call, form.destination);
  const named = [...texts(nested(given)), ...bound.flatMap((b) => b.queues)];
  const destinations: readonly Text[] =
    named.length > 0
      ? named
      : [{ text: '', unresolved: 'a destination that the annotation does not name' }];
  const handlers = isClass ? handlersIn(framework, form, file, target) : [target];
  const endpoints = destinations.flatMap(({ text, unresolved }) =>
    (handlers.length === 0 ? [undefined] : handlers).map((index) => ({
      framework,
      key: text,
      ...(unresolved === undefined ? {} : { unresolved }),
      handler: index === undefined ? undefined : { file, index },
      file,
      line: call.line,
    })),
  );
  const bindings = bound.flatMap(({ queues, keys }) =>
    queues.flatMap((to) =>
      keys.flatMap((from) =>
        to.unresolved === undefined && from.unresolved === undefined
          ? [{ from: from.text, to: to.text }]
          : [],
      ),
    ),
  );
  return { endpoints, bindings };
}

/** A name of the program's own, as a placeholder for what the program's configuration connects it with. */
function configured(text: Text, { configuredAs = [] }: Annotation): Text {
  if (text.unresolved !== undefined || text.text === '') return text;
  const named = configuredAs.map((property) => property.replace('*', () => text.text));
  return { text: named.reduceRight((inner, name) => `\${${name}:${inner}}`, text.text) };
}

/** A queue that is an annotation of its own: `@Queue("orders")`. */
const nested = (expr: Expr | undefined): Expr | undefined =>
  isCall(expr) ? argument(expr, { at: 0, named: ['value', 'name'] }) : expr;

function boundQueues(
  call: CallExpr,
  form: Annotation,
): { readonly queue: Expr | undefined; readonly keys: Expr | undefined }[] {
  const { bindings } = form;
  const given = bindings === undefined ? undefined : argument(call, bindings.at);
  return (isList(given) ? given.list : [given]).flatMap((binding) =>
    bindings !== undefined && isCall(binding)
      ? [
          {
            queue: nested(argument(binding, bindings.queue)),
            keys: argument(binding, bindings.keys),
          },
        ]
      : [],
  );
}

/** A property may hold a list; Spring's expressions are a program of their own. */
function filled(text: Text): readonly Text[] {
  if (text.unresolved !== undefined) return [{ text: '', unresolved: text.unresolved }];
  if (text.text.includes('#{')) return [{ text: '', unresolved: text.text }];
  return text.text.split(',').map((part) => ({ text: part.trim() }));
}

type Annotation = NonNullable<ConsumerFramework['annotations']>[string];

/** In an annotated class: the method that frameworks call by convention, or those that an annotation of their own marks. */
function handlersIn(
  framework: ConsumerFramework,
  form: Annotation,
  file: Placed['file'],
  owner: number,
): readonly number[] {
  const named = form.handler === undefined ? undefined : file.method(owner, form.handler);
  const marked = file.facts.registrations
    .filter((r) => r.framework === framework.id && calleeName(r.call) === form.handlers)
    .flatMap(({ target }) =>
      target !== undefined && file.parentOf(target) === owner ? [target] : [],
    );
  return marked.length > 0 || named === undefined ? marked : [named];
}
