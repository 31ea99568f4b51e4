import { createHash } from 'node:crypto';
import type { FunctionDecl, FunctionId } from '../domain/functionDecl.ts';
import type { Insight, InsightAttribution } from '../domain/insight.ts';
import { limitsOf } from '../domain/objective.ts';
import type { OperationId } from '../domain/operation.ts';
import type { ServiceState } from '../domain/release.ts';
import { sentence, type Failure } from '../domain/result.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { FunctionNumbers, Verdict } from '../domain/stats.ts';
import type { FileView, OwnedOperation } from '../symbols/contract.ts';
import { driftAgainst } from './drift.ts';
import {
  numbersOfStacks,
  stacksByFunction,
  type FunctionStacks,
  type KnownExceptions,
} from './stackErrors.ts';
import type { OperationGroup } from '../telemetry/ports.ts';

/** A function of a file in one service, with the operations that it owns or might own. */
export interface FunctionGroup {
  readonly function: FunctionDecl;
  readonly service: ServiceKey;
  /** What its numbers are asked and kept by: the service and the operations, so that a renamed function keeps them. */
  readonly key: string;
  readonly owned: readonly (OwnedOperation & {
    readonly attribution: { readonly kind: 'owned' };
  })[];
  readonly ambiguous: readonly (OwnedOperation & {
    readonly attribution: { readonly kind: 'ambiguous' };
  })[];
}

/** Groups a file's attributions by function and service, in order of appearance. */
export function groupOperations(view: FileView): readonly FunctionGroup[] {
  const byFunction = new Map<FunctionId, Map<ServiceKey, OwnedOperation[]>>();
  const add = (id: FunctionId, item: OwnedOperation): void => {
    const services = byFunction.get(id) ?? new Map<ServiceKey, OwnedOperation[]>();
    byFunction.set(id, services);
    const items = services.get(item.operation.service) ?? [];
    services.set(item.operation.service, items);
    items.push(item);
  };
  for (const item of view.attributions) {
    const { attribution } = item;
    if (attribution.kind === 'owned') add(attribution.owner.id, item);
    else if (attribution.kind === 'ambiguous')
      for (const id of new Set(attribution.candidates.map((c) => c.id))) add(id, item);
  }
  return view.functions.flatMap((declaration) =>
    [...(byFunction.get(declaration.id) ?? [])].map(([service, items]): FunctionGroup => {
      const owned = items.filter((item) => item.attribution.kind === 'owned');
      return {
        function: declaration,
        service,
        key: numbersKey(service, owned),
        owned: owned as unknown as FunctionGroup['owned'],
        ambiguous: items.filter(
          (item) => item.attribution.kind === 'ambiguous',
        ) as unknown as FunctionGroup['ambiguous'],
      };
    }),
  );
}

const numbersKey = (service: ServiceKey, owned: readonly OwnedOperation[]): string =>
  hash([service, ...owned.map(({ operation }) => operation.id).sort()]);

/** What a metrics source is asked for a group; undefined when it owns nothing. */
export function operationGroup(group: FunctionGroup): OperationGroup | undefined {
  const operations: readonly OperationId[] = group.owned.map(({ operation }) => operation.id);
  return operations.length === 0
    ? undefined
    : { key: group.key, service: group.service, operations };
}

/** What is known of the environment when a file's insights are made. */
export interface CombineContext {
  readonly environment: string;
  readonly production: boolean;
  readonly services: ReadonlyMap<ServiceKey, ServiceState>;
  /** Exceptions that have stacks, of the services that recorded any. */
  readonly exceptions?: KnownExceptions;
  readonly numbersOf: (key: string) => KnownNumbers | undefined;
  /** Why the backend gives no answer now. */
  readonly failure?: Failure;
  /** Commit of a service's release in the repository of the file; undefined while unknown. */
  readonly commitOf?: (service: ServiceKey, version: string) => string | undefined;
}

/** Numbers as last answered; `lastGood`: the newest ones with calls in them, when the present answer has none. */
export interface KnownNumbers {
  readonly numbers: FunctionNumbers;
  readonly lastGood?: FunctionNumbers;
}

/** One insight per function and service (docs/semantics.md, "Age and states"). Functions wait in silence while loading. */
export function combine(view: FileView, context: CombineContext): readonly Insight[] {
  const groups = groupOperations(view);
  const insights: Insight[] = [];
  const add = (insight: Insight): void => {
    insights.push(withReleases(withObjective(insight, view), view, context));
  };
  const stacks = stacksByFunction(view, context.exceptions);
  for (const declaration of view.functions) {
    const own = groups.filter((group) => group.function.id === declaration.id);
    const errors = (stacks.get(declaration.id) ?? []).map((of) =>
      ofStacks(declaration, of, context),
    );
    const shown = own.flatMap((group) => ofGroup(group, context));
    // What was in a stack was called, whatever the spans say; where they have numbers of it, theirs count.
    const replaced = (service: ServiceKey | undefined): boolean =>
      errors.some((insight) => insight.service === service);
    const kept = shown.filter(({ state, service }) => state !== 'noTraffic' || !replaced(service));
    kept.forEach(add);
    for (const insight of errors)
      if (!kept.some(({ service }) => service === insight.service)) add(insight);
    if (own.length === 0 && errors.length === 0 && declaration.kind !== 'class')
      add(withoutTelemetry(view, declaration, context));
  }
  return insights;
}

function withObjective(insight: Insight, view: FileView): Insight {
  const objective = limitsOf(view.objectives ?? [], insight.function.id, insight.service);
  return objective === undefined ? insight : { ...insight, objective };
}

/** Commits beside the releases, and how the function differs from what they run. */
function withReleases(insight: Insight, view: FileView, context: CombineContext): Insight {
  const { service, numbers } = insight;
  const { commitOf } = context;
  if (service === undefined || commitOf === undefined) return insight;
  const running = (context.services.get(service)?.releases ?? []).filter((r) => r.running);
  const compared = driftAgainst(
    view,
    insight.function,
    running.map(({ version }) => commitOf(service, version)),
  );
  // What was called is there, whatever the source says.
  const drift = compared === 'notInRelease' && insight.state === 'observed' ? 'edited' : compared;
  const releases = numbers?.releases.map((release) => {
    const commit = release.commit ?? commitOf(service, release.version);
    return commit === undefined ? release : { ...release, commit };
  });
  return {
    ...insight,
    ...(numbers === undefined || releases === undefined
      ? {}
      : { numbers: { ...numbers, releases } }),
    ...(drift === undefined ? {} : { drift }),
    ...(drift === 'notInRelease' ? { notIn: running.map(({ version }) => version) } : {}),
  };
}

const base = (declaration: FunctionDecl, context: CombineContext, service?: ServiceKey) => ({
  id: hash([context.environment, declaration.path, declaration.id, service ?? '']),
  function: declaration,
  environment: context.environment,
  production: context.production,
  ...(service === undefined ? {} : { service }),
});

function ofGroup(group: FunctionGroup, context: CombineContext): readonly Insight[] {
  const { service } = group;
  const start = {
    ...base(group.function, context, service),
    attribution: group.owned.map(attributionOf),
  };
  if (group.owned.length === 0) {
    const [first] = group.ambiguous;
    const candidates = new Map(
      group.ambiguous.flatMap(({ attribution }) =>
        attribution.candidates.map((c) => [c.id, c] as const),
      ),
    );
    return [
      {
        ...start,
        state: 'ambiguous',
        candidates: [...candidates.values()],
        reason: first?.attribution.explanation ?? '',
      },
    ];
  }
  const known = context.numbersOf(group.key);
  const { failure } = context;
  if (failure !== undefined) {
    const numbers =
      known === undefined ? undefined : hasCalls(known.numbers) ? known.numbers : known.lastGood;
    const reason = sentence(failure);
    return numbers === undefined
      ? [{ ...start, state: 'unreachable', reason }]
      : [{ ...start, ...observed(numbers), stale: true, reason }];
  }
  if (known === undefined) return [];
  const { numbers, lastGood } = known;
  if (numbers.problem !== undefined) {
    const reason = numbers.problem;
    // Of environments that can't be told apart, older numbers are no better.
    return numbers.failed === true && lastGood !== undefined
      ? [{ ...start, ...observed(lastGood), stale: true, reason }]
      : [{ ...start, state: 'unreachable', numbers, reason }];
  }
  if (hasCalls(numbers))
    return [{ ...start, ...observed(numbers), ...(numbers.serviceAlive ? {} : { stale: true }) }];
  if (numbers.serviceAlive)
    return [
      {
        ...start,
        state: 'noTraffic',
        numbers,
        reason:
          numbers.sample === undefined
            ? `${service} sends telemetry, but there was no call of this function in the window.`
            : numbers.sample.counted === undefined
              ? `None of the ${numbers.sample.traces} traces of ${service} that were looked at has a call of this function; others may have.`
              : `None of the ${numbers.sample.traces} requests of ${service} that ${numbers.sample.backend} keeps traces of is a call of this function; others may be.`,
      },
    ];
  // A silent service says nothing about calls: the last good numbers with their age, or that there is no answer.
  if (lastGood !== undefined) {
    const { silentSince } = numbers;
    const old = silentSince === undefined ? lastGood : { ...lastGood, silentSince };
    return [{ ...start, ...observed(old), stale: true }];
  }
  return [
    {
      ...start,
      state: 'unreachable',
      numbers,
      stale: true,
      reason: `There is no telemetry of ${service} in the window. Send it requests, or choose a longer window.`,
    },
  ];
}

/** A function of no span's that is in stacks: it ran, so it is observed, and of its numbers the errors are known (docs/adr/0006). */
function ofStacks(declaration: FunctionDecl, of: FunctionStacks, context: CombineContext): Insight {
  const state = context.services.get(of.service);
  const { numbers, errors } = numbersOfStacks(of, state);
  const { failure } = context;
  const explanation =
    errors.thrown > 0
      ? 'stack traces of exceptions say that they were thrown in this function'
      : 'stack traces of exceptions say that this function was being called';
  return {
    ...base(declaration, context, of.service),
    state: 'observed',
    numbers,
    errors,
    ...(failure !== undefined || state?.alive !== true ? { stale: true as const } : {}),
    ...(failure === undefined ? {} : { reason: sentence(failure) }),
    attribution: [
      {
        rule: 'stack-frame',
        confidence: of.exact ? 'exact' : 'strong',
        telemetry: 'exception.stacktrace',
        explanation: `${explanation}; no span does, so calls and latency are not known`,
        steps: [],
      },
    ],
  };
}

/** Not every source can tell when the newest call was. */
export const hasCalls = ({ total }: FunctionNumbers): boolean =>
  total !== undefined && total.count !== 0;

function observed(numbers: FunctionNumbers): Pick<Insight, 'state' | 'numbers' | 'verdict'> {
  const verdict = weightiest(numbers);
  return { state: 'observed', numbers, ...(verdict === undefined ? {} : { verdict }) };
}

const weight: readonly Verdict[] = ['worse', 'better', 'tooFew', 'same'];

/** Only releases that run at the same time: before/after is shown, but decides nothing alone. */
function weightiest(numbers: FunctionNumbers): Verdict | undefined {
  const running = new Set(numbers.releases.filter((r) => r.running).map((r) => r.version));
  const verdicts = numbers.comparisons
    .filter((c) => c.basis === 'concurrent' && running.has(c.release))
    .map((c) => c.verdict);
  return weight.find((verdict) => verdicts.includes(verdict));
}

function withoutTelemetry(
  view: FileView,
  declaration: FunctionDecl,
  context: CombineContext,
): Insight {
  const alive = view.services.find(({ service }) => context.services.get(service)?.alive === true);
  const service = alive ?? view.services[0];
  const start = { ...base(declaration, context, service?.service), attribution: [] };
  if (context.failure !== undefined)
    return { ...start, state: 'unreachable', reason: sentence(context.failure) };
  if (service === undefined)
    return { ...start, state: 'unknownService', reason: view.servicesExplanation };
  if (alive === undefined)
    return {
      ...start,
      state: 'unreachable',
      stale: true,
      reason: `There is no telemetry of ${service.service} now. Start the service and send it requests.`,
    };
  return {
    ...start,
    state: 'notInstrumented',
    reason: `${service.service} sends telemetry, but none of it maps to this function. A span around it would give it numbers.`,
  };
}

function attributionOf({
  operation,
  attribution,
}: FunctionGroup['owned'][number]): InsightAttribution {
  return {
    operation: operation.id,
    rule: attribution.rule,
    confidence: attribution.confidence,
    telemetry: attribution.telemetry,
    explanation: attribution.explanation,
    steps: attribution.steps,
  };
}

const hash = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
