import type { DestinationBinding } from '../../../../domain/endpoint.ts';
import type { ConsumerFramework } from '../../endpoints/endpointFramework.ts';
import {
  argument,
  isCall,
  receiverOf,
  renderExpr,
  type Arg,
  type CallExpr,
} from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { Evaluator } from '../evaluator.ts';
import { handlerOf, type Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { ProgramPropertiesIndex } from '../programProperties.ts';
import { sourceOf } from '../sources.ts';
import type { Text } from '../text.ts';
import { annotatedConsumers } from './annotatedConsumers.ts';
import { destinationsOf } from './destinations.ts';
import {
  calleeName,
  type LinkedConsumers,
  type LinkedEndpoint,
  type Placed,
} from './linkedEndpoint.ts';

/** Functions that get the messages of topics and queues. */
export function* consumerEndpoints(
  evaluator: Evaluator,
  framework: ConsumerFramework,
  placed: readonly Placed[],
  properties: ProgramPropertiesIndex,
): Generator<void, LinkedConsumers> {
  const endpoints: LinkedEndpoint[] = [];
  const bindings: DestinationBinding[] = [];
  const subscribed = new Map<string, Text[]>();
  for (const one of placed) {
    yield;
    const arg = framework.pairs?.subscribe[calleeName(one.call)];
    if (arg === undefined || one.target !== undefined) continue;
    const receiver = receiverId(one);
    subscribed.set(receiver, [
      ...(subscribed.get(receiver) ?? []),
      ...textsOf(evaluator, one, arg),
    ]);
  }
  for (const one of placed) {
    yield;
    const name = calleeName(one.call);
    if (one.target !== undefined) {
      const annotated = annotatedConsumers(evaluator, framework, one, one.target, properties);
      endpoints.push(...annotated.endpoints);
      bindings.push(...annotated.bindings);
      continue;
    }
    const whole = framework.calls?.[name];
    const run = framework.pairs?.run[name];
    const binding = framework.bindings?.[name];
    if (whole !== undefined) {
      const maker =
        whole.handlerOfReceiver && receiverMadeWith(evaluator, one, whole.handlerOfReceiver);
      const handler =
        handlerIn(evaluator, one, whole.handler, whole.method) ??
        (maker && handlerIn(evaluator, maker.place, maker.arg, whole.method));
      const made = madeWith(evaluator, one, whole.destination);
      if (made !== undefined)
        endpoints.push(...of(framework, one, textsOf(evaluator, made.place, made.arg), handler));
    }
    if (run !== undefined) {
      const handler = handlerIn(evaluator, one, run);
      const absent = run !== 'enclosing' && argument(one.call, run) === undefined;
      const texts = subscribed.get(receiverId(one)) ?? [
        {
          text: '',
          unresolved: `what ${renderExpr(receiverOf(one.call)?.receiver)} subscribes to`,
        },
      ];
      if (!absent) endpoints.push(...of(framework, one, texts, handler));
    }
    if (binding !== undefined) {
      const [from] = textsOf(evaluator, one, binding.from);
      const [to] = textsOf(evaluator, one, binding.to);
      if (from?.unresolved === undefined && to?.unresolved === undefined)
        if (from !== undefined && to !== undefined) bindings.push({ from: from.text, to: to.text });
    }
  }
  for (const { key } of endpoints) {
    const pattern = patternOf(framework, key);
    if (pattern !== undefined) bindings.push({ from: pattern, to: key });
  }
  return { endpoints, bindings };
}

/** A destination with wildcards gets the messages of all that it fits, as a queue gets those of the keys that it is bound to. */
function patternOf({ wildcards }: ConsumerFramework, destination: string): string | undefined {
  if (wildcards === undefined) return undefined;
  const words = destination.split('.');
  if (!words.some((word) => wildcards[word] !== undefined)) return undefined;
  return words.map((word) => wildcards[word] ?? word).join('.');
}

function of(
  framework: ConsumerFramework,
  { file, call }: { readonly file: LinkedFile; readonly call: CallExpr },
  texts: readonly Text[],
  handler: Found | undefined,
): LinkedEndpoint[] {
  return texts.map(({ text, unresolved }) => ({
    framework,
    key: framework.destinationIsUrl === true ? text.slice(text.lastIndexOf('/') + 1) : text,
    ...(unresolved === undefined ? {} : { unresolved }),
    handler,
    file,
    line: call.line,
  }));
}

const textsOf = (
  evaluator: Evaluator,
  { file, scope, call }: Placed,
  arg: Arg,
): readonly Text[] => {
  const given = argument(call, arg);
  return given === undefined
    ? [{ text: '', unresolved: 'a computed value' }]
    : destinationsOf(evaluator, file, scope, given);
};

/** Where the destination is written: the call itself, or the one that made what it is called on. */
function madeWith(
  evaluator: Evaluator,
  one: Placed,
  destination: Arg | { readonly receiver: Readonly<Record<string, Arg>> },
): { readonly place: Placed; readonly arg: Arg } | undefined {
  return 'receiver' in destination
    ? receiverMadeWith(evaluator, one, destination.receiver)
    : { place: one, arg: destination };
}

function receiverMadeWith(
  evaluator: Evaluator,
  { file, scope, call }: Placed,
  makers: Readonly<Record<string, Arg>>,
): { readonly place: Placed; readonly arg: Arg } | undefined {
  const receiver = receiverOf(call)?.receiver;
  const made = receiver === undefined ? undefined : sourceOf(evaluator, file, scope, receiver);
  if (made === undefined || !isCall(made.expr)) return undefined;
  const arg = makers[calleeName(made.expr)];
  const place = { file: made.file, scope: made.scope, call: made.expr, target: undefined };
  return arg === undefined ? undefined : { place, arg };
}

function handlerIn(
  evaluator: Evaluator,
  { file, scope, call }: Placed,
  where: Arg | 'enclosing',
  method?: string,
): Found | undefined {
  if (where === 'enclosing') return scope < 0 ? undefined : { file, index: scope };
  const given = argument(call, where);
  const found =
    method === undefined
      ? undefined
      : evaluator.member(evaluator.evaluate(file, scope, given), method);
  return found?.kind === 'function' ? found : handlerOf(evaluator, file, scope, given);
}

/** The value that two calls are made on: a field of the same class, or a variable of the same place. */
function receiverId({ file, scope, call }: Placed): string {
  const name = renderExpr(receiverOf(call)?.receiver);
  const first = /^[\w$]+/.exec(name)?.[0] ?? '';
  const owner: Scope =
    first === 'this' || first === 'self'
      ? (file.classAround(scope) ?? -1)
      : (file.parameterScope(scope, first) ??
        file.binding(scope, first)?.scope ??
        file.classAround(scope) ??
        scope);
  return `${file.path}#${owner}.${name}`;
}
