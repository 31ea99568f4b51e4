/** Characters that can't be seen, or that reorder what stands beside them: no word may look like another one. */
const unseen = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Variation_Selector}/gu;

/** An argv for a person to judge, whole: each word that isn't plain as JSON, so that none can pass for two or for another. */
export const renderArgv = (argv: readonly string[]): string =>
  argv
    .map((word) =>
      /^[\w./:@+={},-]+$/.test(word)
        ? word
        : JSON.stringify(word).replace(
            unseen,
            (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
          ),
    )
    .join(' ');
