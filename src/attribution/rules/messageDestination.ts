import type { EndpointDecl } from '../../domain/endpoint.ts';
import { mayBeWritten, type Operation } from '../../domain/operation.ts';
import { eligible, handlersOf, placeOf } from '../endpointVerdict.ts';
import { noOwner, pass, passBecause, type Rule, type RuleContext, type Verdict } from '../rule.ts';

/** Topic or queue → the function that works on its messages. */
export const messageDestination: Rule = {
  id: 'message-destination',
  title: 'topic or queue of a message',
  apply: (context) => {
    const { operation, index } = context;
    if (operation.kind !== 'consumer' || operation.task !== undefined) return pass;
    // A span with a name of its own is the function's that makes it.
    if (
      !index.instrumentations.madeByLibrary(operation.scope) &&
      index.spans(operation.name, operation.folded)[0]
    )
      return pass;
    const { messaging, folded } = operation;
    const said = nameOf(operation.name);
    // The attribute has kept its upper case.
    const isDestination =
      said !== undefined && mayBeWritten(said, messaging?.destination ?? '', folded);
    const named = isDestination ? (messaging?.destination ?? said) : said;
    if (messaging === undefined && named === undefined) return pass;
    if (receiptOnly.test(`${operation.scope} ${operation.name}`))
      return noOwner(
        'the span times only how messages are fetched; no span is around the work on them',
      );
    return answer(
      context,
      named,
      messaging?.destination === '' ? undefined : messaging?.destination,
    );
  },
};

/**
 * Spans that are over before the application has the message: kafka-python, aiokafka and boto3sqs 0.66b1 (`<topic> receive`), aws-sdk 0.78 for
 * Node (`<queue> receive`, empty polls too), otelsarama for Go (ends when the message was handed over).
 */
const receiptOnly =
  /^(?:opentelemetry\.instrumentation\.(?:aiokafka|kafka|boto3sqs)|@opentelemetry\/instrumentation-aws-sdk|\S*\/otelsarama) .*\breceive\b/;

const work = '(?:process|receive|consume|deliver|handle)';
const before = new RegExp(`^(\\S+) ${work}$`);
const after = new RegExp(`^${work} (\\S+)$`);

/**
 * `<queue> process` (amqplib 0.70 for Node, pika 0.66b1, the Java agent), `process <topic>` (kafkajs 0.32, BullMQ 6). Where an exchange
 * sent the message, some have the queue only here, and the exchange as the destination.
 */
const nameOf = (name: string): string | undefined => (before.exec(name) ?? after.exec(name))?.[1];

function answer(
  context: RuleContext,
  named: string | undefined,
  destination: string | undefined,
): Verdict {
  const { endpoints } = context.index;
  const { folded } = context.operation;
  const handlersFor = (name: string): readonly EndpointDecl[] =>
    fitting(
      context,
      endpoints.destination(name, folded === true && name === named && name !== destination),
    );
  const label = named ?? destination ?? '';
  const exact = named === undefined ? [] : handlersFor(named);
  // The queue is told apart from the exchange only where both are named.
  if (exact.length > 0 && destination !== undefined && destination !== named)
    return handlersOf(context, exact, 'exact', `a consumer of ${label} is registered`);
  const at = destination ?? label;
  const bound = endpoints.queuesOf(at, folded === true && at !== destination).flatMap(handlersFor);
  const found = [...exact, ...(at === named ? [] : handlersFor(at)), ...bound];
  if (found.length > 0)
    return handlersOf(
      context,
      found,
      bound.length > 0 ? 'strong' : 'exact',
      `a consumer of ${label} is registered`,
    );
  return context.operation.scope.startsWith(routingKeyOnly)
    ? byRoutingKey(context, label)
    : unreadVerdict(context, label);
}

/** Java agent 2.33, spring-rabbit: `<routing key> process`, and the routing key as the destination; of direct messages it is the queue. */
const routingKeyOnly = 'io.opentelemetry.spring-rabbit';

function byRoutingKey(context: RuleContext, label: string): Verdict {
  const consumers = fitting(context, context.index.endpoints.consumers);
  const because = `the telemetry names only the routing key ${label}, and no binding of it to a queue was found in the source`;
  return consumers.length === 0
    ? passBecause(`no consumer of ${label} was found in the workspace’s source`)
    : handlersOf(context, consumers, 'weak', because);
}

function fitting(
  context: RuleContext,
  endpoints: readonly EndpointDecl[],
): readonly EndpointDecl[] {
  const system = systemOf(context.operation);
  return eligible(context, endpoints).filter(
    (e) => system === undefined || e.system === undefined || e.system === system,
  );
}

/** One name where conventions differ: https://opentelemetry.io/docs/specs/semconv/registry/attributes/messaging/#messaging-system */
const systemOf = ({ messaging }: Operation): string | undefined =>
  messaging?.system?.toLowerCase().replace(/^(?:amazonsqs|aws\.sqs)$/, 'aws_sqs');

/** All others are read, so messages of an unknown destination can only go where the source doesn't say it. */
function unreadVerdict(context: RuleContext, label: string): Verdict {
  const unread = fitting(
    context,
    context.index.endpoints.consumers.filter((e) => e.unresolved !== undefined),
  );
  const [first] = unread;
  if (first === undefined)
    return passBecause(`no consumer of ${label} was found in the workspace’s source`);
  const because = `the destination of the consumer at ${placeOf(first)} can’t be read (${first.unresolved ?? ''})`;
  if (unread.some((e) => e.handler === undefined)) return noOwner(`${because}, nor its handler`);
  return handlersOf(
    context,
    unread,
    'weak',
    `${because}, and all others get other messages than ${label}`,
  );
}
