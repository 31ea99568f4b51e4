/** What an instrumentation scope's name says: which language it runs in, and whether a library's instrumentation made the span. */
const languages: readonly { readonly scope: RegExp; readonly files: RegExp }[] = [
  { scope: /^@opentelemetry\/|^@fastify\/otel|^next\.js$|^@prisma\//, files: /\.[cm]?[jt]sx?$/ },
  { scope: /^opentelemetry\.instrumentation\./, files: /\.pyi?$/ },
  { scope: /^io\.opentelemetry\./, files: /\.(?:java|kt|kts|scala|groovy)$/ },
  { scope: /^go\.opentelemetry\.io\/|^github\.com\//, files: /\.go$/ },
];

const libraries =
  /^@opentelemetry\/instrumentation-|^@fastify\/otel|^next\.js$|^@prisma\/|^opentelemetry\.instrumentation\.|^io\.opentelemetry\.|^go\.opentelemetry\.io\/contrib\/|otelchi$|otelgin$/;

/** Instrumentations that name spans after methods of the application. */
const namesMethods =
  /nestjs|spring-data|spring-scheduling|spring-web|annotations|methods|jaxrs|quartz|external-annotations|micrometer/;

/** Java agent: `@WithSpan` spans are the application's own. */
const handMade =
  /opentelemetry-instrumentation-annotations|opentelemetry-extension-annotations|external-annotations/;

export function acceptsFile(scope: string): (path: string) => boolean {
  const language = languages.find((l) => l.scope.test(scope));
  return language === undefined ? () => true : (path) => language.files.test(path);
}

export const madeByLibrary = (scope: string): boolean =>
  libraries.test(scope) && !handMade.test(scope);

export const mayNameMethods = (scope: string): boolean =>
  !libraries.test(scope) || namesMethods.test(scope);
