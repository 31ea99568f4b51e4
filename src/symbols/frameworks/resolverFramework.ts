import type { Arg } from './expression.ts';
import type { FrameworkBase } from './frameworkBase.ts';

/** GraphQL servers: functions that give fields their values, by the schema's type and field. */
export interface ResolverFramework extends FrameworkBase {
  readonly kind: 'resolvers';
  /** Modules that a program with such resolvers imports. */
  readonly modules: RegExp;
  /** Functions and classes of these modules that take maps `{ Type: { field: resolver } }`, alone or in lists. */
  readonly takers?: Readonly<Record<string, Arg>>;
  /** An object with one of these keys is such a map too: many are joined by what can't be read (globs, helpers). */
  readonly rootTypes?: readonly string[];
  /** Classes and functions that make one type from its name and its fields with their resolvers. */
  readonly types?: Readonly<Record<string, { readonly name: Arg; readonly fields: Arg }>>;
  /** Annotations on classes and their methods. */
  readonly annotations?: {
    /** Of classes, with the type whose fields their methods resolve. */
    readonly classes: Readonly<Record<string, Arg>>;
    /** Of methods → the type; `class`: the one that the class's annotation names. */
    readonly methods: Readonly<Record<string, string>>;
    /** Where the field's name is, when it isn't the method's. */
    readonly field: Arg;
    /** Where a method's annotation names the type. */
    readonly type?: Arg;
    /** Annotation of a class of the schema that gives it another name. */
    readonly typeName?: { readonly annotations: readonly string[]; readonly name: Arg };
  };
  /** Annotated classes are types, with the fields of those above them; the same words make a field of a method, or are assigned. */
  readonly typeClasses?: {
    /** Of classes, with the type's name where it isn't the class's. */
    readonly annotations: Readonly<Record<string, Arg>>;
    /** `@field def books`, `books = field(resolver=find)`. */
    readonly fields: readonly string[];
    readonly name: Arg;
    readonly resolver: Arg;
  };
  /** Values that stand for a type and register functions for its fields: `query = QueryType()`, then `@query.field('books')`. */
  readonly registrars?: {
    /** What makes them → the type, or where its name is. */
    readonly makers: Readonly<Record<string, string | Arg>>;
    /** Their decorators, with the field's name. */
    readonly decorators: readonly string[];
  };
  /** Calls in a class's body that declare a field: `field :books, [BookType]`, resolved by the class's method or another class. */
  readonly declared?: {
    readonly call: string;
    /** Only files with this in their text are looked at. */
    readonly mentioned: RegExp;
    readonly field: Arg;
    /** Another class that resolves it, and its method. */
    readonly classes: Arg;
    readonly method: string;
    /** Another method of the class. */
    readonly ownMethod: Arg;
    /** End of the classes' names that the schema leaves out. */
    readonly suffix: string;
  };
  /** Source of a pattern for types whose methods are the fields; the group is the schema's type. */
  readonly receivers?: string;
}
