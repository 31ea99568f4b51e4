import { isList, isObject, renderExpr, type Expr } from '../expression.ts';
import type { ControllerFramework } from '../controllerFramework.ts';
import { AnnotationReader, type Annotation, type Placed } from './annotations.ts';
import type { Evaluator } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { ModulePaths } from './modulePaths.ts';
import type { ProgramPropertiesIndex } from './programProperties.ts';
import { startsOf } from './programStarts.ts';
import { programSettings, type ProgramSettings } from './programSettings.ts';
import { TemplateTokens } from './templateTokens.ts';
import { joinRoute, known, type Text } from './text.ts';

interface Mapped {
  readonly file: LinkedFile;
  /** Class the annotation was found in. */
  readonly owner: number;
  readonly method: number;
  readonly name: string;
  readonly signature: string;
  readonly annotations: readonly Annotation[];
}

type ClassPlace = Found;

const deepestLocator = 4;
/** Paths × methods × prefixes of one mapped method. */
const mostTemplates = 200;

/** Routes that are annotations on classes and methods, also where a class or interface above carries them. */
export function* controllerRoutes(
  evaluator: Evaluator,
  framework: ControllerFramework,
  properties: ProgramPropertiesIndex,
): Generator<void, LinkedRoute[]> {
  // Each of these looks at every file: turns between them.
  const starts = startsOf(evaluator, framework.settings?.starts);
  yield;
  const settings = programSettings(evaluator, framework, starts);
  yield;
  const modules = new ModulePaths(evaluator, framework, starts);
  yield;
  const reading = new ControllerReading(evaluator, framework, properties, settings, modules);
  const files: LinkedFile[] = [];
  for (const file of evaluator.files.values())
    if (file.family?.id === framework.family) files.push(file);
  yield* reading.findControllers(files);
  for (const file of files) {
    yield;
    reading.readFile(file);
  }
  return reading.routes;
}

class ControllerReading {
  readonly routes: LinkedRoute[] = [];
  private readonly names = new Set<string>();
  private readonly evaluator: Evaluator;
  private readonly framework: ControllerFramework;
  private readonly properties: ProgramPropertiesIndex;
  private readonly annotations: AnnotationReader;
  private readonly settings: ProgramSettings;
  private readonly modules: ModulePaths;
  private readonly tokens: TemplateTokens;
  private readonly applications: readonly { readonly file: LinkedFile; readonly path: Text }[];

  constructor(
    evaluator: Evaluator,
    framework: ControllerFramework,
    properties: ProgramPropertiesIndex,
    settings: ProgramSettings,
    modules: ModulePaths,
  ) {
    this.evaluator = evaluator;
    this.framework = framework;
    this.properties = properties;
    this.annotations = new AnnotationReader(evaluator, framework);
    this.settings = settings;
    this.modules = modules;
    this.tokens = new TemplateTokens(framework, this.annotations);
    this.applications = [...this.applicationPaths()];
  }

  /** Names of all classes that are controllers by themselves, or may be by what they extend: the others need no look. */
  *findControllers(files: readonly LinkedFile[]): Generator<void, void> {
    for (const file of files) {
      yield;
      for (const index of file.classIndexes())
        if (this.isController({ file, index })) this.names.add(lastOf(file.functions[index]?.name));
    }
    if (this.names.size === 0 || !this.framework.inherited) return;
    for (let size = -1, round = 0; size < this.names.size && round < deepestLocator; round += 1) {
      size = this.names.size;
      for (const file of files) {
        yield;
        for (const { index, supertypes } of file.facts.classes)
          if (supertypes.some((name) => this.names.has(lastOf(name))))
            this.names.add(lastOf(file.functions[index]?.name));
      }
    }
  }

  readFile(file: LinkedFile): void {
    for (const index of file.classIndexes()) {
      if (!this.names.has(lastOf(file.functions[index]?.name))) continue;
      const fact = file.classFact(index);
      if (fact?.interface || fact?.abstract || fact?.aliases !== undefined) continue;
      const above = this.hierarchy({ file, index });
      if (!above.some((place) => this.isController(place))) continue;
      const classPaths = this.modules
        .of({ file, index })
        .flatMap((module) => this.classPaths(above).map((path) => below(module, path)));
      for (const prefix of this.programPrefixes(file))
        for (const classPath of classPaths) this.readClass(above, prefix, classPath, 0);
    }
  }

  /** The class, then what it extends and implements, nearest first. */
  private hierarchy(own: ClassPlace): readonly ClassPlace[] {
    return this.framework.inherited
      ? [own, ...this.evaluator.classes.supertypes(own.file, own.index)]
      : [own];
  }

  private isController({ file, index }: ClassPlace): boolean {
    const { controllers } = this.framework;
    if (controllers.length === 0) return file.facts.decorators.length > 0;
    const { controllerTypes, controllerNames } = this.framework;
    if (controllerNames?.test(file.functions[index]?.name ?? '')) return true;
    if (file.supertypes(index).some((name) => controllerTypes?.test(lastOf(name)))) return true;
    return this.annotations.of(file, index).some((a) => controllers.includes(a.name));
  }

  private classPaths(above: readonly ClassPlace[]): readonly Text[] {
    const { annotations, path } = this.framework.classPath;
    for (const { file, index } of above) {
      const found = this.annotations.of(file, index).filter((a) => annotations.includes(a.name));
      if (found.length > 0) return found.flatMap((a) => this.texts(a.argument(path)));
    }
    return [known('')];
  }

  private readClass(
    above: readonly ClassPlace[],
    programPrefix: Text,
    classPath: Text,
    depth: number,
  ): void {
    const [own] = above;
    if (own === undefined || depth > deepestLocator) return;
    const classAnnotations = this.annotations.of(own.file, own.index).map((a) => a.call);
    const versions = this.settings.versionsOf(own.file, classAnnotations);
    const seen = new Set<string>();
    for (const place of above)
      for (const mapped of this.mappedMethods(place)) {
        const key = `${mapped.name}(${mapped.signature})`;
        if (seen.has(key)) continue;
        const handler = implementation(above, mapped);
        const replaced = handler.file !== mapped.file || handler.index !== mapped.method;
        if (replaced && this.isMapped(handler)) continue;
        seen.add(key);
        const methodVersions = this.settings.methodVersions(mapped.file, mapped.method) ?? versions;
        for (const { path, annotations } of this.methodPaths(mapped)) {
          if (this.framework.templateNeeded && classPath.text + path.text === '')
            if ((classPath.unresolved ?? path.unresolved) === undefined) continue;
          const absolute = this.framework.absolutePath?.exec(path.text)?.[0];
          const joined =
            absolute === undefined
              ? joinRoute(classPath, path, 'same')
              : { ...path, text: `/${path.text.slice(absolute.length)}` };
          const below = this.tokens.fill(joined, above, mapped);
          if (this.isLocator(mapped)) this.follow(mapped, programPrefix, below, depth);
          else
            for (const annotation of annotations)
              for (const method of this.methodsOf(annotation, above))
                for (const version of methodVersions)
                  this.add(own.file, mapped, handler, method, programPrefix, below, version);
        }
      }
  }

  private add(
    file: LinkedFile,
    mapped: Mapped,
    handler: Found,
    method: string,
    programPrefix: Text,
    below: Text,
    version: Text,
  ): void {
    const bare = version.text === '' && version.unresolved === undefined;
    const versioned = bare ? below : joinRoute(version, below, 'same');
    const prefix = this.settings.prefixFor(file, below, method);
    const own = joinRoute(prefix, versioned, 'same');
    const path = joinRoute(programPrefix, own, 'same');
    this.routes.push({
      framework: this.framework.id,
      method,
      path,
      ...(own.unresolved === undefined ? { routerPath: own.text } : {}),
      ...(this.framework.prefixable === undefined || own.unresolved !== undefined
        ? {}
        : { prefixable: true }),
      handler,
      file: mapped.file,
      line: mapped.annotations[0]?.line ?? 0,
    });
  }

  /** Methods of one class that carry an annotation of the framework, with all of these. */
  private mappedMethods({ file, index: owner }: ClassPlace): Mapped[] {
    const found: Mapped[] = [];
    for (const method of file.annotatedIn(owner)) {
      const decl = file.functions[method];
      if (decl === undefined || decl.kind === 'class') continue;
      const annotations = this.annotations.of(file, method).filter((a) => this.maps(a));
      if (annotations.length === 0) continue;
      const name = decl.name.slice(decl.name.lastIndexOf('.') + 1);
      const signature = file.signature(owner, method);
      found.push({ file, owner, method, name, signature, annotations });
    }
    return found;
  }

  private maps({ name }: Annotation): boolean {
    const { methods, methodPathAnnotation, pathBeside } = this.framework;
    return methods[name] !== undefined || name === methodPathAnnotation || name === pathBeside;
  }

  private isMapped({ file, index }: Found): boolean {
    return this.annotations.of(file, index).some((a) => this.maps(a));
  }

  /** Paths of a method, each with the annotations that say its verbs. */
  private methodPaths(
    mapped: Mapped,
  ): readonly { readonly path: Text; readonly annotations: readonly Annotation[] }[] {
    const { methodPathAnnotation, methodPath, pathBeside } = this.framework;
    const { annotations } = mapped;
    if (methodPathAnnotation !== undefined) {
      const own = annotations.find((a) => a.name === methodPathAnnotation);
      const paths = own === undefined ? [known('')] : this.texts(own.argument(methodPath));
      return paths.map((path) => ({ path, annotations }));
    }
    const beside = annotations.filter((a) => a.name === pathBeside);
    const verbs = annotations.filter((a) => a.name !== pathBeside);
    const alone = verbs.filter((a) => beside.length > 0 && a.argument(methodPath) === undefined);
    const paths = verbs
      .filter((a) => !alone.includes(a))
      .flatMap((a) =>
        this.texts(a.argument(methodPath)).map((path) => ({ path, annotations: [a] })),
      );
    for (const one of beside)
      for (const path of this.texts(one.argument(methodPath)))
        paths.push({ path, annotations: verbs.length === 0 ? [one] : alone });
    return paths.slice(0, mostTemplates);
  }

  private methodsOf(annotation: Annotation, above: readonly ClassPlace[]): readonly string[] {
    const method = this.framework.methods[annotation.name];
    if (method === undefined) return annotation.name === this.framework.pathBeside ? ['*'] : [];
    if (typeof method === 'string') return [method];
    const given = annotation.argument(method.from) ?? this.classMethods(method.from, above);
    if (given === undefined) return [method.otherwise];
    const list = isList(given.expr) ? given.expr.list : [given.expr];
    return list.map(methodName);
  }

  /** Methods that the class's own mapping names hold where its methods name none. */
  private classMethods(
    from: Parameters<Annotation['argument']>[0],
    above: readonly ClassPlace[],
  ): Placed | undefined {
    const { annotations } = this.framework.classPath;
    for (const { file, index } of above)
      for (const annotation of this.annotations.of(file, index))
        if (annotations.includes(annotation.name)) return annotation.argument(from);
    return undefined;
  }

  private isLocator(mapped: Mapped): boolean {
    return (
      this.framework.locators === true &&
      mapped.annotations.every((a) => a.name === this.framework.methodPathAnnotation)
    );
  }

  /** What a locator gives serves what follows, by its type; an interface's implementation, where there is one. */
  private follow(mapped: Mapped, programPrefix: Text, path: Text, depth: number): void {
    const type = mapped.file.classFact(mapped.owner)?.results?.[mapped.method];
    const value =
      type === undefined
        ? undefined
        : this.evaluator.evaluate(mapped.file, mapped.owner, { name: type });
    if (value?.kind === 'class')
      this.readClass(this.hierarchy(value), programPrefix, path, depth + 1);
  }

  /** One text per path; an absent one is the empty path. */
  private texts(given: Placed | undefined): readonly Text[] {
    if (given === undefined || isObject(given.expr)) return [known('')];
    const { file, scope, expr } = given;
    const value = this.evaluator.evaluate(file, scope, expr);
    const written = value?.kind === 'written' && isList(value.expr) ? value : undefined;
    const texts =
      written !== undefined && isList(written.expr)
        ? written.expr.list.map((e) => this.evaluator.text(written.file, written.scope, e))
        : [this.evaluator.text(file, scope, expr)];
    const { templateNoise } = this.framework;
    return texts.map((text) => {
      const filled = this.properties.fill(text, file.path);
      return templateNoise === undefined
        ? filled
        : { ...filled, text: filled.text.replace(templateNoise, '') };
    });
  }

  /** Configured prefixes, then the path of the program's application class. */
  private programPrefixes(file: LinkedFile): readonly Text[] {
    const configured = this.properties.prefixesOf(this.framework, file.path);
    const near = nearest(this.applications, file);
    return near.length === 0
      ? configured
      : configured.flatMap((prefix) => near.map((a) => joinRoute(prefix, a.path, 'same')));
  }

  private *applicationPaths(): Generator<{ file: LinkedFile; path: Text }> {
    const { applicationPath, family } = this.framework;
    if (applicationPath === undefined) return;
    for (const file of this.evaluator.files.values())
      if (file.family?.id === family && !file.inTest)
        for (const index of file.classIndexes())
          for (const annotation of this.annotations.of(file, index))
            if (annotation.name === applicationPath.annotation)
              for (const path of this.texts(annotation.argument(applicationPath.path)))
                yield { file, path };
  }
}

/** Without a module's path, what has no path stays without. */
const below = (module: Text, path: Text): Text =>
  module.text === '' && module.unresolved === undefined ? path : joinRoute(module, path, 'same');

const lastOf = (name = ''): string => name.slice(name.lastIndexOf('.') + 1);

const methodName = (expr: Expr): string =>
  (typeof expr === 'string' ? expr : (renderExpr(expr).split('.').at(-1) ?? '*')).toUpperCase();

/** What runs when the mapped method is called on the controller: the nearest declaration with the same parameters. */
function implementation(above: readonly ClassPlace[], mapped: Mapped): Found {
  const itself = { file: mapped.file, index: mapped.method };
  for (const { file, index } of above) {
    if (file === mapped.file && index === mapped.owner) return itself;
    if (file.classFact(index)?.interface) continue;
    const candidates = file.methodsNamed(index, mapped.name);
    const same = candidates.find((m) => file.signature(index, m) === mapped.signature);
    // Type parameters have other names below: `show(K)` is overridden by `show(String)`.
    const alike = candidates.filter(
      (m) => arity(file.signature(index, m)) === arity(mapped.signature),
    );
    const found = same ?? (alike.length === 1 ? alike[0] : undefined);
    if (found !== undefined) return { file, index: found };
  }
  return itself;
}

const arity = (signature: string): number => (signature === '' ? 0 : signature.split(',').length);

/** Applications whose files share the most folders with the controller's. */
function nearest<T extends { readonly file: LinkedFile }>(
  found: readonly T[],
  { path }: LinkedFile,
): readonly T[] {
  if (found.length < 2) return found;
  const folders = path.split('/');
  const shared = found.map(({ file }) => {
    const other = file.path.split('/');
    let i = 0;
    while (i < folders.length && folders[i] === other[i]) i += 1;
    return i;
  });
  const most = Math.max(...shared);
  return found.filter((_, i) => shared[i] === most);
}
