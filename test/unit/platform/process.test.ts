import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { milliseconds } from '../../../src/domain/units.ts';
import { createProcessRunner, safePath } from '../../../src/platform/process.ts';

const node = process.execPath;
const script = (code: string): [string, ...string[]] => [node, '-e', code];
const read = {
  timeout: milliseconds(20_000),
  maxOutputBytes: 10_000,
  onAbort: 'kill',
} as const;

describe('the process runner', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pl-process-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const runner = createProcessRunner({ workspaceFolders: () => [folder] });
  const never = new AbortController().signal;
  const appears = (file: string): Promise<void> =>
    new Promise((resolve) => {
      const watcher = watch(folder, () => {
        look();
      });
      const look = (): void => {
        if (!existsSync(file)) return;
        watcher.close();
        resolve();
      };
      look();
    });

  it('passes words whole, without a shell, from the home folder', async () => {
    const words = ['$(whoami)', 'a b', '; ls', '"'];
    const ran = await runner.run(
      {
        ...read,
        argv: [
          ...script('console.log(JSON.stringify([process.argv.slice(1),process.cwd()]))'),
          ...words,
        ],
      },
      never,
    );
    assert.ok(ran.ok);
    assert.deepEqual(JSON.parse(ran.value.stdout), [words, homedir()]);
  });

  it('gives exit code, both outputs and the environment asked for', async () => {
    const ran = await runner.run(
      {
        ...read,
        argv: script('console.error(process.env.PRODLENS_REASON);process.exit(3)'),
        environment: { PRODLENS_REASON: 'too slow' },
      },
      never,
    );
    assert.ok(ran.ok);
    assert.equal(ran.value.exitCode, 3);
    assert.equal(ran.value.stderr.trim(), 'too slow');
  });

  it('finds no program inside a workspace folder, neither by PATH nor relatively', async () => {
    const program = path.join(folder, 'deploy-tool');
    await writeFile(program, '#!/bin/sh\necho owned\n');
    await chmod(program, 0o755);
    const search = `${folder}${path.delimiter}relative${path.delimiter}/usr/bin`;
    assert.equal(safePath(search, [folder]), '/usr/bin');
    const own = createProcessRunner({
      workspaceFolders: () => [folder],
      environment: { PATH: search },
    });
    for (const name of ['deploy-tool', './deploy-tool']) {
      const ran = await own.run({ ...read, argv: [name] }, never);
      assert.ok(!ran.ok);
      assert.equal(ran.failure.reason, 'notFound');
    }
  });

  it('ends what talks too much or takes too long, and says so', async () => {
    const loud = await runner.run(
      { ...read, argv: script('setInterval(()=>process.stdout.write("x".repeat(9000)),1)') },
      never,
    );
    assert.ok(!loud.ok);
    assert.equal(loud.failure.reason, 'tooLarge');
    const slow = await runner.run(
      { ...read, timeout: milliseconds(50), argv: script('setInterval(()=>0,1000)') },
      never,
    );
    assert.ok(!slow.ok);
    assert.equal(slow.failure.reason, 'timeout');
  });

  it('leaves an action running when nobody watches any more', async () => {
    const mark = path.join(folder, 'done');
    const pidFile = path.join(folder, 'go');
    const pids: number[] = [];
    const abort = new AbortController();
    const running = runner.run(
      {
        ...read,
        onAbort: 'leave',
        argv: [
          ...script(
            'const fs=require("fs");console.log("started");const t=setInterval(()=>{if(fs.existsSync(process.argv[2])){fs.writeFileSync(process.argv[1],"");clearInterval(t)}},10)',
          ),
          mark,
          pidFile,
        ],
        output: () => {
          abort.abort();
        },
        started: (pid) => pids.push(pid),
      },
      abort.signal,
    );
    const ran = await running;
    assert.ok(pids.length === 1 && process.kill(pids[0] ?? 0, 0), 'who started it knows it');
    assert.ok(!ran.ok);
    assert.equal(ran.failure.reason, 'aborted');
    await writeFile(pidFile, '');
    await appears(mark);
  });

  it('tells what an action prints, both streams, to its end', async () => {
    const heard: string[] = [];
    const ran = await runner.run(
      {
        ...read,
        onAbort: 'leave',
        maxOutputBytes: 1_000_000,
        argv: script('console.log("ä".repeat(100000));console.error("last words");process.exit(4)'),
        output: (chunk, stream) => heard.push(`${stream}:${chunk.length}`),
      },
      never,
    );
    assert.ok(ran.ok);
    assert.deepEqual(ran.value, {
      exitCode: 4,
      stdout: `${'ä'.repeat(100_000)}\n`,
      stderr: 'last words\n',
    });
    assert.ok(heard.length >= 2 && heard.some((line) => line.startsWith('stderr')));
  });

  it('an action goes on, and on talking, when the window that started it is killed', async function () {
    if (process.platform === 'win32') {
      console.log('      actions have pipes on Windows: not tried');
      return;
    }
    const bundled = path.join(folder, 'process.cjs');
    await build({
      absWorkingDir: process.env['PRODLENS_ROOT'] ?? process.cwd(),
      entryPoints: ['src/platform/process.ts'],
      outfile: bundled,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'warning',
    });
    const [begun, go, ended] = ['begun', 'goOn', 'ended'].map((n) => path.join(folder, n));
    assert.ok(begun !== undefined && go !== undefined && ended !== undefined);
    const action = `const fs=require("fs");fs.writeFileSync(${JSON.stringify(begun)},"");
      const t=setInterval(()=>{if(!fs.existsSync(${JSON.stringify(go)}))return;clearInterval(t);
      for(let i=0;i<500;i++)fs.writeSync(1,"still talking\\n");fs.writeFileSync(${JSON.stringify(ended)},"")},10)`;
    const window = path.join(folder, 'window.cjs');
    await writeFile(
      window,
      `require(${JSON.stringify(bundled)}).createProcessRunner({ workspaceFolders: () => [] }).run({
        argv: [process.execPath, '-e', ${JSON.stringify(action)}], timeout: 60000, maxOutputBytes: 1000, onAbort: 'leave',
      }, new AbortController().signal);`,
    );
    const child = fork(window, { execArgv: [] });
    await appears(begun);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await writeFile(go, '');
    await appears(ended);
  });
});
