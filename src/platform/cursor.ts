import * as vscode from 'vscode';
import type { SourceRange } from '../domain/functionDecl.ts';
import type { Insight } from '../domain/insight.ts';
import type { InsightService } from '../insights/contract.ts';

/** Insights of the innermost function around the primary cursor, from memory; those with numbers first. */
export function insightsAtCursor(insights: InsightService): readonly Insight[] {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return [];
  const { line, character } = editor.selection.active;
  const around = (insights.peek(editor.document.uri.fsPath)?.insights ?? []).filter(
    ({ function: { range } }) =>
      (range.start.line < line ||
        (range.start.line === line && range.start.character <= character)) &&
      (range.end.line > line || (range.end.line === line && range.end.character >= character)),
  );
  const innermost = around.reduce<Insight | undefined>(
    (best, next) =>
      best === undefined || isInside(next.function.range, best.function.range) ? next : best,
    undefined,
  );
  return around
    .filter((insight) => insight.function.id === innermost?.function.id)
    .sort((a, b) => Number(b.state === 'observed') - Number(a.state === 'observed'));
}

/** Same or later start and same or earlier end. */
const isInside = (inner: SourceRange, outer: SourceRange): boolean =>
  inner.start.line >= outer.start.line && inner.end.line <= outer.end.line;

export const toRange = ({ start, end }: SourceRange): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);
