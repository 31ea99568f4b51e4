// What a person would set once: the local receiver on, and the shop's deploy target.
import path from 'node:path';

/** @param {{ root: string, httpPort: number, grpcPort: number, splitterPort: number }} options */
export function demoSettings({ root, httpPort, grpcPort, splitterPort }) {
  const deploy = [
    process.execPath,
    path.join(root, 'demo/deploy/deploy.mjs'),
    String(splitterPort),
  ];
  return {
    'prodlens.local.enabled': true,
    'prodlens.local.httpPort': httpPort,
    'prodlens.local.grpcPort': grpcPort,
    'prodlens.environments': [
      {
        name: 'local',
        production: true,
        targets: [
          {
            name: 'shop-demo',
            service: 'shop-api',
            provider: 'command',
            list: [...deploy, 'list'],
            preview: [...deploy, 'preview', '--from', '{from}', '--to', '{to}'],
            rollBack: [...deploy, 'roll-back', '--to', '{to}'],
          },
        ],
      },
    ],
  };
}
