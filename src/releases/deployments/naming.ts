/** Names are compared without what people put before them. */
export const bare = (name: string): string =>
  name
    .replace(/^refs\/(?:tags|heads)\//, '')
    .replace(/^v(?=\d)/i, '')
    .toLowerCase();

export const namesService = (name: string, service: string): boolean =>
  name.toLowerCase() === service.toLowerCase();

/**
 * Whether a deployment's ref or one of its version fields is the version: `1.4.0`, `v1.4.0`, `<service>-v1.4.0`, or an image with that tag.
 *
 * @param how `with the service`: only where the same text names the service too
 */
export function namesVersion(
  { ref, versions }: { readonly ref: string; readonly versions: readonly string[] },
  service: string,
  version: string,
  how: 'alone' | 'with the service' = 'alone',
): boolean {
  const wanted = bare(version);
  const own = service.toLowerCase();
  const isOf = (text: string): boolean => {
    const name = bare(text);
    if (how === 'alone' && name === wanted) return true;
    return name.startsWith(own) && /[-@/_]/.test(name[own.length] ?? '')
      ? bare(name.slice(own.length + 1)) === wanted
      : false;
  };
  const isImage = (text: string): boolean => {
    const at = text.lastIndexOf(':');
    if (at < 0 || bare(text.slice(at + 1)) !== wanted) return false;
    return how === 'alone' || text.slice(text.lastIndexOf('/', at) + 1, at).toLowerCase() === own;
  };
  return isOf(ref) || versions.some((text) => isOf(text) || isImage(text));
}

/** Whether a text has the version as a word of its own. */
export function namesVersionInPassing(text: string, version: string): boolean {
  const wanted = bare(version);
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1))
    if (
      !isPart(lower[at - 1], lower[at - 2]) &&
      !isPart(lower[at + wanted.length], lower[at + wanted.length + 1])
    )
      return true;
  return false;
}

/** Whether a neighbour belongs to the same word: `1.2` is not named in `1.2.3`, but at the end of a sentence. */
const isPart = (next: string | undefined, after: string | undefined): boolean =>
  next !== undefined &&
  (/[a-z0-9]/.test(next)
    ? next !== 'v' || /[a-z0-9]/.test(after ?? '')
    : /[.+_-]/.test(next) && /[a-z0-9]/.test(after ?? ''));
