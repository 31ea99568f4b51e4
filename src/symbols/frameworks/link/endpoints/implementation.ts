import { isObject } from '../../expression.ts';
import type { Evaluator } from '../evaluator.ts';
import { handlerOf, type Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { Value } from '../values/value.ts';

/** A function of the workspace that serves the method `name`. */
export interface Method extends Found {
  readonly name: string;
}

/** What carries the functions of a service: the methods, and a name for it that is the same wherever it is found. */
export interface Implementation {
  readonly id: string;
  readonly methods: readonly Method[];
}

/** Class, instance, struct or object of functions; undefined where it can't be read. */
export function implementationOf(
  evaluator: Evaluator,
  value: Value | undefined,
): Implementation | undefined {
  switch (value?.kind) {
    case 'class':
    case 'instance':
      return ofClass(evaluator, value.file, value.index);
    case 'type':
    case 'object':
      return ofType(evaluator, value.type);
    case 'written': {
      if (!isObject(value.expr)) return undefined;
      const { file, scope, expr } = value;
      const methods = Object.entries(expr.object).flatMap(([name, given]) => {
        const found = handlerOf(evaluator, file, scope, given);
        return found === undefined ? [] : [{ ...found, name }];
      });
      return { id: `${file.path} object`, methods };
    }
    default:
      return undefined;
  }
}

const hidden = /^(?:constructor|__\w+__|_.*|#.*)$/;

/** A class's own methods and those that it inherits from classes of the workspace. */
export function ofClass(evaluator: Evaluator, file: LinkedFile, index: number): Implementation {
  const methods = new Map<string, Method>();
  for (const place of [{ file, index }, ...evaluator.classes.supertypes(file, index)])
    for (const method of place.file.methodsOf(place.index))
      if (!hidden.test(method.name) && !methods.has(method.name))
        methods.set(method.name, { file: place.file, ...method });
  return { id: `${file.path}#${index}`, methods: [...methods.values()] };
}

export function ofType(
  evaluator: Evaluator,
  type: { readonly folder: string; readonly name: string },
): Implementation {
  // Go: a service's methods are exported.
  const methods = [...evaluator.typed.methodsOf(type)]
    .filter(([name]) => /^\p{Lu}/u.test(name))
    .map(([name, found]) => ({ ...found, name }));
  return { id: `${type.folder}:${type.name}`, methods };
}
