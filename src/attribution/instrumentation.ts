import type { RuntimeScopes } from '../domain/workspace.ts';

/** Instrumentations that name spans after methods of the application. */
const namesMethods =
  /nestjs|spring-data|spring-scheduling|spring-web|annotations|methods|jaxrs|quartz|Hangfire|external-annotations|micrometer/;

/** Java agent: `@WithSpan` spans are the application's own. */
const handMade =
  /opentelemetry-instrumentation-annotations|opentelemetry-extension-annotations|external-annotations/;

/** What an instrumentation scope's name says: which language it runs in, and whether a library's instrumentation made the span. */
export class Instrumentations {
  private readonly runtimes: readonly RuntimeScopes[];

  constructor(runtimes: readonly RuntimeScopes[]) {
    this.runtimes = runtimes;
  }

  /** Whether a file may run where this scope makes spans. */
  acceptsFile(scope: string): (path: string) => boolean {
    const runtime = this.runtimes.find((r) => r.scopes?.test(scope));
    if (runtime === undefined) return () => true;
    return (path) => runtime.extensions.includes(path.slice(path.lastIndexOf('.')).toLowerCase());
  }

  /** The framework whose routes this scope's spans name, where it names no others'. */
  frameworkOf(scope: string): string | undefined {
    for (const { routeScopes = [] } of this.runtimes) {
      const found = routeScopes.find((r) => r.scopes.test(scope));
      if (found !== undefined) return found.framework;
    }
    return undefined;
  }

  /** Method of a class that a task is called after, in the language of this scope. */
  taskMethod(scope: string): string | undefined {
    const runtime = this.runtimes.find((r) => r.scopes?.test(scope));
    return runtime?.taskMethods?.[scope] ?? runtime?.taskMethod;
  }

  madeByLibrary(scope: string): boolean {
    return this.isLibrary(scope) && !handMade.test(scope);
  }

  mayNameMethods(scope: string): boolean {
    return !this.isLibrary(scope) || namesMethods.test(scope);
  }

  private isLibrary(scope: string): boolean {
    return this.runtimes.some((r) => r.libraries?.test(scope));
  }
}
