import { argument, isCall, isName, receiverOf, type CallExpr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { methodsOf } from '../methods.ts';
import { parametersIn } from '../parameters.ts';
import { concat, known } from '../text.ts';
import { parameterKey } from './routerOrigin.ts';
import { classKey } from './routerValues.ts';
import type { RouterValue, Value } from './value.ts';

/** What calls give: instances, routers, and what functions of the workspace return. */
export class CallResults {
  private readonly evaluator: Evaluator;

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  of(file: LinkedFile, scope: Scope, call: CallExpr): Value | undefined {
    const callee = this.evaluator.evaluate(file, scope, call.call);
    if (callee?.kind === 'type') return this.evaluator.typed.made(callee.type, file, scope, call);
    if (callee?.kind === 'external')
      return (
        this.joined(file, scope, call, callee.name) ??
        this.created(file, scope, call, callee.name) ??
        this.wrapped(file, scope, call, callee.name) ??
        this.resolved(file, scope, call, callee.name.split('.').at(-1) ?? '')
      );
    if (callee?.kind === 'class') {
      const { routers } = this.evaluator;
      const above = routers.creatorAbove(callee.file, callee.index);
      return above === undefined
        ? { kind: 'instance', file: callee.file, index: callee.index }
        : routers.made(file, scope, call, { ...above, ofClass: classKey(callee) });
    }
    if (callee?.kind === 'function') return this.onInstance(file, scope, call, callee);
    const parts = receiverOf(call);
    if (parts === undefined) return undefined;
    if (isName(call.call) && call.call.name === 'Object.freeze')
      return this.evaluator.evaluate(file, scope, call.args[0]);
    const receiver = this.evaluator.evaluate(file, scope, parts.receiver);
    if (parts.member === 'bind') return receiver;
    if (receiver?.kind === 'text' && /^to(?:Lower|Upper)Case$/.test(parts.member)) return receiver;
    if (receiver === undefined || receiver.kind === 'external')
      return this.resolved(file, scope, call, parts.member);
    // The methods of a router that a type embeds are the type's: `h.PathPrefix("/x").Subrouter()`.
    const router =
      receiver.kind === 'object' ? this.evaluator.routers.of(file, receiver) : receiver;
    return router?.kind === 'router'
      ? this.onRouter(file, scope, call, parts.member, router)
      : undefined;
  }

  /** What a method returns is of the class that it is called on. */
  private onInstance(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    callee: Found,
  ): Value | undefined {
    const parts = callee.file.family?.foldersAreModules === true ? undefined : receiverOf(call);
    const owner = callee.file.classAround(callee.index);
    const receiver =
      parts === undefined || owner === undefined || callee.file.returned(callee.index) === undefined
        ? undefined
        : this.evaluator.evaluate(file, scope, parts.receiver);
    const key = parameterKey(callee.file, callee.index, 'this');
    const { given } = this.evaluator;
    if (
      receiver?.kind !== 'instance' ||
      given.has(key) ||
      (receiver.index === owner && receiver.file === callee.file)
    )
      return this.returned(file, scope, call, callee);
    given.set(key, receiver);
    try {
      return this.returned(file, scope, call, callee);
    } finally {
      given.delete(key);
    }
  }

  /** What a function of the workspace returns; of one that returns a library's value, only the declared type is known. */
  private returned(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    callee: { readonly file: LinkedFile; readonly index: number },
  ): Value | undefined {
    const returned = callee.file.returned(callee.index);
    const value =
      returned === undefined
        ? undefined
        : this.evaluator.evaluate(callee.file, callee.index, returned);
    const result = callee.file.facts.results?.[callee.index];
    if (result === undefined || (value !== undefined && value.kind !== 'external'))
      return value?.kind === 'router'
        ? this.evaluator.routers.handedOut(file, call, callee, value)
        : value;
    const key = parameterKey(callee.file, callee.index, 'result');
    return (
      this.evaluator.typed.ofType(callee.file, result, key) ??
      this.wrapped(file, scope, call, result)
    );
  }

  /** A router given to a function that puts something around it, or cuts a prefix off the path. */
  private wrapped(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    name: string,
  ): RouterValue | undefined {
    if (file.family?.foldersAreModules !== true) return undefined;
    const strip = this.evaluator.routers.creators.strip(file, name);
    if (strip === undefined) {
      for (const given of [...call.args].reverse()) {
        const value =
          isCall(given) || isName(given) ? this.evaluator.evaluate(file, scope, given) : undefined;
        if (value?.kind === 'router') return value;
      }
      return undefined;
    }
    const child = this.evaluator.evaluate(file, scope, argument(call, strip.child));
    if (child?.kind !== 'router') return undefined;
    const outer = this.evaluator.text(file, scope, argument(call, strip.prefix));
    const inner = child.stripped ?? known('');
    return { ...child, stripped: concat(outer, inner) };
  }

  /** `path.Join("/admin", name)`: parts that are empty are left out. https://pkg.go.dev/path#Join */
  private joined(file: LinkedFile, scope: Scope, call: CallExpr, name: string): Value | undefined {
    if (file.family?.joinsPaths?.includes(name) !== true) return undefined;
    let text = known('');
    for (const part of call.args) {
      const next = this.evaluator.text(file, scope, part);
      if (next.text === '' && next.unresolved === undefined) continue;
      const apart = text.text !== '' || text.unresolved !== undefined ? '/' : '';
      text = concat(text, { ...next, text: apart + next.text });
    }
    const clean = text.text.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
    return { kind: 'text', text: { ...text, text: clean } };
  }

  private created(file: LinkedFile, scope: Scope, call: CallExpr, name: string): Value | undefined {
    const { routers } = this.evaluator;
    const found = routers.creators.made(file, name);
    return found === undefined ? undefined : routers.made(file, scope, call, found);
  }

  /** `container.resolve(UserController)`: containers of dependency injection give an instance of the class they are asked for. */
  private resolved(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    member: string,
  ): Value | undefined {
    if (!/^(?:get|resolve|getInstance)$/.test(member) || call.args.length !== 1) return undefined;
    const asked = this.evaluator.evaluate(file, scope, call.args[0]);
    return asked?.kind === 'class' ? { ...asked, kind: 'instance' } : undefined;
  }

  /** Calls on a router give the router again (chains), its `.route(path)`, or a group below it. */
  private onRouter(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    member: string,
    receiver: RouterValue,
  ): RouterValue | undefined {
    const { routers } = this.evaluator;
    const framework = routers.get(receiver.key)?.framework;
    const chain = framework === undefined ? 'route' : framework.chain;
    if (member === chain && call.args.length === 1)
      return { ...receiver, path: this.evaluator.text(file, scope, call.args[0]) };
    const modifier = framework?.modifiers?.[member];
    if (modifier === 'path') {
      const path = this.evaluator.text(file, scope, call.args[0]);
      return { ...receiver, path: concat(receiver.path ?? known(''), path) };
    }
    if (modifier === 'methods') {
      const written = this.evaluator.writtenOut(file, scope, { list: call.args });
      return { ...receiver, methods: methodsOf(written, '*') };
    }
    const group = framework?.groups?.[member];
    if (framework === undefined || group === undefined) return receiver;
    const given = this.givenIn(file, scope, call);
    const { key: parent, methods } = receiver;
    // Later, the parameters stand for something else.
    const now =
      given === undefined ? undefined : this.evaluator.text(file, scope, argument(call, group));
    const prefix = receiver.path ?? now;
    return routers.add({
      key: `${file.path}@${call.at}${given === undefined ? '' : ` for ${given}`}`,
      file,
      scope,
      framework,
      call,
      parent,
      ...(prefix === undefined ? {} : { prefix }),
      ...(methods === undefined ? {} : { methods }),
    });
  }

  /** What the parameters in a call stand for at the moment: a group made with other ones is another group. */
  private givenIn(file: LinkedFile, scope: Scope, call: CallExpr): string | undefined {
    const { given } = this.evaluator;
    if (given.size === 0) return undefined;
    const receiver = receiverOf(call)?.receiver ?? null;
    const marks = parametersIn(file, scope, { list: [receiver, ...call.args] }).flatMap(
      ({ scope: declared, name }) => {
        const value = given.get(parameterKey(file, declared, name));
        if (value === undefined) return [];
        if (value.kind === 'router') return [value.key];
        return [value.kind === 'text' ? value.text.text : value.kind];
      },
    );
    return marks.length === 0 ? undefined : marks.join(' ');
  }
}
