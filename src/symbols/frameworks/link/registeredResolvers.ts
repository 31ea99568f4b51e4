import { argument, isCall, receiverOf } from '../expression.ts';
import type { ResolverFramework } from '../resolverFramework.ts';
import { calleeName } from './endpoints/linkedEndpoint.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { FoundResolver } from './resolvers.ts';
import { sourceOf } from './sources.ts';

/** Functions that the value of a type registers: `book = ObjectType('Book')`, then `@book.field('author')`. */
export function* registeredResolvers(
  evaluator: Evaluator,
  framework: ResolverFramework,
): Generator<void, readonly FoundResolver[]> {
  const { registrars } = framework;
  const found: FoundResolver[] = [];
  if (registrars === undefined) return found;
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family || file.facts.decorators.length === 0) continue;
    yield;
    for (const { target, call } of file.facts.decorators) {
      const parts = receiverOf(call);
      if (parts === undefined || !registrars.decorators.includes(parts.member)) continue;
      const made = sourceOf(evaluator, file, file.parentOf(target), parts.receiver);
      if (made === undefined || !isCall(made.expr)) continue;
      const maker = calleeName(made.expr);
      const type = Object.hasOwn(registrars.makers, maker) ? registrars.makers[maker] : undefined;
      if (type === undefined) continue;
      const name =
        typeof type === 'string'
          ? { text: type, unresolved: undefined }
          : evaluator.text(made.file, made.scope, argument(made.expr, type));
      const field = evaluator.text(file, file.parentOf(target), call.args[0]);
      if (name.unresolved !== undefined || field.unresolved !== undefined) continue;
      found.push({ type: name.text, field: field.text, handler: { file, index: target }, file });
    }
  }
  return found;
}

/** Methods of types that a generator names after those of the schema: `func (r *queryResolver) Books(…)`. */
export function* receiverResolvers(
  evaluator: Evaluator,
  framework: ResolverFramework,
): Generator<void, readonly FoundResolver[]> {
  const found: FoundResolver[] = [];
  if (framework.receivers === undefined) return found;
  const pattern = new RegExp(`^${framework.receivers}\\.(\\p{Lu}\\w*)$`, 'u');
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family) continue;
    yield;
    for (const [index, { name }] of file.functions.entries()) {
      const [, type = '', field] = pattern.exec(name) ?? [];
      if (field === undefined) continue;
      found.push({
        type: type.charAt(0).toUpperCase() + type.slice(1),
        field: field.charAt(0).toLowerCase() + field.slice(1),
        handler: { file, index },
        file,
      });
    }
  }
  return found;
}

/** Fields that a class declares, resolved by a method of it or by a class of their own: `field :book, mutation: Mutations::AddBook`. */
export function* declaredResolvers(
  evaluator: Evaluator,
  framework: ResolverFramework,
): Generator<void, readonly FoundResolver[]> {
  const { declared } = framework;
  const found: FoundResolver[] = [];
  if (declared === undefined) return found;
  const classes = new Map<string, { readonly file: LinkedFile; readonly index: number }[]>();
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family) continue;
    yield;
    for (const [index, decl] of file.functions.entries()) {
      if (decl.kind !== 'class') continue;
      const last = decl.name.slice(decl.name.lastIndexOf('.') + 1);
      classes.set(last, [...(classes.get(last) ?? []), { file, index }]);
    }
  }
  const classNamed = (name: string): { file: LinkedFile; index: number } | undefined => {
    const fitting = (classes.get(name.slice(name.lastIndexOf('.') + 1)) ?? []).filter(
      ({ file, index }) => `.${file.functions[index]?.name ?? ''}`.endsWith(`.${name}`),
    );
    return fitting.length === 1 ? fitting[0] : undefined;
  };
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family || file.facts.calls.length === 0) continue;
    yield;
    for (const { scope, call } of file.facts.calls) {
      const owner = file.functions[scope];
      const field = argument(call, declared.field);
      if (owner?.kind !== 'class' || calleeName(call) !== declared.call) continue;
      if (typeof field !== 'string') continue;
      const other = argument(call, declared.classes);
      const own = argument(call, declared.ownMethod);
      const written =
        typeof other === 'object' && other !== null && 'name' in other ? other.name : undefined;
      const target = other === undefined ? { file, index: scope } : classNamed(written ?? '');
      const method = other !== undefined ? declared.method : typeof own === 'string' ? own : field;
      const index = target?.file.method(target.index, method);
      // Without one it is a property of the object.
      if (index === undefined || target === undefined) continue;
      found.push({
        type: typeNameOf(owner.name, declared.suffix),
        field,
        handler: { file: target.file, index },
        file,
      });
    }
  }
  return found;
}

function typeNameOf(className: string, suffix: string): string {
  const last = className.slice(className.lastIndexOf('.') + 1);
  return last.endsWith(suffix) && last !== suffix ? last.slice(0, -suffix.length) : last;
}
