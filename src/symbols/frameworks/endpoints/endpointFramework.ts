import type { Arg } from '../expression.ts';

interface EndpointFrameworkBase {
  readonly id: string;
  readonly family: string;
  /** Regular expressions' sources: a file is looked at only if its text contains one of them. */
  readonly mentions: readonly string[];
}

/** A call that registers the implementation of a service. */
export interface ServiceRegistration {
  /** Source of a pattern for the callee's last name; a group in it is the service's name. */
  readonly callee: string;
  /** Argument that names the service, where the callee doesn't. */
  readonly service?: Arg;
  /** The object, instance or class whose functions are the methods; or one function, with `method`. */
  readonly implementation: Arg;
  /** Argument that names the one method which is registered. */
  readonly method?: Arg;
}

/** RPC services: functions of an object, class or struct are the methods of the service. */
export interface ServiceFramework extends EndpointFrameworkBase {
  readonly kind: 'service';
  readonly registrations?: readonly ServiceRegistration[];
  /** What code generators append to the service's name in the definition that is registered: `.service`, `Definition`. */
  readonly definitionSuffix?: string;
  /** Sources of patterns for the types that an implementing class extends; the group is the service's name. */
  readonly bases?: readonly string[];
  /** The types are also implemented where an object is made: `new CartImplBase() { … }`. */
  readonly basesInPlace?: true;
  /** Annotations of one method, with service and method; absent ones: the names of class and method. */
  readonly methods?: Readonly<Record<string, { readonly service: Arg; readonly method: Arg }>>;
  /** Source of a pattern for an annotation of a class that serves everything; the group is the service's name. */
  readonly classAnnotation?: string;
}

/** Functions that get the messages of a topic or queue. */
export interface ConsumerFramework extends EndpointFrameworkBase {
  readonly kind: 'consumer';
  readonly system?: string;
  /** What is given may be the URL of a queue, whose last part is its name. */
  readonly destinationIsUrl?: true;
  /** Destination and handler in one call (`channel.consume(queue, handler)`, `new Worker(queue, handler)`). */
  readonly calls?: Readonly<
    Record<
      string,
      {
        /** An argument; or what the receiver was made with, by the call that made it. */
        readonly destination: Arg | { readonly receiver: Readonly<Record<string, Arg>> };
        readonly handler: Arg | 'enclosing';
        /** Where it isn't an argument: what the receiver was made with. */
        readonly handlerOfReceiver?: Readonly<Record<string, Arg>>;
        /** The handler is this method of what is given, where that isn't a function. */
        readonly method?: string;
      }
    >
  >;
  /** Words of a destination that stand for others, as AMQP has it: `*` for one word, `#` for any number. */
  readonly wildcards?: Readonly<Record<string, string>>;
  /** Destination and handler in two calls on one receiver (`subscribe`, then `run`). */
  readonly pairs?: {
    readonly subscribe: Readonly<Record<string, Arg>>;
    readonly run: Readonly<Record<string, Arg | 'enclosing'>>;
  };
  /** Annotations with the destination: of a method; of a class, whose method `handler` (or whose annotated methods) get the messages. */
  readonly annotations?: Readonly<
    Record<
      string,
      {
        readonly destination: Arg;
        readonly handler?: string;
        readonly handlers?: string;
        /** Configured names of what the annotation calls by a name of its own (`*`); the first that is set. */
        readonly configuredAs?: readonly string[];
        /** Annotations inside of it that bind a queue to routing keys; the queue is an annotation of its own, or a name. */
        readonly bindings?: { readonly at: Arg; readonly queue: Arg; readonly keys: Arg };
      }
    >
  >;
  /** Calls that bind a queue to an exchange. */
  readonly bindings?: Readonly<Record<string, { readonly from: Arg; readonly to: Arg }>>;
}

/** Functions that a job system runs by name, or clients by JSON-RPC. */
export interface TaskFramework extends EndpointFrameworkBase {
  readonly kind: 'task';
  /** Absent: tasks. */
  readonly protocol?: 'procedure';
  /** Decorators, with the task's own name if given. */
  readonly decorators?: Readonly<Record<string, Arg>>;
  /** Calls with name and function. */
  readonly calls?: Readonly<Record<string, { readonly name: Arg; readonly handler: Arg }>>;
  /** Calls with functions by their names; `named`: what leads the names with a dot, else the type's name where the language has such. */
  readonly groups?: Readonly<Record<string, { readonly functions: Arg; readonly named?: Arg }>>;
  /** Supertypes of classes whose method `method` runs; the name is the class's, or its attribute `name`. */
  readonly classes?: { readonly bases: string; readonly method: string };
  /** The name where none is given. */
  readonly otherwise: 'module.function' | 'function';
}

export type EndpointFramework = ServiceFramework | ConsumerFramework | TaskFramework;
