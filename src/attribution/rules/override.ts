import type { Operation } from '../../domain/operation.ts';
import type { AttributionOverride } from '../../domain/workspace.ts';
import { noOwner, pass, passBecause, type Rule } from '../rule.ts';

/** A person's decision in prodlens.json wins over every rule. */
export const override: Rule = {
  id: 'prodlens.json',
  title: 'a decision in prodlens.json',
  apply: ({ operation, index }) => {
    const decided = index.facts.overrides.find((o) => fits(o, operation));
    if (decided === undefined) return pass;
    if (decided.function === null) return noOwner('prodlens.json says that no function owns it');
    const owner = index.functionNamed(decided.function);
    if (owner === undefined)
      return passBecause(`prodlens.json names ${decided.function}, which is not in the workspace`);
    return { kind: 'owned', owner, confidence: 'exact', explanation: 'prodlens.json says so' };
  },
};

/** A decision about a request that a service takes is none about the requests that it makes. */
const aboutCallsOut = ({ kind }: Operation, { span }: AttributionOverride): boolean =>
  (kind === 'client' || kind === 'producer') && span === undefined;

const fits = (decision: AttributionOverride, operation: Operation): boolean =>
  !aboutCallsOut(operation, decision) &&
  same(decision.service, operation.service) &&
  same(decision.span, operation.name) &&
  same(decision.method, operation.http?.method) &&
  same(decision.route, operation.http?.route) &&
  same(decision.rpc, operation.rpc?.method) &&
  same(decision.in, operation.entry?.name);

const same = (wanted: string | undefined, seen: string | undefined): boolean =>
  wanted === undefined || wanted === seen;
