import * as vscode from 'vscode';
import type { FunctionDecl, FunctionId } from '../domain/functionDecl.ts';
import type { Insight } from '../domain/insight.ts';
import type { SurfaceContext } from '../platform/surface.ts';
import type { Annotation, AnnotationSettings } from './viewModels/annotation.ts';
import { renderAnnotation } from './viewModels/annotation.ts';
import { parseTemplate } from './viewModels/template.ts';
import { settings as catalogue } from '../config/catalogue.ts';
import type { Template } from './viewModels/template.ts';

export interface AnnotatedFunction extends Annotation {
  readonly decl: FunctionDecl;
  readonly insights: readonly Insight[];
}

/** What annotations are made of, for any placement: from memory only. */
export class AnnotatedFiles {
  readonly #context: SurfaceContext;
  #format: { readonly text: string; readonly template: Template } | undefined;

  constructor(context: SurfaceContext) {
    this.#context = context;
  }

  /** One per function that has something to say, in order of appearance. */
  of(document: vscode.TextDocument): readonly AnnotatedFunction[] {
    const insights = this.insights(document);
    if (insights.length === 0) return [];
    const settings = this.#settings(document);
    return [...groupByFunction(insights).values()].flatMap((group) => {
      const [first] = group;
      const annotation = renderAnnotation(group, settings);
      return first === undefined || annotation === undefined
        ? []
        : [{ ...annotation, decl: first.function, insights: group }];
    });
  }

  insights(document: vscode.TextDocument): readonly Insight[] {
    if (document.uri.scheme !== 'file' || this.#excluded(document)) return [];
    return this.#context.insights.peek(document.uri.fsPath)?.insights ?? [];
  }

  /** Version of the document that these insights' places belong to. */
  version(document: vscode.TextDocument): number | undefined {
    return this.#context.insights.peek(document.uri.fsPath)?.version;
  }

  #excluded(document: vscode.TextDocument): boolean {
    const globs = this.#context.settings.get('prodlens.exclude', document.uri);
    if (globs.length === 0) return false;
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    return globs.some(
      (glob) =>
        vscode.languages.match(
          { pattern: folder === undefined ? glob : new vscode.RelativePattern(folder, glob) },
          document,
        ) > 0,
    );
  }

  #settings(document: vscode.TextDocument): AnnotationSettings {
    const { settings, clock, insights } = this.#context;
    return {
      template: this.#template(),
      show: settings.get('prodlens.annotations.show'),
      thresholds: {
        p95Ms: settings.get('prodlens.thresholds.p95Ms', document.uri),
        errorRatio: settings.get('prodlens.thresholds.errorRatio', document.uri),
      },
      window: insights.environment().window,
      now: clock.now(),
    };
  }

  /** A format that can't be read is said once, with the remedy, and read as the default one. */
  #template(): Template {
    const text = this.#context.settings.get('prodlens.annotations.format');
    if (this.#format?.text === text) return this.#format.template;
    const parsed = parseTemplate(text);
    if (!parsed.ok)
      this.#context.log.warn(
        `${parsed.failure.message}. ${parsed.failure.remedy ?? ''} The default format is used.`,
      );
    const usual = parseTemplate(catalogue['prodlens.annotations.format'].default);
    const template = parsed.ok ? parsed.value : usual.ok ? usual.value : [];
    this.#format = { text, template };
    return template;
  }
}

export function groupByFunction(
  insights: readonly Insight[],
): ReadonlyMap<FunctionId, readonly Insight[]> {
  const groups = new Map<FunctionId, Insight[]>();
  for (const insight of insights) {
    const group = groups.get(insight.function.id);
    if (group === undefined) groups.set(insight.function.id, [insight]);
    else group.push(insight);
  }
  return groups;
}
