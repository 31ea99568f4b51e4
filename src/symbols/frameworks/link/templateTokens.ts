import type { ControllerFramework } from '../controllerFramework.ts';
import type { AnnotationReader } from './annotations.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { Text } from './text.ts';

/** Names that templates leave to the class and method they are used for: `api/[controller]/[action]`. */
export class TemplateTokens {
  private readonly framework: ControllerFramework;
  private readonly annotations: AnnotationReader;

  constructor(framework: ControllerFramework, annotations: AnnotationReader) {
    this.framework = framework;
    this.annotations = annotations;
  }

  /** `above` is the controller, then the classes that it extends. */
  fill(
    text: Text,
    above: readonly Found[],
    mapped: { readonly file: LinkedFile; readonly method: number },
  ): Text {
    let filled = text;
    for (const [token, from] of Object.entries(this.framework.tokens ?? {})) {
      if (!filled.text.includes(token)) continue;
      const method = { file: mapped.file, index: mapped.method };
      const said =
        from.annotation === undefined
          ? undefined
          : this.said(from.annotation, from.method === undefined ? above : [method]);
      const name =
        said ??
        (from.class === undefined ? undefined : nameOf(above[0], from.class)) ??
        (from.method === undefined ? undefined : nameOf(method, from.method));
      filled =
        name === undefined
          ? { ...filled, unresolved: token }
          : { ...filled, text: filled.text.replaceAll(token, name) };
    }
    return filled;
  }

  private said(annotation: string, places: readonly Found[]): string | undefined {
    for (const { file, index } of places)
      for (const one of this.annotations.of(file, index)) {
        const given = one.name === annotation ? one.argument({ at: 0 }) : undefined;
        if (typeof given?.expr === 'string') return given.expr;
      }
    return undefined;
  }
}

function nameOf(place: Found | undefined, ending: RegExp): string | undefined {
  const name = place?.file.functions[place.index]?.name;
  return name?.slice(name.lastIndexOf('.') + 1).replace(ending, '');
}
