import type { FunctionRef } from '../../domain/functionDecl.ts';
import { decide, noOwner, pass, type Rule } from '../rule.ts';

/** Spans made by hand: the function that contains the call with this literal name owns them. */
export const spanLiteral: Rule = {
  id: 'span-literal',
  title: 'the span’s name is written in the source',
  apply: (context) => {
    const { operation, index, step } = context;
    if (
      index.instrumentations.madeByLibrary(operation.scope) ||
      operation.http !== undefined ||
      operation.rpc !== undefined
    )
      return pass;
    const all = index.spans(operation.name);
    const real = all.some((s) => !s.inTest) ? all.filter((s) => !s.inTest) : all;
    if (real.length === 0) return pass;
    const owners: FunctionRef[] = [];
    for (const span of real) {
      step(
        'rule',
        `${span.form} with "${operation.name}" at ${span.at.path.slice(span.at.path.lastIndexOf('/') + 1)}:${span.at.line + 1}`,
      );
      if (span.owner !== undefined) owners.push(span.owner);
    }
    if (owners.length === 0)
      return noOwner('the span is made at module level, outside of any function');
    return decide(
      context,
      owners,
      'exact',
      `${real[0]?.form ?? 'a span'} makes a span with this name`,
    );
  },
};
