import { argument, isName, type CallExpr } from '../expression.ts';
import type { ResolverFramework } from '../resolverFramework.ts';
import { calleeName as lastName } from './endpoints/linkedEndpoint.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { FoundResolver } from './resolvers.ts';

type Annotations = NonNullable<ResolverFramework['annotations']>;

/** Methods of classes that annotations make resolvers: `@Resolver(() => User) class … { @Query() users() {} }`. */
export function* annotatedResolvers(
  evaluator: Evaluator,
  framework: ResolverFramework,
): Generator<void, readonly FoundResolver[]> {
  const { annotations } = framework;
  const found: FoundResolver[] = [];
  if (annotations === undefined) return found;
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family || file.facts.decorators.length === 0) continue;
    if (!file.facts.imports.some((i) => framework.modules.test(i.module))) continue;
    yield;
    for (const { target, call } of file.facts.decorators) {
      const name = lastName(call);
      const root = Object.hasOwn(annotations.methods, name) ? annotations.methods[name] : undefined;
      const decl = file.functions[target];
      if (root === undefined || decl === undefined || decl.kind === 'class') continue;
      const owner = file.classAround(file.parentOf(target));
      const above = file.facts.decorators.find(
        (d) => d.target === owner && Object.hasOwn(annotations.classes, lastName(d.call)),
      );
      if (above === undefined) continue;
      const type = root === 'class' ? typeOf(evaluator, file, annotations, call, above.call) : root;
      const field = textOf(evaluator, file, target, call, annotations.field);
      if (type !== undefined)
        found.push({
          type,
          field: field ?? decl.name.slice(decl.name.lastIndexOf('.') + 1),
          handler: { file, index: target },
          file,
        });
    }
  }
  return found;
}

/** The schema's name of a type: written as text, or a class, which may have another name in the schema. */
function typeOf(
  evaluator: Evaluator,
  file: LinkedFile,
  annotations: Annotations,
  method: CallExpr,
  owner: CallExpr,
): string | undefined {
  const own = textOf(evaluator, file, -1, method, annotations.type);
  if (own !== undefined) return own;
  const given = argument(owner, annotations.classes[lastName(owner)]);
  if (typeof given === 'string') return given;
  if (!isName(given)) return undefined;
  const value = evaluator.evaluate(file, -1, given);
  if (value?.kind === 'text' && value.text.unresolved === undefined) return value.text.text;
  if (value?.kind !== 'class') return given.name.split('.').at(-1);
  const renamed = value.file.facts.decorators.find(
    (d) =>
      d.target === value.index &&
      annotations.typeName?.annotations.includes(lastName(d.call)) === true,
  );
  const name =
    renamed === undefined
      ? undefined
      : textOf(evaluator, value.file, -1, renamed.call, annotations.typeName?.name);
  return name ?? value.file.functions[value.index]?.name;
}

function textOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: number,
  call: CallExpr,
  arg: Parameters<typeof argument>[1],
): string | undefined {
  const value = evaluator.evaluate(file, scope, argument(call, arg));
  return value?.kind === 'text' && value.text.unresolved === undefined
    ? value.text.text
    : undefined;
}
