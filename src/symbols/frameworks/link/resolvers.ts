import type { ResolverDecl } from '../../../domain/resolver.ts';
import { argument, isCall, isList, isObject, renderExpr, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { ResolverFramework } from '../resolverFramework.ts';
import { annotatedResolvers } from './annotatedResolvers.ts';
import type { Evaluator } from './evaluator.ts';
import { exportedHandler, handlerOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { refOf } from './refOf.ts';
import {
  declaredResolvers,
  receiverResolvers,
  registeredResolvers,
} from './registeredResolvers.ts';
import { typeClassResolvers } from './typeClasses.ts';
import { sourceOf } from './sources.ts';

/** An expression where it is written. */
interface Written {
  readonly file: LinkedFile;
  readonly scope: Scope;
  readonly expr: Expr;
}

export interface FoundResolver {
  readonly type: string;
  readonly field: string;
  readonly handler: Found | undefined;
  readonly file: LinkedFile;
}

const deepestMap = 8;
const mostResolvers = 20_000;

/**
 * Resolvers of a schema's fields, spread over files as maps, types made in code or annotated classes.
 *
 * @param imported modules that any file imports
 */
export function* linkResolvers(
  evaluator: Evaluator,
  framework: ResolverFramework,
  imported: ReadonlySet<string>,
): Generator<void, readonly ResolverDecl[]> {
  const concerned = [...imported].some((module) => framework.modules.test(module));
  if (!concerned && framework.declared === undefined) return [];
  const reader = new ResolverReader(evaluator, framework);
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family) continue;
    yield;
    reader.readFile(file);
  }
  const found = [
    ...reader.found.values(),
    ...(yield* annotatedResolvers(evaluator, framework)),
    ...(yield* typeClassResolvers(evaluator, framework)),
    ...(yield* registeredResolvers(evaluator, framework)),
    ...(yield* receiverResolvers(evaluator, framework)),
    ...(yield* declaredResolvers(evaluator, framework)),
  ];
  return found.map(({ type, field, handler, file }): ResolverDecl => {
    const decl = handler?.file.functions[handler.index];
    return {
      framework: framework.id,
      type,
      field,
      ...(decl === undefined ? {} : { handler: refOf(decl) }),
      registeredAt: { path: file.path, line: decl?.declarationLine ?? 0 },
      ...(file.inTest ? { inTest: true as const } : {}),
    };
  });
}

class ResolverReader {
  /** By type, field and function: a map is often reached in more than one way. */
  readonly found = new Map<string, FoundResolver>();
  private readonly evaluator: Evaluator;
  private readonly framework: ResolverFramework;

  constructor(evaluator: Evaluator, framework: ResolverFramework) {
    this.evaluator = evaluator;
    this.framework = framework;
  }

  readFile(file: LinkedFile): void {
    const { takers, types, rootTypes = [] } = this.framework;
    for (const { scope, call } of file.facts.calls) {
      const name = renderExpr(call.call).split('.').at(-1) ?? '';
      const taken = Object.hasOwn(takers ?? {}, name) ? argument(call, takers?.[name]) : undefined;
      if (taken !== undefined) this.readMap({ file, scope, expr: taken }, 0);
      const made = Object.hasOwn(types ?? {}, name) ? types?.[name] : undefined;
      const fields = made === undefined ? undefined : argument(call, made.fields);
      const type = this.evaluator.text(file, scope, argument(call, made?.name));
      if (fields !== undefined && type.unresolved === undefined)
        this.readType(type.text, { file, scope, expr: fields }, 0);
    }
    for (const expr of [
      ...file.facts.bindings.filter((b) => b.scope < 0).map((b) => b.value),
      ...file.exports.values(),
    ])
      if (isObject(expr) && rootTypes.some((type) => Object.hasOwn(expr.object, type)))
        this.readMap({ file, scope: -1, expr }, 0);
  }

  /** `{ Query: {…}, User: {…} }`, a list of such, or what joins them: `merge(a, b)`, `mergeResolvers([a, b])`, `{ ...a, ...b }`. */
  private readMap(given: Written, depth: number): void {
    if (depth > deepestMap) return;
    const { file, scope, expr } = this.follow(given);
    const parts = joined(expr);
    if (parts !== undefined) {
      for (const part of parts) this.readMap({ file, scope, expr: part }, depth + 1);
    } else if (isObject(expr)) {
      for (const spread of expr.spread ?? [])
        this.readMap({ file, scope, expr: spread }, depth + 1);
      for (const [type, fields] of Object.entries(expr.object))
        this.readType(type, { file, scope, expr: fields }, depth + 1);
    } else
      for (const [type, member] of this.exportsOf({ file, scope, expr }))
        this.readType(type, member, depth + 1);
  }

  private readType(type: string, given: Written, depth: number): void {
    if (depth > deepestMap || !/^[A-Z_]\w*$/.test(type)) return;
    const { file, scope, expr } = this.follow(given);
    const parts = joined(expr);
    if (parts !== undefined) {
      for (const part of parts) this.readType(type, { file, scope, expr: part }, depth + 1);
    } else if (isObject(expr)) {
      for (const spread of expr.spread ?? [])
        this.readType(type, { file, scope, expr: spread }, depth + 1);
      for (const [field, resolver] of Object.entries(expr.object))
        this.readField(type, field, { file, scope, expr: resolver });
    } else
      for (const [field, member] of this.exportsOf({ file, scope, expr }))
        this.readField(type, field, member);
  }

  /** A function, wrapped or not, or an object with it as `resolve` (or `subscribe`). */
  private readField(type: string, field: string, given: Written): void {
    const { file, scope, expr } = this.follow(given);
    const own = isObject(expr) ? (expr.object['resolve'] ?? expr.object['subscribe']) : undefined;
    // A field of a type made in code without `resolve` is a property.
    if (isObject(expr) && own === undefined) return;
    const handler =
      own === undefined
        ? handlerOf(this.evaluator, given.file, given.scope, given.expr)
        : handlerOf(this.evaluator, file, scope, own);
    const key = `${type}.${field} ${handler === undefined ? given.file.path : `${handler.file.path}#${handler.index}`}`;
    if (this.found.size < mostResolvers)
      this.found.set(key, { type, field, handler, file: given.file });
  }

  /** The expression that a name stands for, as far as it can be followed. */
  private follow(given: Written): Written {
    return sourceOf(this.evaluator, given.file, given.scope, given.expr) ?? given;
  }

  /** `import * as Query from './query'`: every export of the file. */
  private *exportsOf({ file, scope, expr }: Written): Generator<[string, Written]> {
    const value = this.evaluator.evaluate(file, scope, expr);
    if (value?.kind !== 'module') return;
    const module = value.file;
    for (const [name, exported] of module.exports)
      if (name !== 'default') yield [name, { file: module, scope: -1, expr: exported }];
    for (const [name, again] of module.reexports) {
      const found = exportedHandler(this.evaluator, module, again.module, again.exported);
      const source = sourceOf(this.evaluator, module, -1, { name });
      if (found !== undefined)
        yield [name, { file: found.file, scope: -1, expr: { fn: found.index } }];
      else if (source !== undefined) yield [name, source];
    }
  }
}

/** What a list or a call joins; undefined for anything else. */
function joined(expr: Expr): readonly Expr[] | undefined {
  if (isList(expr)) return expr.list;
  return isCall(expr) ? expr.args : undefined;
}
