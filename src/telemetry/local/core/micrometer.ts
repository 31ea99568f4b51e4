import type { Attributes } from '../model.ts';

/** Spring Boot's observations of HTTP servers, as metric. */
export const micrometerRequests = 'http.server.requests';

/** Values of `uri` that stand for no route. */
const noRoute: ReadonlySet<unknown> = new Set(['UNKNOWN', 'NOT_FOUND', 'REDIRECTION', 'none']);

/**
 * What Micrometer calls method, route and status, in metrics and in spans of Micrometer Tracing; undefined where the attributes aren't
 * its own. https://docs.spring.io/spring-boot/reference/actuator/metrics.html#actuator.metrics.supported.spring-mvc
 */
export function micrometerHttp(
  attributes: Attributes,
): { readonly method: string; readonly route?: string; readonly status?: number } | undefined {
  const { uri, method, outcome } = attributes;
  if (typeof uri !== 'string' || typeof method !== 'string' || typeof outcome !== 'string')
    return undefined;
  const route = uri === 'root' ? '/' : uri;
  const status = Number(attributes['status']);
  return {
    method,
    ...(noRoute.has(route) || route === '' ? {} : { route }),
    ...(Number.isInteger(status) ? { status } : {}),
  };
}
