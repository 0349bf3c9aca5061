import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the server does with a request, in place of answering it. */
type Refusal = 'refuse' | 'silence' | 'break' | 'busy' | 'full' | 'forbidden';

/**
 * … or how it answers: half of the body, and the rest after something has happened; or the body in small parts, which take
 * this long together, milliseconds.
 */
export type Fault = Refusal | { after: Promise<void> } | { slowlyMs: number };

export interface S3Server {
  endpoint: string;
  /** Requests since the server began, as `GET /bucket/key bytes=0-7`. */
  requests: string[];
  /** Asked before each request; undefined lets it through. */
  faultOf: (request: string) => Fault | undefined;
  /** Credentials and addresses as a process of its own needs them. */
  env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

interface S3rver {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}

/** s3rver behind a door that lets requests through, or not. */
export async function startS3(dir: string, buckets: readonly string[]): Promise<S3Server> {
  const Rver = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver;
  const store = new Rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: dir,
    allowMismatchedSignatures: true,
    configureBuckets: buckets.map((name) => ({ name, configs: [] })),
  });
  const { port } = await store.run();
  const state: Pick<S3Server, 'requests' | 'faultOf'> = { requests: [], faultOf: () => undefined };
  const door = createServer((incoming, answer) => {
    const range = incoming.headers['range'] ?? '';
    const asked = `${incoming.method} ${decodeURIComponent(incoming.url ?? '')} ${range}`.trim();
    state.requests.push(asked);
    const fault = state.faultOf(asked);
    if (fault === undefined) pass(incoming, answer, port);
    else if (typeof fault === 'string') misbehave[fault](incoming, answer, port);
    else dribble(fault, incoming, answer, port);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  return Object.assign(state, {
    endpoint,
    env: { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' },
    close: async () => {
      door.closeAllConnections();
      await new Promise((resolve) => (door as Server).close(resolve));
      await store.close();
    },
  });
}

type Handler = (incoming: IncomingMessage, answer: ServerResponse, port: number) => void;

const pass: Handler = (incoming, answer, port) => {
  const { method, url, headers } = incoming;
  const inner = request({ host: '127.0.0.1', port, method, path: url, headers }, (found) => {
    answer.writeHead(found.statusCode!, found.headers);
    found.pipe(answer);
  });
  inner.on('error', () => answer.destroy());
  incoming.pipe(inner);
};

const error = (status: number, code: string, message: string): Handler => {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return (incoming, answer) => {
    incoming.resume();
    incoming.on('end', () =>
      answer.writeHead(status, { 'content-type': 'application/xml' }).end(body),
    );
  };
};

const slowParts = 50;

function dribble(
  how: Exclude<Fault, Refusal>,
  incoming: IncomingMessage,
  answer: ServerResponse,
  port: number,
): void {
  const { method, url, headers } = incoming;
  const inner = request({ host: '127.0.0.1', port, method, path: url, headers }, async (found) => {
    const parts: Buffer[] = [];
    for await (const part of found) parts.push(part);
    const whole = Buffer.concat(parts);
    answer.writeHead(found.statusCode!, found.headers);
    const count = 'after' in how ? 2 : slowParts;
    for (let part = 0; part < count; part++) {
      const [from, to] = [part, part + 1].map((edge) => Math.round((edge * whole.length) / count));
      answer.write(whole.subarray(from, to));
      await ('after' in how ? how.after : sleep(how.slowlyMs / slowParts));
    }
    answer.end();
  });
  incoming.pipe(inner);
}

const misbehave: Readonly<Record<Refusal, Handler>> = {
  refuse: (incoming) => incoming.socket.destroy(),
  silence: (incoming) => incoming.resume(),
  break: (incoming, answer, port) => {
    const { method, url, headers } = incoming;
    request({ host: '127.0.0.1', port, method, path: url, headers }, (found) => {
      answer.writeHead(found.statusCode!, found.headers);
      const parts: Buffer[] = [];
      found.on('data', (part) => parts.push(part));
      found.on('end', () => {
        const whole = Buffer.concat(parts);
        answer.write(whole.subarray(0, whole.length >> 1), () => answer.destroy());
      });
    }).end();
  },
  busy: error(503, 'SlowDown', 'Please reduce your request rate.'),
  full: error(507, 'QuotaExceeded', 'The bucket is full.'),
  forbidden: error(403, 'AccessDenied', 'Access Denied'),
};
