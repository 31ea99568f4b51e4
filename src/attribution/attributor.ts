import type { Attribution, ExplanationStep, SourcePlace } from '../domain/attribution.ts';
import type { Operation } from '../domain/operation.ts';
import type { WorkspaceFacts } from '../domain/workspace.ts';
import { rules } from './registry.ts';
import { renderOperation } from './renderOperation.ts';
import type { Verdict } from './rule.ts';
import { WorkspaceIndex } from './workspaceIndex.ts';

/** Maps operations to functions. Pure: the same facts and operation give the same answer. */
export interface Attributor {
  attribute(operation: Operation): Attribution;
  /** Builds the lookups one after the other, for who can't wait for all at once. */
  prepare(): Generator<void, void>;
  /** The same workspace with other services of files; what was built is shared. */
  serving(servicesOf: WorkspaceFacts['servicesOf']): Attributor;
}

/** Cheap to make: lookups are built when first needed. */
export const createAttributor = (workspace: WorkspaceFacts): Attributor =>
  over(new WorkspaceIndex(workspace));

const over = (index: WorkspaceIndex): Attributor => ({
  attribute: (operation) => attribute(index, operation),
  prepare: () => index.prepare(),
  serving: (servicesOf) => over(index.serving(servicesOf)),
});

function attribute(index: WorkspaceIndex, operation: Operation): Attribution {
  const telemetry = renderOperation(operation);
  const steps: ExplanationStep[] = [{ stage: 'seen', text: telemetry }];
  const step = (stage: ExplanationStep['stage'], text: string, at?: SourcePlace): void => {
    steps.push(at === undefined ? { stage, text } : { stage, text, at });
  };
  const context = { operation, index, step };
  let note: string | undefined;
  for (const rule of rules) {
    const verdict = rule.apply(context);
    if (verdict.kind === 'pass') {
      if (verdict.note !== undefined) step('tried', `${rule.title}: ${verdict.note}`);
      note ??= verdict.note;
      continue;
    }
    step('rule', `${rule.title} (${rule.id})`);
    step('decision', verdict.explanation);
    return toAttribution(operation, rule.id, verdict, steps, telemetry);
  }
  const explanation =
    note ??
    'the telemetry names neither code, route, Class.method nor a span name that is written in the source';
  step('decision', explanation);
  return { operation: operation.id, steps, telemetry, explanation, kind: 'none' };
}

function toAttribution(
  { id: operation }: Operation,
  rule: string,
  verdict: Exclude<Verdict, { readonly kind: 'pass' }>,
  steps: readonly ExplanationStep[],
  telemetry: string,
): Attribution {
  const { explanation } = verdict;
  switch (verdict.kind) {
    case 'owned': {
      const { owner, confidence } = verdict;
      return { kind: 'owned', operation, steps, telemetry, explanation, owner, confidence, rule };
    }
    case 'ambiguous': {
      const { candidates } = verdict;
      return { kind: 'ambiguous', operation, steps, telemetry, explanation, candidates, rule };
    }
    case 'none':
      return { kind: 'none', operation, steps, telemetry, explanation };
  }
}
