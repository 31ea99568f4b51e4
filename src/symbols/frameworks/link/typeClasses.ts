import { argument, isCall } from '../expression.ts';
import type { ResolverFramework } from '../resolverFramework.ts';
import { calleeName } from './endpoints/linkedEndpoint.ts';
import type { Evaluator } from './evaluator.ts';
import { handlerOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { FoundResolver } from './resolvers.ts';

type TypeClasses = NonNullable<ResolverFramework['typeClasses']>;

interface Field {
  readonly field: string;
  readonly handler: Found | undefined;
}

/** Fields of classes that are types of the schema: `@strawberry.type class Query: @strawberry.field def books(self)`. */
export function* typeClassResolvers(
  evaluator: Evaluator,
  framework: ResolverFramework,
): Generator<void, readonly FoundResolver[]> {
  const { typeClasses } = framework;
  const found: FoundResolver[] = [];
  if (typeClasses === undefined) return found;
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family || file.facts.decorators.length === 0) continue;
    if (!file.facts.imports.some((i) => framework.modules.test(i.module))) continue;
    yield;
    for (const { target: index, call } of file.facts.decorators) {
      const named = calleeName(call);
      const decl = file.functions[index];
      if (decl?.kind !== 'class' || !Object.hasOwn(typeClasses.annotations, named)) continue;
      const given = argument(call, typeClasses.annotations[named]);
      const name =
        typeof given === 'string' ? given : decl.name.slice(decl.name.lastIndexOf('.') + 1);
      const seen = new Set<string>();
      for (const place of [{ file, index }, ...evaluator.classes.supertypes(file, index)])
        for (const { field, handler } of fieldsOf(
          evaluator,
          typeClasses,
          place.file,
          place.index,
        )) {
          if (seen.has(field)) continue;
          seen.add(field);
          found.push({ type: name, field, handler, file: place.file });
        }
    }
  }
  return found;
}

function fieldsOf(
  evaluator: Evaluator,
  { fields, name, resolver }: TypeClasses,
  file: LinkedFile,
  owner: number,
): Field[] {
  const found: Field[] = [];
  for (const { target, call } of file.facts.decorators) {
    const decl = file.functions[target];
    if (decl === undefined || decl.kind === 'class' || !fields.includes(calleeName(call))) continue;
    if (file.classAround(file.parentOf(target)) !== owner) continue;
    const given = argument(call, name);
    const field =
      typeof given === 'string' ? given : decl.name.slice(decl.name.lastIndexOf('.') + 1);
    found.push({ field, handler: { file, index: target } });
  }
  for (const { scope, name: assigned, value } of file.facts.bindings) {
    if (scope !== owner || !isCall(value) || !fields.includes(calleeName(value))) continue;
    const function_ = argument(value, resolver);
    if (function_ === undefined) continue;
    const given = argument(value, name);
    const handler = handlerOf(evaluator, file, owner, function_);
    found.push({ field: typeof given === 'string' ? given : assigned, handler });
  }
  return found;
}
