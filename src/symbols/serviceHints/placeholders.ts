/** Innermost `${name:default}`; Micronaut puts defaults with a colon between backticks. */
const placeholder = /\$\{([\w.-]+)(?::([^${}]*))?\}/g;
const deepest = 6;

/** Fills `${name:default}`, also inside of one another; what has neither value nor default stays as it is written. */
export function fillPlaceholders(
  text: string,
  valueOf: (name: string) => string | undefined,
): string {
  let filled = text;
  for (let depth = 0; depth < deepest && filled.includes('${'); depth += 1)
    filled = filled.replace(
      placeholder,
      (whole, name: string, otherwise?: string) =>
        valueOf(name) ?? otherwise?.replace(/^`(.*)`$/, '$1') ?? whole,
    );
  return filled;
}
