import { visibleText } from './waterfallText.ts';

/**
 * Text of telemetry or of a deploy system as plain text of one line: cut, line breaks as spaces, control and direction
 * characters made visible. For labels and dialogs; Markdown needs `renderUntrustedMarkdown`.
 */
export const renderUntrusted = (text: string, longest = 200): string =>
  visibleText(text.slice(0, longest * 4).replace(/\s+/gu, ' '), longest).trim();

/**
 * The same for Markdown (also in a table cell): every ASCII punctuation character is escaped, so that nothing in it is markup,
 * HTML, a link (bare addresses included) or a table's border.
 */
export const renderUntrustedMarkdown = (text: string, longest = 200): string =>
  renderUntrusted(text, longest)
    // VS Code looks for `$(icon)` after Markdown's escapes are gone: only breaking it up helps.
    .replaceAll('$(', '$ (')
    .replace(/[!-/:-@[-`{-~]/g, '\\$&');

/**
 * The same where VS Code looks for icons and links of its own: rows and titles of quick inputs, notifications, progress.
 * (A notification opens `[text](command:…)`.)
 */
export const renderUntrustedLabel = (text: string, longest = 200): string =>
  renderUntrusted(text, longest).replaceAll('$(', '$ (').replaceAll('](', '] (');
