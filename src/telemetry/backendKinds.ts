/**
 * Backends by the name that a setting gives them: the keys of the registries, which are loaded only when a setting names one of them
 * (registry.ts; a test holds them together).
 */
export const metricsKinds: readonly string[] = ['prometheus'];
export const traceKinds: readonly string[] = ['jaeger', 'tempo', 'zipkin'];
