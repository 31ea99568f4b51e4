/** A route template without its parameters' names, the same in every framework's syntax: `/users/{}`. */
export interface RouteShape {
  readonly shape: string;
  readonly segments: readonly string[];
  readonly trailingSlash: boolean;
  /** Go 1.22's `/{$}`: the path ends here, where `/` takes everything below too. */
  readonly exactEnd: boolean;
}

/** `:id`, `:id(\d+)`, `{id}`, `{id:regex}`, `<int:id>`, `[id]`, `(?P<id>[^/.]+)`, and Tornado's `%s` for a parameter without a name. */
const parameter =
  /:\w+(?:\([^()]*\)|\{[^{}/]*(?:\{[\d,]*\})?\}|<[^<>]*>)?\??|\{[^{}/]*(?:\{[\d,]*\}[^{}/]*)*\}|<(?:\w+(?:\([^)]*\))?:)?\w+>|\(\?P<\w+>(?:[^()[\]]|\[[^\]]*\])*\)|\[{1,2}(?:\.{3})?\w+\]{1,2}|%s/g;

const memo = new Map<string, RouteShape>();
const largestMemo = 50_000;

export function routeShape(template: string): RouteShape {
  let found = memo.get(template);
  if (found !== undefined) return found;
  const exactEnd = template.endsWith('/{$}');
  const written = exactEnd ? template.slice(0, -'{$}'.length) : template;
  const bare = written.startsWith('/^')
    ? written
    : written
        .replace(/^\^/, '')
        .replace(/\\?\$$/, '')
        // Rails: any route may end with a format.
        .replace(/\(\.:format\)$/, '');
  const normal = bare.replace(parameter, '{}').replace(/^\/+|(?<!\/)\/+$/g, '');
  const segments =
    normal === '' ? [] : normal.split('/').map((s) => (/^\*{1,2}\w*$/.test(s) ? '**' : s));
  found = {
    shape: `/${segments.join('/')}`,
    segments,
    trailingSlash: bare.length > 1 && bare.endsWith('/'),
    exactEnd,
  };
  if (memo.size >= largestMemo) memo.clear();
  memo.set(template, found);
  return found;
}

/** Templates that stand for "nothing matched" or for files: no function's. */
export const isCatchAll = (template: string): boolean =>
  template === '' || routeShape(template).segments.at(-1) === '**' || template === '/_not-found';
