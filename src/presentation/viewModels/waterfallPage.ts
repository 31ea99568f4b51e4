/** What a webview's page needs from its host. */
export interface WaterfallPageParts {
  /** `webview.cspSource` */
  readonly source: string;
  readonly script: string;
  readonly style: string;
  /** Fresh for each page: 128 bits or more. */
  readonly nonce: string;
  /** Of the product's own text, escaped here all the same. */
  readonly title: string;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => escapes[c] ?? '');

/**
 * The page of the waterfall, without anything of a trace: data comes by message. Nothing may load but our one script and one
 * style sheet; nothing may be requested; positions are set through the CSSOM, which needs no inline style.
 */
export function waterfallPage(parts: WaterfallPageParts): string {
  const { source, script, style, nonce, title } = parts;
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}`,
    `connect-src 'none'`,
    `form-action 'none'`,
    `base-uri 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeHtml(style)}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<div id="waterfall"></div>
<script nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script>
</body>
</html>
`;
}
