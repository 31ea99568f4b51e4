import type { Attributes } from '../model.ts';
import { micrometerHttp } from './micrometer.ts';

/** First of the names that holds a non-empty text. */
export function text(attributes: Attributes, name: string, older?: string): string | undefined {
  const value = attributes[name];
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number') return String(value);
  return older === undefined ? undefined : text(attributes, older);
}

/** First of the names that holds a number, also one written as text. */
export function number(attributes: Attributes, name: string, older?: string): number | undefined {
  const value = attributes[name];
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value !== '' && Number.isFinite(Number(value)))
    return Number(value);
  return older === undefined ? undefined : number(attributes, older);
}

/** New name first: Node speaks the new convention, Python the old one, Next.js both in one trace. */
export const httpStatus = (attributes: Attributes): number | undefined =>
  number(attributes, 'http.response.status_code', 'http.status_code') ??
  micrometerHttp(attributes)?.status;

export const httpMethod = (attributes: Attributes): string | undefined =>
  text(attributes, 'http.request.method', 'http.method') ?? micrometerHttp(attributes)?.method;

export const httpRoute = (attributes: Attributes): string | undefined =>
  text(attributes, 'http.route') ?? micrometerHttp(attributes)?.route;

/** Raw path as sent, possibly with its query. */
export function rawPath(attributes: Attributes): string | undefined {
  const path = text(attributes, 'url.path', 'http.target');
  if (path !== undefined) return path;
  const url = text(attributes, 'url.full', 'http.url');
  if (url === undefined) return undefined;
  if (url.startsWith('/')) return url;
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(\/[^?#]*)?/i.exec(url)?.[1];
}

/** A segment of a template that is no plain text and no plain `:name`: what it matches can't be told by its text. */
const patterned = /[*(){}[\]+?<>]/;

/**
 * Node's; the Java agent's on Netty, where Vert.x notes mounts (Quarkus: a method without a path of its own); Fiber's, which has the path
 * of what handled the request last: of middleware (`Use`, `Group`) where no route did, `/` for most.
 */
const notesMounts =
  /^@opentelemetry\/instrumentation-http$|^io\.opentelemetry\.netty-|^github\.com\/gofiber\/contrib\/(?:v\d+\/)?otel/;

/** Starlette's and FastAPI's look at the outermost routes only: all that a `Mount` holds has the mount's path, `/rooms/` as well. */
const namesMounts = /^opentelemetry\.instrumentation\.(?:starlette|fastapi)$/;

/**
 * Express and its kin note the path of each router that a request enters: where no layer of the router answers it (404, or a refusal by
 * the router's own middleware), `http.route` is left at the router's mount path, a true beginning of the path that was asked for.
 */
export function isMountPath(scope: string, attributes: Attributes): boolean {
  const mounted = namesMounts.test(scope);
  if (!mounted && !notesMounts.test(scope)) return false;
  const raw = rawPath(attributes)?.split('?', 1)[0];
  const template = httpRoute(attributes);
  const route = segmentsOf(template);
  const path = segmentsOf(raw);
  if (route === undefined || path === undefined) return false;
  const isIndex = mounted && raw?.endsWith('/') === true && template?.endsWith('/') === false;
  if (path.length < route.length + (isIndex ? 0 : 1)) return false;
  return route.every(
    (segment, i) =>
      !patterned.test(segment) &&
      (segment.startsWith(':') || segment.toLowerCase() === path[i]?.toLowerCase()),
  );
}

function segmentsOf(path: string | undefined): readonly string[] | undefined {
  if (path?.startsWith('/') !== true) return undefined;
  return path.split('/').filter((segment) => segment !== '');
}
