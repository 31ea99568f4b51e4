import type { FunctionDecl } from '../../domain/functionDecl.ts';

/**
 * Names of a stack frame's function from the outside in, as declared: `main.(*server).checkout.func1` → main, server, checkout. Empty where the
 * runtime has none (`<anonymous>`, `<module>`, `{closure}`).
 */
export function frameNames(functionName: string | undefined): readonly string[] {
  const declared = (functionName ?? '')
    .replace(/ \[as [^\]]*\]$/, '')
    .replace(/^(?:async|new) /, '')
    // C#: lambdas and local functions are called after the method that they are in.
    .replace(/<(\w+)>b__[\w|]*$/, '$1')
    .replace(/<(\w+)>d(?:__\d+)?(?:`\d+)?\.MoveNext$/, '$1')
    .replace(/<\w+>g__(\w+)\|[\d_]*$/, '$1')
    // The JVM's lambdas and Go's closures likewise.
    .replace(/lambda\$(\w+)\$\d+$/, '$1')
    .replace(/\$(\w+?)(?:\$\d+)+\.invoke(?:Suspend)?$|\$lambda(?:\$\d+)+$/, '.$1')
    .replace(/(?:\.func\d+|\.gowrap\d+|\.deferwrap\d+|\.\d+|-fm|-range\d+|\[\.\.\.\])+$/, '');
  const constructed = declared.replace(/\.?<init>$/, '.constructor');
  if (/[<{][^<{]*[>}]$/.test(constructed)) return [];
  return constructed.split(separators).filter((part) => part !== '');
}

const separators = /(?:->|[.#$/\\()*:])+/;

const ownNames = (decl: FunctionDecl): readonly string[] =>
  decl.anonymous === true ? [] : decl.name.split(separators).filter((part) => part !== '');

/** Whether also what the function is in is called as the frame says: a class, an object, a receiver's type. */
export function isOfClass(names: readonly string[], decl: FunctionDecl): boolean {
  const owner = ownNames(decl).at(-2);
  return owner !== undefined && owner === names.at(-2);
}

/** Whether the frame's function is called as the declaration is. Classes may differ: a runtime names the one of the object. */
export function namesAgree(names: readonly string[], decl: FunctionDecl): boolean {
  const last = names.at(-1);
  if (last === undefined || decl.kind === 'class') return false;
  const own = ownNames(decl);
  if (own.at(-1) === last) return true;
  // JavaScript says `new Cart`, Java `Cart.<init>`, C# `Cart..ctor`.
  return (
    decl.kind === 'constructor' &&
    (last === 'constructor' || last === 'ctor' || last === own.at(-2))
  );
}
