import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FromMeasuredGateway, Holding } from './measured-gateway.ts';

/** A gateway in its own process. */
export interface GatewayProcess {
  readonly url: string;
  readonly adminUrl: string;
  /** Collects garbage in that process, then returns what it still holds. */
  measure(): Promise<Holding>;
  stop(): Promise<void>;
}

/** @param environment settings of the gateway, as in `gateway/read-config.ts` */
export async function startGatewayProcess(
  supergraphFile: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  const child = fork(
    new URL('./measured-gateway.ts', import.meta.url),
    ['--supergraph', supergraphFile, '--port', '0'],
    {
      execArgv: ['--no-warnings', '--expose-gc'],
      env: { ...process.env, LOG_LEVEL: 'silent', ...environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const ready = await message(child, 'ready');
  return {
    url: ready.url,
    adminUrl: ready.adminUrl,
    async measure() {
      const measured = message(child, 'holding');
      child.send('measure');
      return (await measured).holding;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

type MessageOf<K extends FromMeasuredGateway['kind']> = Extract<FromMeasuredGateway, { kind: K }>;

function message<K extends FromMeasuredGateway['kind']>(child: ChildProcess, kind: K): Promise<MessageOf<K>> {
  return new Promise((resolve, reject) => {
    const onMessage = (received: FromMeasuredGateway): void => {
      if (received.kind !== kind) return;
      done();
      resolve(received as MessageOf<K>);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      done();
      reject(new Error(`the gateway ended with ${signal ?? code}`));
    };
    const done = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}
