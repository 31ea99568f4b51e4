import assert from 'node:assert/strict';
import { nameTokens } from '../../../src/attribution/nameTokens.ts';

describe('parts of names as run times report them', () => {
  const rows: readonly (readonly [reported: string, written: string])[] = [
    ['com.acme.Owner.show', 'com acme Owner show'],
    ['com.acme.Owner.lambda$show$0', 'com acme Owner show'],
    ['com.acme.Owner.lambda$new$2', 'com acme Owner Owner'],
    ['com.acme.Owner.<init>', 'com acme Owner Owner'],
    ['com.acme.Outer$Inner.run', 'com acme Outer Inner run'],
    ['com.acme.Owner$1.run', 'com acme Owner run'],
    ['com.acme.Owner$$SpringCGLIB$$0.show', 'com acme Owner show'],
    ['com.acme.Owner$$EnhancerBySpringCGLIB$$1f3a.show', 'com acme Owner show'],
    ['com.acme.Outer$Inner$HibernateProxy$Ab3.show', 'com acme Outer Inner show'],
    ['com.acme.Owner_Subclass.show', 'com acme Owner show'],
    ['com.acme.Owner_ClientProxy.show', 'com acme Owner show'],
    ['com.acme.$Owner$Definition$Intercepted.show', 'com acme Owner show'],
    ['com.acme.ApiKt.main', 'com acme Api main'],
    ['com.acme.Owner$Companion.create', 'com acme Owner create'],
    ['com.acme.Owner.show$lambda$0', 'com acme Owner show'],
    ['com.acme.Owner$show$1.invokeSuspend', 'com acme Owner show'],
    ['com.acme.Owner.access$show', 'com acme Owner show'],
    ['com.acme.Owner.show$default', 'com acme Owner show'],
    ['jdk.proxy2.$Proxy81.save', 'jdk proxy2 Proxy81 save'],
    ['github.com/acme/shop.(*Server).Get', 'github com acme shop Server Get'],
    ['main.run.func1', 'main run'],
  ];
  for (const [reported, written] of rows)
    it(`${reported} → ${written}`, () => {
      assert.equal(nameTokens(reported).join(' '), written);
    });
});
