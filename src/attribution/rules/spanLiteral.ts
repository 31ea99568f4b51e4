import type { FunctionRef } from '../../domain/functionDecl.ts';
import type { SpanLiteral } from '../../domain/workspace.ts';
import { decide, noOwner, pass, type Rule, type RuleContext } from '../rule.ts';

/** Spans made by hand, or by a framework around a function of a known role: the literal name says which function. */
export const spanLiteral: Rule = {
  id: 'span-literal',
  title: 'the span’s name is written in the source',
  apply: (context) => {
    const { operation, index, step } = context;
    const all = index.spans(operation.name, operation.folded).filter((s) => madeBy(s, context));
    const real = all.some((s) => !s.inTest) ? all.filter((s) => !s.inTest) : all;
    if (real.length === 0) return pass;
    const method = operation.http?.method ?? operation.entry?.http?.method;
    const asked = real.filter((s) => methodFits(s.method, method));
    const own = asked.filter((s) => s.method === method);
    const meant = own.length > 0 ? own : asked;
    if (meant.length === 0)
      return noOwner(
        `${fileOf(real[0])} has handlers for ${real.map((s) => s.method).join(', ')}, none for ${method ?? 'this method'}`,
      );
    const owners: FunctionRef[] = [];
    for (const span of meant) {
      step(
        'found',
        `${span.form} with "${span.name}" at ${fileOf(span)}:${span.at.line + 1}`,
        span.at,
      );
      if (span.owner !== undefined) owners.push(span.owner);
    }
    const form = meant[0]?.form ?? 'a span';
    if (owners.length === 0)
      return noOwner(
        meant[0]?.scope === undefined
          ? 'the span is made at module level, outside of any function'
          : `${form} of ${fileOf(meant[0])} is around something that is not a function of the workspace`,
      );
    if (meant.every((s) => s.name === operation.name))
      return decide(context, owners, 'exact', `${form} has this name`);
    return owners.length < meant.length
      ? noOwner(
          `the backend keeps names in lower case, and not all spans that may be written “${operation.name}” are made in a function of the workspace`,
        )
      : decide(
          context,
          owners,
          'strong',
          `${form} has this name, but for upper case that the backend doesn’t keep`,
        );
  },
};

/** A hand-made span is no library's; a framework's has the scope of its instrumentation, which metrics may lack. */
function madeBy({ scope }: SpanLiteral, { operation, index }: RuleContext): boolean {
  if (scope !== undefined)
    return scope === operation.scope || (operation.source === 'metric' && operation.scope === '');
  return (
    !index.instrumentations.madeByLibrary(operation.scope) &&
    operation.http === undefined &&
    operation.rpc === undefined
  );
}

const methodFits = (declared: string | undefined, asked: string | undefined): boolean =>
  declared === undefined ||
  asked === undefined ||
  declared === '*' ||
  declared === asked ||
  (asked === 'HEAD' && declared === 'GET');

const fileOf = (span: SpanLiteral | undefined): string =>
  span === undefined ? '' : span.at.path.slice(span.at.path.lastIndexOf('/') + 1);
