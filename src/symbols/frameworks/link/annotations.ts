import { argument, renderExpr, type Arg, type CallExpr, type Expr } from '../expression.ts';
import { annotationNames, type ControllerFramework } from '../controllerFramework.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';

/** An expression with the place that its names are looked up from. */
export interface Placed {
  readonly file: LinkedFile;
  readonly scope: number;
  readonly expr: Expr;
}

/** An annotation or decorator as its framework sees it. */
export interface Annotation {
  /** Last part of its name. */
  readonly name: string;
  readonly file: LinkedFile;
  readonly line: number;
  /** Its own call: what is written where it is used. */
  readonly call: CallExpr;
  readonly argument: (arg: Arg) => Placed | undefined;
}

const deepestComposition = 4;

export const lastNameOf = (call: CallExpr): string => {
  const whole = renderExpr(call.call);
  return whole.slice(whole.lastIndexOf('.') + 1);
};

/** Reads annotations for one framework: where they are imported from decides, and those composed of others count as these. */
export class AnnotationReader {
  private readonly evaluator: Evaluator;
  private readonly framework: ControllerFramework;
  private readonly names: ReadonlySet<string>;

  constructor(evaluator: Evaluator, framework: ControllerFramework) {
    this.evaluator = evaluator;
    this.framework = framework;
    this.names = new Set(annotationNames(framework));
  }

  /** The framework's annotations of a function or class, those on composed annotations included. */
  of(file: LinkedFile, target: number): readonly Annotation[] {
    return this.read(file, target, 0);
  }

  private read(file: LinkedFile, target: number, depth: number): Annotation[] {
    const found: Annotation[] = [];
    for (const call of file.decoratorsOf(target)) {
      const name = lastNameOf(call);
      if (this.names.has(name) && this.isFrameworks(file, call)) {
        const scope = file.classAround(target) ?? file.parentOf(target);
        found.push(plain(file, scope, name, call));
      } else if (depth < deepestComposition)
        found.push(...this.composed(file, target, call, depth));
    }
    return found;
  }

  private isFrameworks(file: LinkedFile, call: CallExpr): boolean {
    const { packages } = this.framework;
    if (packages === undefined) return true;
    const from = (module: string): boolean => packages.some((p) => module.startsWith(p));
    const written = renderExpr(call.call);
    if (written.includes('.')) return from(written);
    const imported = file.imports.get(written);
    return imported === undefined ? file.stars.some(from) : from(imported.module);
  }

  /** `@JsonGet("/x")`, where the program declares `@RequestMapping(method = GET) @interface JsonGet`. */
  private composed(file: LinkedFile, target: number, use: CallExpr, depth: number): Annotation[] {
    if (this.framework.composed !== true) return [];
    const type = this.evaluator.evaluate(file, -1, { name: renderExpr(use.call) });
    if (type?.kind !== 'class') return [];
    const aliases = type.file.classFact(type.index)?.aliases;
    if (aliases === undefined) return [];
    const scope = file.classAround(target) ?? file.parentOf(target);
    return this.read(type.file, type.index, depth + 1).map((below) => ({
      ...below,
      file,
      line: use.line,
      call: use,
      argument: (arg) => {
        for (const [element, alias] of Object.entries(aliases)) {
          const meant =
            alias.annotation === below.name &&
            (arg.named?.includes(alias.attribute) === true ||
              (arg.at === 0 && alias.attribute === 'value'));
          if (!meant) continue;
          const given = argument(use, {
            ...(element === 'value' ? { at: 0 } : {}),
            named: [element],
          });
          if (given !== undefined) return { file, scope, expr: given };
        }
        return below.argument(arg);
      },
    }));
  }
}

function plain(file: LinkedFile, scope: number, name: string, call: CallExpr): Annotation {
  return {
    name,
    file,
    line: call.line,
    call,
    argument: (arg) => {
      const expr = argument(call, arg);
      return expr === undefined ? undefined : { file, scope, expr };
    },
  };
}
