import * as vscode from 'vscode';
import { linkableCommandIds } from '../commands/ids.ts';
import type { FunctionDecl } from '../domain/functionDecl.ts';
import { languageIds } from '../symbols/languages/registry.ts';
import type { Insight } from '../domain/insight.ts';
import type { PageLink } from '../telemetry/ports.ts';
import type { ExceptionGroup } from '../domain/stats.ts';
import { DisposableStore } from '../platform/disposables.ts';
import type { RegisterSurface, SurfaceContext } from '../platform/surface.ts';
import { AnnotatedFiles, groupByFunction } from './annotatedFile.ts';
import { DocumentLines } from './documentLines.ts';
import type { DeclarationLines } from './viewModels/declarationLines.ts';
import type { SourceLink } from './viewModels/hoverCard.ts';
import { renderHoverCard } from './viewModels/hoverCard.ts';
import { byAttention, renderServicesCard } from './viewModels/servicesCard.ts';
import type { ThemeKind } from './viewModels/sparkline.ts';
import { insideWorkspace } from './waterfallPlaces.ts';

/** Whole cards of more services than this would hide each other: a table lists all of them. */
const mostCards = 3;
/** Milliseconds. */
const placesWithin = 200;

/** The card on a function's name and at the end of the line that declares it (where the annotation stands). */
export const registerHover: RegisterSurface = (context) => {
  const owned = new DisposableStore();
  const files = new AnnotatedFiles(context);
  const lines = owned.add(new DocumentLines());
  // Counted from the first look at the file, so that edits since then are known here.
  owned.add(
    context.insights.onDidChange((paths) => {
      for (const { document } of vscode.window.visibleTextEditors)
        if (paths.includes(document.uri.fsPath))
          lines.of(document, files.insights(document), files.version(document));
    }),
  );
  owned.add(
    vscode.languages.registerHoverProvider(
      languageIds.map((language) => ({ scheme: 'file', language })),
      {
        provideHover: async (document, position, token) => {
          const insights = files.insights(document);
          const moved = lines.of(document, insights, files.version(document));
          for (const group of groupByFunction(insights).values()) {
            const [first] = group;
            if (first === undefined) continue;
            const range = hoveredRange(document, position, first.function, moved);
            if (range === undefined) continue;
            const shown = byAttention(group).slice(0, mostCards);
            const sources = await sourceLinks(context, shown);
            if (token.isCancellationRequested) return undefined;
            const { window } = context.insights.environment();
            const all = renderServicesCard(group, window);
            const cards = shown.flatMap((insight) => {
              const card = renderHoverCard(insight, {
                window,
                theme: themeKind(),
                now: context.clock.now(),
                canRollBack: insight.service !== undefined && context.canRollBack(insight.service),
                sources,
                ...pageOf(context, insight),
              });
              return card === undefined ? [] : [trusted(card)];
            });
            if (all !== undefined) cards.unshift(trusted(all));
            if (cards.length > 0) return new vscode.Hover(cards, range);
          }
          return undefined;
        },
      },
    ),
  );
  return vscode.Disposable.from(owned);
};

/** Where the queries of the function's numbers are seen; the numbers must be the source's own. */
function pageOf(
  { linkTo }: SurfaceContext,
  { service, numbers, attribution, id }: Insight,
): { readonly page?: PageLink } {
  const operations = attribution.flatMap(({ operation }) => operation ?? []);
  if (service === undefined || numbers === undefined || operations.length === 0) return {};
  const page = linkTo({ key: id, service, operations });
  return page === undefined ? {} : { page };
}

/** Addresses of the exceptions' lines, of files in the workspace only. An index that takes long makes no hover wait. */
async function sourceLinks(
  context: SurfaceContext,
  insights: readonly Insight[],
): Promise<ReadonlyMap<ExceptionGroup, SourceLink>> {
  const found = insights
    .flatMap(({ service, numbers }) =>
      (numbers?.exceptions ?? []).map((group) => ({ service, group })),
    )
    .filter(({ group }) => group.frames.length > 0);
  const groups = found.map(({ group }) => group);
  if (groups.length === 0) return new Map();
  const asked = new AbortController();
  const timer = context.clock.after(placesWithin, () => asked.abort());
  try {
    const places = await context.locateFrames(
      groups.map(({ frames }) => frames),
      found.map(({ service, group: { framesOf: version } }) =>
        service === undefined || version === undefined ? undefined : { service, version },
      ),
      asked.signal,
    );
    return new Map(
      groups.flatMap((group, at) => {
        const place = places[at];
        if (!place || !insideWorkspace(place.path)) return [];
        const uri = vscode.Uri.file(place.path);
        const address = uri.with({ fragment: `L${place.line + 1}` }).toString();
        const name = `${vscode.workspace.asRelativePath(uri)}:${place.line + 1}`;
        // A bracket would end the link.
        return /[()<>\s]/.test(address) ? [] : [[group, { place: name, address }] as const];
      }),
    );
  } catch (error) {
    context.log.debug(`lines of exceptions: ${String(error)}`);
    return new Map();
  } finally {
    timer.dispose();
  }
}

function hoveredRange(
  document: vscode.TextDocument,
  position: vscode.Position,
  decl: FunctionDecl,
  moved: DeclarationLines,
): vscode.Range | undefined {
  const shift = moved.shiftOf(decl);
  const { start, end } = decl.selectionRange;
  const name = new vscode.Range(
    Math.max(0, start.line + shift),
    start.character,
    Math.max(0, end.line + shift),
    end.character,
  );
  if (name.contains(position)) return name;
  const line = moved.lineOf(decl);
  if (line !== position.line || line >= document.lineCount) return undefined;
  const lineEnd = document.lineAt(line).range.end;
  return position.character >= lineEnd.character ? new vscode.Range(lineEnd, lineEnd) : undefined;
}

function trusted(card: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(card, true);
  markdown.isTrusted = { enabledCommands: [...linkableCommandIds] };
  markdown.supportHtml = false;
  return markdown;
}

function themeKind(): ThemeKind {
  switch (vscode.window.activeColorTheme.kind) {
    case vscode.ColorThemeKind.Light:
      return 'light';
    case vscode.ColorThemeKind.HighContrast:
      return 'highContrast';
    case vscode.ColorThemeKind.HighContrastLight:
      return 'highContrastLight';
    default:
      return 'dark';
  }
}
