import type { Locator, Page } from 'playwright-core';

import { waitUntil } from './waiting.ts';

/** What stands after the end of a line, as drawn: the text and its computed colour. */
export interface LineEnd {
  readonly text: string;
  readonly color: string;
}

/** A text editor of the window, read from the page. Lines are 1-based; only lines in view exist on the page. */
export class Editor {
  readonly #page: Page;
  readonly #root: Locator;

  /** @param file absolute path */
  constructor(page: Page, file: string) {
    this.#page = page;
    // The authority before the path differs between a remote and a local window; the path doesn't.
    this.#root = page
      .locator(`.monaco-editor[data-uri$=${JSON.stringify(encodeURI(file))}]`)
      .first();
  }

  get locator(): Locator {
    return this.#root;
  }

  async waitForText(): Promise<void> {
    await this.#root.locator('.view-line').first().waitFor();
  }

  /** Makes keys go to this editor; its cursor stays where it is. */
  async focus(): Promise<void> {
    await this.#root.locator('.native-edit-context, textarea.inputarea').first().focus();
  }

  /** The text that decorations put after each line's end, by line; lines without any are left out. */
  async lineEnds(): Promise<Map<number, LineEnd>> {
    const rows = await this.#root.evaluate((root) => {
      const numbers = [...root.querySelectorAll('.margin-view-overlays > div')].flatMap((row) => {
        const digits = row.querySelector('.line-numbers')?.textContent.trim() ?? '';
        return digits === '' ? [] : [{ line: Number(digits), y: row.getBoundingClientRect().top }];
      });
      return [...root.querySelectorAll('.view-line')].flatMap((row) => {
        // A CSS string as computed: in quotes, with backslashes before quotes and backslashes.
        const parts = [...row.querySelectorAll('[class*="ced-"]')].map((element) => ({
          content: getComputedStyle(element, '::after').content,
          color: getComputedStyle(element, '::after').color,
        }));
        const shown = parts.filter(({ content }) => content.startsWith('"'));
        if (shown.length === 0) return [];
        const text = shown
          .map(({ content }) => content.slice(1, -1).replace(/\\(.)/g, '$1'))
          .join('');
        const { top } = row.getBoundingClientRect();
        // A wrapped line has several rows and its number stands at the first.
        const number = numbers.filter(({ y }) => y <= top + 1).sort((a, b) => b.y - a.y)[0];
        return number ? [{ line: number.line, text, color: shown[0]?.color ?? '' }] : [];
      });
    });
    return new Map(rows.map(({ line, text, color }) => [line, { text: text.trim(), color }]));
  }

  /** Waits until the text after a line's end matches and returns it. */
  async waitForLineEnd(line: number, pattern: RegExp, timeoutMs?: number): Promise<string> {
    return waitUntil(
      `text like ${String(pattern)} after line ${line}`,
      async () => {
        const text = (await this.lineEnds()).get(line)?.text;
        return text !== undefined && pattern.test(text) ? text : undefined;
      },
      timeoutMs,
      () => this.seen(),
    );
  }

  /** What is drawn after which lines, as one reads it; for messages of failures. */
  async seen(): Promise<string> {
    // Asked directly: an editor that isn't there must not be waited for.
    if ((await this.#root.count()) === 0) return 'no such editor';
    const ends = [...(await this.lineEnds())].map(([line, { text }]) => `${line}: ${text}`);
    return ends.length === 0 ? 'nothing after any line in view' : ends.join(' | ');
  }

  /** Titles of the CodeLenses in view, top to bottom. */
  async codeLenses(): Promise<string[]> {
    const lenses = this.#root.locator('.codelens-decoration:visible');
    return (await lenses.allTextContents()).map((text) => text.trim());
  }

  async clickCodeLens(text: string | RegExp): Promise<void> {
    await this.#root.locator('.codelens-decoration a').filter({ hasText: text }).first().click();
  }

  /** Rests the mouse on the text after a line's end until a hover appears, and returns the hover. */
  async hoverLineEnd(line: number): Promise<Locator> {
    return this.#hover(`the end of line ${line}`, async () => {
      const row = await this.#rowOf(line);
      return row?.locator('[class*="ced-"]').last();
    });
  }

  /** Rests the mouse on a word of a line until a hover appears, and returns the hover. */
  async hoverWord(line: number, word: string): Promise<Locator> {
    return this.#hover(`“${word}” in line ${line}`, async () => {
      const row = await this.#rowOf(line);
      return row?.locator('span > span').filter({ hasText: word }).first();
    });
  }

  /** Puts the cursor at the end of a line of this editor, which must have been opened last. */
  async goToLine(line: number): Promise<void> {
    await this.focus();
    await this.#page.keyboard.press('Control+G');
    await this.#page.locator('.quick-input-widget:visible input').first().fill(`:${line}`);
    await this.#page.keyboard.press('Enter');
    await waitUntil(`line ${line} in view`, () => this.#rowOf(line));
    await this.#page.keyboard.press('End');
  }

  /** The first row on the screen of a line. */
  async #rowOf(line: number): Promise<Locator | undefined> {
    const index = await this.#root.evaluate((root, wanted) => {
      const number = [...root.querySelectorAll('.margin-view-overlays > div')].find(
        (row) => row.querySelector('.line-numbers')?.textContent.trim() === String(wanted),
      );
      if (number === undefined) return -1;
      const { top } = number.getBoundingClientRect();
      return [...root.querySelectorAll('.view-line')].findIndex(
        (row) => Math.abs(row.getBoundingClientRect().top - top) < 2,
      );
    }, line);
    return index < 0 ? undefined : this.#root.locator('.view-line').nth(index);
  }

  /** CodeLenses that arrive late move lines away under the mouse: so it is moved again until the hover is there. */
  async #hover(what: string, find: () => Promise<Locator | undefined>): Promise<Locator> {
    const hover = this.#page
      .locator('.monaco-hover:visible')
      .filter({ has: this.#page.locator('.hover-contents') })
      .first();
    // A hover that is there already must not be taken for the new one; it goes when the mouse is far away.
    await this.#page.mouse.move(2, 2);
    await hover.waitFor({ state: 'hidden' });
    return waitUntil(`a hover on ${what}`, async () => {
      const box = await (await find())?.boundingBox();
      if (!box) return undefined;
      await this.#page.mouse.move(2, 2);
      // In a narrow window the text goes on beyond the editor: the mouse rests on what can be seen of it.
      const right = await this.#root.evaluate((root) => root.getBoundingClientRect().right);
      const width = Math.min(box.width, right - box.x);
      await this.#page.mouse.move(box.x + width / 2, box.y + box.height / 2, { steps: 4 });
      await hover.waitFor({ timeout: 4_000 });
      return hover;
    });
  }
}
