import type { FromWaterfall, ToWaterfall } from '../protocol.ts';
import { visibleText } from '../../presentation/viewModels/waterfallText.ts';
import { element } from './dom.browser.ts';
import { WaterfallViewer } from './view.browser.ts';

interface VsCodeApi {
  postMessage(message: FromWaterfall): void;
  setState(state: { readonly traceId: string }): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
const root = document.getElementById('waterfall') ?? document.body;
let viewer: WaterfallViewer | undefined;

function showMessage(text: string, remedy: string | undefined, retry: boolean): void {
  viewer?.dispose();
  viewer = undefined;
  const parts: HTMLElement[] = [element('p', { class: 'problem', text: visibleText(text, 600) })];
  if (remedy !== undefined)
    parts.push(element('p', { class: 'hint', text: visibleText(remedy, 600) }));
  if (retry) {
    const button = element('button', {
      class: 'primary',
      text: 'Try again',
      attributes: { type: 'button' },
    });
    button.addEventListener('click', () => api.postMessage({ type: 'retry' }));
    parts.push(button);
  }
  root.replaceChildren(
    element('div', { class: 'message-page', attributes: { role: 'status' } }, ...parts),
  );
}

/** Keys go to the rows once the page has the focus; a restored editor doesn't take it from where a person types. */
function focusRows(): void {
  const { activeElement } = document;
  if (!document.hasFocus() || (activeElement !== null && activeElement !== document.body)) return;
  viewer?.grid.focus({ preventScroll: true });
}
window.addEventListener('focus', focusRows);

/** Only the extension can post here: a webview's content is its own origin and embeds nothing. */
window.addEventListener('message', (event: MessageEvent<ToWaterfall>) => {
  const message = event.data;
  switch (message.type) {
    case 'trace':
      viewer?.dispose();
      // Kept over a restart of VS Code: the id alone. What it looks like is kept by the host, in memory.
      api.setState({ traceId: message.trace.traceId });
      viewer = new WaterfallViewer(root, message, (answer) => api.postMessage(answer));
      focusRows();
      break;
    case 'places':
      viewer?.setPlaces(message);
      break;
    case 'focus':
      viewer?.focusSpan(message.spanId);
      break;
    case 'loading':
      showMessage('Loading the trace…', undefined, false);
      break;
    case 'problem':
      showMessage(message.message, message.remedy, true);
      break;
  }
});
api.postMessage({ type: 'ready' });
