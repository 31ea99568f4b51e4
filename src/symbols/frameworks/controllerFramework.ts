import type { Arg } from './expression.ts';
import type { FrameworkBase } from './frameworkBase.ts';

/** Frameworks whose routes are annotations on classes and their methods. */
export interface ControllerFramework extends FrameworkBase {
  readonly kind: 'controller';
  /** Where its annotations are imported from, as beginnings of full names; absent: names alone decide. */
  readonly packages?: readonly string[];
  /** Annotations of the program that carry the framework's count as these (meta-annotations). */
  readonly composed?: true;
  /** Annotations that make a class a controller; none: a mapped method is enough. */
  readonly controllers: readonly string[];
  /** Annotation of the class that carries the prefix, and where it is in it. */
  readonly classPath: { readonly annotations: readonly string[]; readonly path: Arg };
  /** Annotations of methods → HTTP method; `from` reads it from an argument. */
  readonly methods: Readonly<
    Record<string, string | { readonly from: Arg; readonly otherwise: string }>
  >;
  readonly methodPath: Arg;
  /** The path of a method is in an annotation of its own, beside the verb's: `@GET @Path("/x")`. */
  readonly methodPathAnnotation?: string;
  /** The path of a method may be in an annotation of its own, where the verb's has none: `[HttpGet] [Route("x")]`. */
  readonly pathBeside?: string;
  /** Paths of methods that aren't below their class's. */
  readonly absolutePath?: RegExp;
  /** Types that make a class that extends one a controller, and names that make one by themselves. */
  readonly controllerTypes?: RegExp;
  readonly controllerNames?: RegExp;
  /** Where neither class nor method has a template, the annotations make no route: it comes from a convention. */
  readonly templateNeeded?: true;
  /** Parts of templates that stand for names: of the class or method without this ending, unless the annotation says another. */
  readonly tokens?: Readonly<
    Record<
      string,
      { readonly class?: RegExp; readonly method?: RegExp; readonly annotation?: string }
    >
  >;
  /** A method with a path but no verb gives the object that serves what follows, by its type. */
  readonly locators?: true;
  /** Mapping annotations may be on an interface that the class implements. */
  readonly inherited: boolean;
  /**
   * Interfaces with the mappings are often generated from an OpenAPI document, whose operationId names the method. The class that
   * implements one has an annotation of a controller, or none.
   */
  readonly generatedInterfaces?: 'marked' | 'unmarked';
  /** Annotation of a class that puts a path before all routes of the program. */
  readonly applicationPath?: { readonly annotation: string; readonly path: Arg };
  /** Parts of a template that no span shows: `{?query*}`. */
  readonly templateNoise?: RegExp;
  /** Calls that change all routes of a program. */
  readonly settings?: {
    /** What the file imports that starts a program: calls near another one are of that one. */
    readonly starts?: { readonly module: string; readonly exported: string };
    readonly globalPrefix?: {
      readonly member: string;
      readonly path: Arg;
      /** Templates that it isn't put before, each alone or as `path` and `method` of an object. */
      readonly exclude: Arg;
      /** Text of a method that stands for all. */
      readonly anyMethod: RegExp;
    };
    readonly modules?: ModuleTree;
    readonly versioning?: {
      readonly member: string;
      readonly type: Arg;
      /** Text of the `type` that puts the version in the path. */
      readonly uri: RegExp;
      readonly prefix: Arg;
      readonly defaultPrefix: string;
      readonly otherwise: Arg;
      /** Text of a version that has no segment. */
      readonly neutral: RegExp;
      /** Where class and method say their version. */
      readonly classVersion: Arg;
      readonly methodAnnotation: string;
    };
  };
  /** Properties of the application that come before all routes, in this order; of each list, whichever is set. */
  readonly prefixProperties?: readonly (readonly string[])[];
  /** Whoever deploys the program may put another prefix before all routes (a container's context path). */
  readonly prefixable?: true;
}

/** A call that puts modules, and with them the controllers that they name, under a tree of paths. */
export interface ModuleTree {
  /** Annotation of a module's class, and where it names its controllers. */
  readonly annotation: string;
  readonly controllers: Arg;
  readonly receiver: string;
  readonly member: string;
  /** Properties of an entry; an entry may also be a module alone, which has the path above. */
  readonly path: string;
  readonly module: string;
  readonly children: string;
}

/** Every annotation that a framework's declaration speaks of. */
export function annotationNames(framework: ControllerFramework): readonly string[] {
  const { controllers, classPath, methods, methodPathAnnotation, applicationPath } = framework;
  const single = [
    methodPathAnnotation,
    framework.pathBeside,
    ...Object.values(framework.tokens ?? {}).map((token) => token.annotation),
    applicationPath?.annotation,
    framework.settings?.versioning?.methodAnnotation,
    framework.settings?.modules?.annotation,
  ];
  return [
    ...controllers,
    ...classPath.annotations,
    ...Object.keys(methods),
    ...single.filter((name) => name !== undefined),
  ];
}
