import type { Attribution, ExplanationStep } from '../domain/attribution.ts';
import type { Operation } from '../domain/operation.ts';
import type { WorkspaceFacts } from '../domain/workspace.ts';
import { rules } from './registry.ts';
import { renderOperation } from './renderOperation.ts';
import { WorkspaceIndex } from './workspaceIndex.ts';

/** Maps operations to functions. Pure: the same facts and operation give the same answer. */
export interface Attributor {
  attribute(operation: Operation): Attribution;
}

/** Cheap to make: lookups are built when first needed. */
export function createAttributor(workspace: WorkspaceFacts): Attributor {
  const index = new WorkspaceIndex(workspace);
  return { attribute: (operation) => attribute(index, operation) };
}

function attribute(index: WorkspaceIndex, operation: Operation): Attribution {
  const telemetry = renderOperation(operation);
  const steps: ExplanationStep[] = [{ stage: 'seen', text: telemetry }];
  const step = (stage: ExplanationStep['stage'], text: string): void => {
    steps.push({ stage, text });
  };
  let note: string | undefined;
  for (const rule of rules) {
    const verdict = rule.apply({ operation, index, step });
    if (verdict.kind === 'pass') {
      if (verdict.note !== undefined) step('rule', `${rule.title}: ${verdict.note}`);
      note ??= verdict.note;
      continue;
    }
    step('rule', `${rule.title} (${rule.id})`);
    step('decision', verdict.explanation);
    const { explanation } = verdict;
    const common = { operation: operation.id, steps, telemetry, explanation };
    switch (verdict.kind) {
      case 'owned':
        return {
          ...common,
          kind: 'owned',
          owner: verdict.owner,
          confidence: verdict.confidence,
          rule: rule.id,
        };
      case 'ambiguous':
        return { ...common, kind: 'ambiguous', candidates: verdict.candidates, rule: rule.id };
      case 'none':
        return { ...common, kind: 'none' };
    }
  }
  const explanation =
    note ??
    'the telemetry names neither code, route, Class.method nor a span name that is written in the source';
  step('decision', explanation);
  return { operation: operation.id, steps, telemetry, explanation, kind: 'none' };
}
