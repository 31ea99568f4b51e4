import type { Arg } from './expression.ts';

/** Frameworks whose routes are registered on router values: by call (`router.get(path, handler)`) or decorator. */
export interface RouterFramework {
  readonly kind: 'router';
  readonly id: string;
  /** Of `families/`: the languages it is written in. */
  readonly family: string;
  /** What makes a router, as `module:exported.name` ("express:" is the module itself, called). */
  readonly creators: Readonly<Record<string, { readonly root?: true; readonly prefix?: Arg }>>;
  /** Members that register a handler → HTTP method, `*` for any. */
  readonly verbs: Readonly<Record<string, string>>;
  /** Members that register a handler for a list of methods. */
  readonly verbLists?: Readonly<
    Record<
      string,
      {
        readonly path: Arg;
        readonly methods: Arg;
        readonly handler?: Arg;
        readonly otherwise: string;
      }
    >
  >;
  readonly path: Arg;
  /** Where the handler is: the last argument, the decorated function, or an argument. */
  readonly handler: 'last' | 'decorated' | Arg;
  /** Member that fixes the path for the verbs chained after it: `router.route(path).get(h)`. */
  readonly chain?: string;
  /** Members that put one router under another. `rest`: every argument after the prefix may be a router. */
  readonly mounts: Readonly<Record<string, { readonly prefix: Arg; readonly child: 'rest' | Arg }>>;
  /** Members that give a router with a prefix of its own (`Group("/x")`). */
  readonly groups?: Readonly<Record<string, Arg>>;
  /** `/items/` and `/items` are one route. */
  readonly trailingSlash: 'same' | 'differs';
}

/** Frameworks whose routes are annotations on classes and their methods. */
export interface ControllerFramework {
  readonly kind: 'controller';
  readonly id: string;
  /** Of `families/`: the languages it is written in. */
  readonly family: string;
  /** Annotations that make a class a controller. */
  readonly controllers: readonly string[];
  /** Annotation of the class that carries the prefix, and where it is in it. */
  readonly classPath: { readonly annotations: readonly string[]; readonly path: Arg };
  /** Annotations of methods → HTTP method; `from` reads it from an argument. */
  readonly methods: Readonly<
    Record<string, string | { readonly from: Arg; readonly otherwise: string }>
  >;
  readonly methodPath: Arg;
  /** Mapping annotations may be on an interface that the class implements. */
  readonly inherited: boolean;
  /** Calls that change all routes of a program. */
  readonly settings?: {
    readonly globalPrefix?: { readonly member: string; readonly path: Arg; readonly exclude: Arg };
    readonly versioning?: {
      readonly member: string;
      readonly type: Arg;
      /** Text of the `type` that puts the version in the path. */
      readonly uri: RegExp;
      readonly prefix: Arg;
      readonly otherwise: Arg;
      /** Where class and method say their version. */
      readonly classVersion: Arg;
      readonly methodAnnotation: string;
    };
  };
  /** Properties of the application that prefix all routes (server.servlet.context-path). */
  readonly contextPath?: boolean;
}

export type Framework = RouterFramework | ControllerFramework;

/** How a span made by hand is written in a language. */
export interface SpanPattern {
  /** Of `families/`: the languages it is written in. */
  readonly family: string;
  /** Member or function called with the span's name. */
  readonly calls: Readonly<Record<string, Arg>>;
  /** Decorators or annotations, with the span's name; without one, the function's own name is the span's. */
  readonly decorators: Readonly<Record<string, Arg>>;
}
