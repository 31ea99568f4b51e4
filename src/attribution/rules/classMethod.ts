import { layerRole, namesMethods } from '../../domain/frameworkLayer.ts';
import { methodOwners } from '../classMethods.ts';
import { asWritten, mostShared, nameTokens } from '../nameTokens.ts';
import {
  decide,
  noOwner,
  pass,
  passBecause,
  type Rule,
  type RuleContext,
  type Verdict,
} from '../rule.ts';

/** Span names and framework attributes that carry Class.method: Nest, Spring Data, `@WithSpan`, job schedulers. */
export const classMethod: Rule = {
  id: 'class-method',
  title: 'Class.method in the span’s name',
  apply: (context) => {
    const { operation, index } = context;
    const { instrumentations } = index;
    const { layer, name, kind, scope, parentOwner } = operation;
    if (layer !== undefined && namesMethods(layer)) {
      if (layer.controller !== undefined && layer.callback !== undefined)
        return find(
          context,
          layer.controller,
          layer.callback,
          `${layer.framework} names controller and method`,
        );
      const [controller, callback] = split(parentOwner ?? '');
      if (controller !== undefined && callback !== undefined)
        return find(
          context,
          controller,
          callback,
          `${layer.framework}’s request context around it names controller and method`,
        );
      return layerRole(layer) === 'method'
        ? noOwner('the span names only the method, and its parent span is not known')
        : pass;
    }
    // Rails calls the request's own span after controller and action.
    const action = kind === 'server' && /^[A-Z][\w:]*#\w+$/.test(name);
    if (!action && kind !== 'internal' && kind !== 'unspecified' && kind !== 'consumer')
      return pass;
    const [className, method] = split(name);
    if (className === undefined || method === undefined) return pass;
    if (!action && !instrumentations.mayNameMethods(scope)) return pass;
    return find(context, className, method, `the span is named ${name}`, operation.folded);
  },
};

function split(name: string): readonly [string | undefined, string | undefined] {
  // Hangfire's instrumentation (1.x beta) leads with the word.
  const match = /^(?:JOB )?((?:[\w$]+(?:\.|::))*[\w$]+)[.#]([\w$]+)$/.exec(asWritten(name));
  return [match?.[1], match?.[2]];
}

/** `named` may be qualified: of classes with one name, those that agree with most of it are meant. */
function find(
  context: RuleContext,
  named: string,
  method: string,
  because: string,
  folded?: boolean,
): Verdict {
  const tokens = nameTokens(named);
  const isLower = folded === true && named === named.toLowerCase();
  const className = tokens.at(-1) ?? named;
  const all = mostShared(
    context.index.classes(className, folded),
    ({ qualifiedName }) => nameTokens(isLower ? qualifiedName.toLowerCase() : qualifiedName),
    tokens,
  );
  const classes = all.some((c) => !c.inTest) ? all.filter((c) => !c.inTest) : all;
  if (classes.length === 0)
    return passBecause(`${because}, but no class ${className} is in the workspace`);
  const spellings = folded === true ? context.index.spellingsOf(method) : [method];
  const found = classes.flatMap((c) =>
    spellings.flatMap((one) => methodOwners(context.index, c, one)),
  );
  if (found.length === 0)
    return noOwner(
      `${because}, but ${className} and what it extends in the workspace declare no ${method}`,
    );
  return decide(context, found, classes.length === 1 ? 'strong' : 'weak', because);
}
